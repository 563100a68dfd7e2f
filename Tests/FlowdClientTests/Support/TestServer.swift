import FlowdModel
import FlowdWire
import Glibc
import Testing

/// A ttrpc server on a real Unix socket, one thread a connection, that does with each call what a test says.
final class TestServer: Sendable {
  /// One call, and how to answer it.
  struct Call: Sendable {
    let method: API.Method
    let payload: [UInt8]
    let stream: UInt32
    /// From 1, in the order of accepting.
    let connection: Int
    fileprivate let socket: Int32

    func request<M: Message>(_: M.Type) -> M? { try? M(decoding: payload) }

    /// - Returns: Whether the peer took it.
    @discardableResult
    func reply(_ message: some Message) -> Bool {
      var output: [UInt8] = []
      ResponseFrame.append(payload: message.encoded, stream: stream, to: &output)
      return write(output)
    }

    @discardableResult
    func refuse(_ status: API.Status) -> Bool {
      var output: [UInt8] = []
      ResponseFrame.append(status: status, stream: stream, to: &output)
      return write(output)
    }

    @discardableResult
    func send(_ event: API.Event) -> Bool {
      var output: [UInt8] = []
      ResponseFrame.append(message: API.EventServiceWatchResponse(event: event).encoded, stream: stream, to: &output)
      return write(output)
    }

    func endStream() {
      var output: [UInt8] = []
      ResponseFrame.appendEnd(stream: stream, to: &output)
      _ = write(output)
    }

    func breakConnection() { shutdown(socket, Int32(SHUT_RDWR)) }

    func write(_ bytes: [UInt8]) -> Bool {
      var sent = 0
      while sent < bytes.count {
        let count = bytes.withUnsafeBytes { buffer in
          Glibc.send(socket, buffer.baseAddress.map { $0 + sent }, buffer.count - sent, Int32(MSG_NOSIGNAL))
        }
        guard count > 0 else { return false }
        sent += count
      }
      return true
    }
  }

  private let listener: Int32
  private let connections = Locked(0)
  private let ended = Locked(0)

  /// Connections accepted so far.
  var connectionCount: Int { connections.withLock { $0 } }
  /// Connections whose peer has gone.
  var endedCount: Int { ended.withLock { $0 } }

  /// - Parameter handle: Called on the connection's thread, in the order of arrival; may wait.
  init(at path: String, _ handle: @escaping @Sendable (Call) -> Void) throws {
    listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    unlink(path)
    let listener = listener
    let code = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    try #require(code == 0, "cannot bind \(path)")
    try #require(listen(listener, 128) == 0)
    Background.start { [connections, ended] in
      while true {
        let accepted = accept(listener, nil, nil)
        guard accepted >= 0 else { return }
        let number = connections.withLock { count in
          count += 1
          return count
        }
        Background.start {
          TestServer.serve(accepted, number, handle)
          close(accepted)
          ended.withLock { $0 += 1 }
        }
      }
    }
  }

  deinit { stop() }

  /// Accepts no more.
  func stop() {
    shutdown(listener, Int32(SHUT_RDWR))
  }

  private static func serve(_ socket: Int32, _ number: Int, _ handle: (Call) -> Void) {
    var decoder = FrameDecoder()
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = recv(socket, &buffer, buffer.count, 0)
      guard count > 0 else { return }
      var calls: [Call] = []
      let isInStep: Void? = buffer.withUnsafeBytes { bytes in
        try? decoder.receive(UnsafeRawBufferPointer(rebasing: bytes[..<count])) { frame in
          if let call = call(frame, socket, number) { calls.append(call) }
          return true
        }
      }
      guard isInStep != nil else { return }
      for call in calls { handle(call) }
    }
  }

  private static func call(_ frame: DecodedFrame, _ socket: Int32, _ number: Int) -> Call? {
    guard case .frame(let header, let body) = frame, header.type == FrameType.request,
      let envelope = try? RequestEnvelope(decoding: body),
      let method = MethodTable.find(service: envelope.service, method: envelope.method)
    else { return nil }
    return Call(
      method: method, payload: Array(envelope.payload), stream: header.stream, connection: number, socket: socket)
  }
}
