package import FlowdWire

/// The undecoded messages of one server stream, read by one thread; it does not reconnect.
package final class RawStream {
  private var connection: WatchConnection?
  private let wakeUp = WakeUp()

  init(_ connection: consuming WatchConnection) { self.connection = consume connection }

  /// The next message's bytes; `nil` at the end.
  package func next() throws(ClientError) -> [UInt8]? {
    guard let incoming = try connection?.next(wakeUp) else { return nil }
    switch incoming {
    case .message(let bytes): return bytes
    case .lost(let reason): throw .connectionLost(reason: reason)
    case .ended, .woken: return nil
    }
  }

  /// Messages are there that need no waiting for.
  package var hasMore: Bool { connection?.hasReady ?? false }
}

extension FlowdClient {
  /// Opens a stream of any server-streaming method.
  package func openRawStream(_ method: API.Method, payload: [UInt8]) throws(ClientError) -> RawStream {
    precondition(method.isServerStreaming, "a unary method is called, not streamed")
    let descriptor = try Connector.connect(to: socket, spawning: options.autoSpawn)
    return RawStream(try WatchConnection(descriptor, method: method, payload: payload))
  }
}
