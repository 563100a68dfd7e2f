internal import FlowdModel
public import FlowdWire
internal import Glibc

/// Events as they happen, read by one thread at a time.
///
/// Every event after the starting point comes once and in order, also across restarts of the daemon: after a broken
/// connection the watch asks for what follows the last event it gave out. It has a connection of its own, so a slow reader
/// holds nobody up: what it has not read waits in the daemon's log.
public final class Watch: Sendable {
  private struct Reader: ~Copyable {
    var cursor: WatchCursor
    var connection: WatchConnection?
    var isEnded = false
    var retry: Retry?
  }

  /// Attempts to go on after a connection ended; over when the next event is there.
  private struct Retry {
    var since: ContinuousClock.Instant
    var backoff = Backoff()
    /// The first attempt comes at once.
    var isFirst = true
  }

  private let connector: Connection.Connector
  private let options: WatchOptions
  private let isClosed = Locked(false)
  private let wakeUp = WakeUp()
  // Only the thread that is in `next` touches it, which the caller sees to.
  nonisolated(unsafe) private var reader: Reader

  init(_ target: WatchTarget, _ options: WatchOptions, connector: @escaping Connection.Connector) {
    self.connector = connector
    self.options = options
    reader = Reader(cursor: WatchCursor(target, options), connection: nil)
  }

  /// The next event; waits for it.
  ///
  /// - Returns: `nil` at the end: after `run_finished` of a watched run, at the last event with `untilNow`, after `close`.
  public func next() throws(ClientError) -> API.Event? {
    while let update = try nextUpdate() {
      if case .event(let event) = update { return event }
    }
    return nil
  }

  /// The next event or change of the connection; waits for it.
  public func nextUpdate() throws(ClientError) -> WatchUpdate? {
    while !reader.isEnded {
      if isClosed.withLock({ $0 }) { break }
      guard reader.connection != nil else {
        try connect()
        if reader.retry != nil, reader.connection != nil { return .reconnected }
        continue
      }
      switch try read() {
      case .message(let bytes):
        reader.retry = nil
        if let event = try Watch.event(bytes), reader.cursor.admit(event) { return .event(event) }
      case .ended:
        reader.connection = nil
        if reader.cursor.mayEnd {
          reader.isEnded = true
        } else {
          return disconnected("the daemon ended the stream")
        }
      case .lost(let reason): return disconnected(reason)
      case .woken: continue
      }
    }
    reader.connection = nil
    return nil
  }

  /// Ends the watch; a waiting `next` returns `nil`. From any thread.
  public func close() {
    isClosed.withLock { $0 = true }
    wakeUp.signal()
  }

  private static func event(_ bytes: [UInt8]) throws(ClientError) -> API.Event? {
    do throws(WireError) {
      return try API.EventServiceWatchResponse(decoding: bytes).event
    } catch {
      throw .malformedReply(error.message)
    }
  }

  private func disconnected(_ reason: String) -> WatchUpdate {
    reader.connection = nil
    if reader.retry == nil { reader.retry = Retry(since: Monotonic.now) }
    return .disconnected(reason: reason)
  }

  private func read() throws(ClientError) -> WatchConnection.Incoming {
    guard reader.connection != nil else { return .lost("not connected") }
    let incoming = try reader.connection?.next(wakeUp) ?? .lost("not connected")
    return incoming
  }

  /// Connects and asks for what is next; for the first time without patience.
  private func connect() throws(ClientError) {
    while !isClosed.withLock({ $0 }) {
      pauseBeforeRetry()
      do throws(ClientError) {
        reader.connection = try WatchConnection(
          try connector(), method: .eventWatch, payload: reader.cursor.request.encoded)
        return
      } catch {
        guard let since = reader.retry?.since else { throw error }
        if let patience = options.reconnectFor, Monotonic.now >= since + patience { throw error }
      }
    }
  }

  /// A daemon that takes connections and drops them is not tried more often than one that takes none.
  private func pauseBeforeRetry() {
    guard var retry = reader.retry else { return }
    if !retry.isFirst {
      var polled = pollfd(fd: wakeUp.descriptor, events: Int16(POLLIN), revents: 0)
      _ = poll(&polled, 1, Monotonic.pollMilliseconds(until: Monotonic.now + retry.backoff.next()))
    }
    retry.isFirst = false
    reader.retry = retry
  }
}
