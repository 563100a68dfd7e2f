import FlowdModel
import Glibc
import Testing

/// A server on a loopback port that answers each request with what a test says, byte by byte.
final class ChatServer: Sendable {
  struct Request: Sendable {
    /// Request line and headers as they came.
    var head: String
    var body: [UInt8]

    var json: JSONValue { (try? JSONValue(parsing: body)) ?? .null }

    /// The value of a header, whatever its case.
    subscript(name: String) -> String? {
      for line in head.split(separator: "\r\n").dropFirst() {
        let parts = line.split(separator: ":", maxSplits: 1)
        if parts.count == 2, parts[0].lowercased() == name { return String(parts[1].drop { $0 == " " }) }
      }
      return nil
    }
  }

  let port: UInt16
  private let listener: Int32
  private let seen = Locked<[Request]>([])

  /// - Parameter answer: Called on a thread of the connection with the request's number, from 0; the connection is closed
  ///   when it returns `false`.
  init(_ answer: @escaping @Sendable (Int, ChatPeer) -> Bool) throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isListening = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(listener, address, size) == 0 && listen(listener, 64) == 0 && getsockname(listener, address, &size) == 0
      }
    }
    try #require(isListening)
    port = UInt16(bigEndian: address.sin_port)
    self.listener = listener
    let seen = seen
    _ = try OwnThread(named: "chat-server") {
      while true {
        let raw = accept(listener, nil, nil)
        guard raw >= 0 else { return }
        _ = try? OwnThread(named: "chat-peer") { Self.serve(ChatPeer(raw), seen, answer) }
      }
    }
  }

  deinit {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }

  var requests: [Request] { seen.withLock { $0 } }
  var baseURL: String { "http://127.0.0.1:\(port)/v1" }

  /// Answers each request with an event stream; the last one is for all that follow.
  static func streaming(_ answers: [String]...) throws -> ChatServer {
    try ChatServer { number, peer in
      peer.beginStream()
      for event in answers[min(number, answers.count - 1)] { peer.send("data: \(event)\n\n") }
      return false
    }
  }

  /// Answers each request with a whole response.
  static func answering(_ status: String, _ headers: [String] = [], _ body: String) throws -> ChatServer {
    try ChatServer { _, peer in
      let lines = ["HTTP/1.1 \(status)", "Content-Length: \(body.utf8.count)"] + headers
      return peer.send(lines.joined(separator: "\r\n") + "\r\n\r\n" + body)
    }
  }

  private static func serve(_ peer: ChatPeer, _ seen: Locked<[Request]>, _ answer: (Int, ChatPeer) -> Bool) {
    defer { peer.close() }
    while let request = peer.readRequest() {
      let number = seen.withLock { seen in
        seen.append(request)
        return seen.count - 1
      }
      guard answer(number, peer) else { return }
    }
  }
}

/// The server's end of a connection; used by one thread.
final class ChatPeer: @unchecked Sendable {
  // Only the connection's thread uses it.
  private let raw: Int32
  private var isClosed = false

  init(_ raw: Int32) { self.raw = raw }

  func beginStream(_ type: String = "text/event-stream") {
    send("HTTP/1.1 200 OK\r\nContent-Type: \(type)\r\nConnection: close\r\n\r\n")
  }

  /// - Returns: Whether the other side still takes it.
  @discardableResult func send(_ text: String) -> Bool { send(Array(text.utf8)) }

  @discardableResult func send(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.send(raw, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  /// Sends each byte in a packet of its own, as far as the system lets it.
  func drip(_ text: String) {
    var on: Int32 = 1
    setsockopt(raw, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    for byte in text.utf8 { send([byte]) }
  }

  /// Waits until the other side is gone.
  func waitForEnd() {
    var byte: UInt8 = 0
    while read(raw, &byte, 1) > 0 {}
  }

  /// Ends the connection with a reset.
  func reset() {
    var linger = Glibc.linger(l_onoff: 1, l_linger: 0)
    setsockopt(raw, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
    close()
  }

  func close() {
    if !isClosed { Glibc.close(raw) }
    isClosed = true
  }

  /// The next request with its body; `nil` at the end of the connection.
  func readRequest() -> ChatServer.Request? {
    var bytes: [UInt8] = []
    while true {
      var piece = [UInt8](repeating: 0, count: 65_536)
      let count = isClosed ? 0 : read(raw, &piece, piece.count)
      guard count > 0 else { return nil }
      bytes += piece.prefix(count)
      let text = String(decoding: bytes, as: UTF8.self)
      guard let end = text.range(of: "\r\n\r\n") else { continue }
      let request = ChatServer.Request(head: String(text[..<end.lowerBound]), body: [])
      let length = request["content-length"].flatMap { Int($0) } ?? 0
      let start = text[..<end.upperBound].utf8.count
      if bytes.count >= start + length {
        return ChatServer.Request(head: request.head, body: Array(bytes[start..<start + length]))
      }
    }
  }
}

extension String {
  fileprivate func range(of words: String) -> Range<String.Index>? { firstRange(of: words) }
}
