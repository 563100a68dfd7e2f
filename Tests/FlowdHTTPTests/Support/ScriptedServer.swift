import CLinux
import FlowdModel
import Glibc

/// A server on a loopback port or a Unix socket that does, on every connection, what a test says: byte by byte.
final class ScriptedServer: Sendable {
  struct Request: Sendable {
    var line: String
    /// Names in lower case.
    var headers: [(name: String, value: String)]
    var body: [UInt8]

    var method: String { String(line.prefix { $0 != " " }) }
    var path: String { line.split(separator: " ").dropFirst().first.map(String.init) ?? "" }

    subscript(name: String) -> String? { headers.first { $0.name == name }?.value }

    var text: String { String(decoding: body, as: UTF8.self) }
  }

  let port: UInt16
  private let listener: Int32
  private let seen = Locked<[Request]>([])
  private let connections = Locked(0)

  /// - Parameter serve: Called on a thread of its own for each connection, which is closed when it returns.
  init(path: String? = nil, _ serve: @escaping @Sendable (Peer) -> Void) throws {
    let listener = try path.map(Self.listen(atPath:)) ?? Self.listenOnLoopback()
    self.listener = listener
    port = Self.port(of: listener)
    _ = try OwnThread(named: "test-server") { [self] in
      // Whoever accepts closes: the number may be another server's as soon as it is closed.
      defer { close(listener) }
      while true {
        let raw = accept(listener, nil, nil)
        guard raw >= 0 else { return }
        connections.withLock { $0 += 1 }
        let peer = Peer(raw) { [self] request in seen.withLock { $0.append(request) } }
        _ = try? OwnThread(named: "test-peer") {
          serve(peer)
          peer.close()
        }
      }
    }
  }

  /// Answers every request of every connection.
  static func answering(_ answer: @escaping @Sendable (Request) -> String) throws -> ScriptedServer {
    try ScriptedServer { peer in
      while let request = peer.readRequest() { peer.write(answer(request)) }
    }
  }

  var url: String { "http://127.0.0.1:\(port)" }
  var requests: [Request] { seen.withLock { $0 } }
  var connectionCount: Int { connections.withLock { $0 } }

  func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

  private static func listenOnLoopback() throws -> Int32 {
    let raw = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    return try listen(raw, &address, MemoryLayout<sockaddr_in>.size)
  }

  private static func listen(atPath path: String) throws -> Int32 {
    let raw = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
    return try listen(raw, &address, MemoryLayout<sockaddr_un>.size)
  }

  private static func listen<Address>(_ raw: Int32, _ address: inout Address, _ size: Int) throws -> Int32 {
    let isBound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(raw, $0, socklen_t(size)) == 0 }
    }
    guard isBound, Glibc.listen(raw, 64) == 0 else { throw ServerError(code: errno) }
    return raw
  }

  private static func port(of raw: Int32) -> UInt16 {
    var address = sockaddr_in()
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(raw, $0, &size) }
    }
    return UInt16(bigEndian: address.sin_port)
  }

  struct ServerError: Error { let code: Int32 }
}

/// One connection of a `ScriptedServer`.
final class Peer: Sendable {
  private let raw: Int32
  private let note: @Sendable (ScriptedServer.Request) -> Void
  private let buffer = Locked<[UInt8]>([])
  private let isClosed = Locked(false)

  init(_ raw: Int32, note: @escaping @Sendable (ScriptedServer.Request) -> Void) {
    self.raw = raw
    self.note = note
  }

  /// The next request with its body (`Content-Length`); `nil` when the connection ends.
  func readRequest() -> ScriptedServer.Request? {
    let end = Array("\r\n\r\n".utf8)
    guard let head = read(until: { Self.range(of: end, in: $0) }) else { return nil }
    let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n")
    var request = ScriptedServer.Request(line: lines.first.map(String.init) ?? "", headers: [], body: [])
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { continue }
      let value = line[line.index(after: colon)...].drop { $0 == " " }
      request.headers.append((String(line[..<colon]).lowercased(), String(value)))
    }
    let length = request["content-length"].flatMap(Int.init) ?? 0
    if length > 0 {
      guard let body = read(until: { $0.count >= length ? length : nil }) else { return nil }
      request.body = body
    }
    note(request)
    return request
  }

  /// Some bytes as they come; `nil` when the connection ends.
  func readSome() -> [UInt8]? {
    var piece = [UInt8](repeating: 0, count: 65_536)
    let count = Glibc.read(raw, &piece, piece.count)
    return count > 0 ? Array(piece.prefix(count)) : nil
  }

  /// - Returns: Whether the other side still takes it.
  @discardableResult func write(_ text: String) -> Bool { write(Array(text.utf8)) }

  @discardableResult func write(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { send(raw, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  /// Whether the other side, a program of this machine, has read all that was written.
  var isAllTaken: Bool {
    let (own, other) = (port(getsockname), port(getpeername))
    // Lines `NUMBER: LOCAL REMOTE STATE SENDING:RECEIVING …` in hexadecimal.
    let text = String(decoding: TemporaryFolder.read("/proc/net/tcp") ?? [], as: UTF8.self)
    for line in text.split(separator: "\n").dropFirst() {
      let fields = line.split(separator: " ")
      guard fields.count > 4 else { continue }
      let numbers = [fields[1], fields[2], fields[4]].map { field in
        field.split(separator: ":").map { UInt64($0, radix: 16) ?? 0 }
      }
      let isOurs = numbers[0][1] == own && numbers[1][1] == other && numbers[2][0] > 0
      let isTheirs = numbers[0][1] == other && numbers[1][1] == own && numbers[2][1] > 0
      if isOurs || isTheirs { return false }
    }
    return true
  }

  private func port(
    _ name: (Int32, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
  ) -> UInt64 {
    var address = sockaddr_in()
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = name(raw, $0, &size) }
    }
    return UInt64(UInt16(bigEndian: address.sin_port))
  }

  /// Waits until the other side is gone.
  func waitForEnd() {
    while readSome() != nil {}
  }

  /// Ends the connection with a reset.
  func reset() {
    var linger = Glibc.linger(l_onoff: 1, l_linger: 0)
    setsockopt(raw, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
    close()
  }

  func close() {
    let wasClosed = isClosed.withLock { closed in
      defer { closed = true }
      return closed
    }
    if !wasClosed { Glibc.close(raw) }
  }

  private func read(until end: ([UInt8]) -> Int?) -> [UInt8]? {
    var bytes = buffer.withLock { $0 }
    while true {
      if let count = end(bytes) {
        buffer.withLock { $0 = Array(bytes.dropFirst(count)) }
        return Array(bytes.prefix(count))
      }
      guard let piece = readSome() else { return nil }
      bytes += piece
    }
  }

  private static func range(of end: [UInt8], in bytes: [UInt8]) -> Int? {
    guard bytes.count >= end.count else { return nil }
    for start in 0...(bytes.count - end.count) where bytes[start..<(start + end.count)].elementsEqual(end) {
      return start + end.count
    }
    return nil
  }
}

/// A whole response with a body.
func response(_ status: String = "200 OK", _ headers: [String] = [], _ body: String = "") -> String {
  (["HTTP/1.1 \(status)", "Content-Length: \(body.utf8.count)"] + headers).joined(separator: "\r\n") + "\r\n\r\n" + body
}
