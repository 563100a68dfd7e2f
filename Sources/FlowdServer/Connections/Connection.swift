internal import FlowdModel
internal import FlowdWire

/// One client: what it sent so far, what it has not read yet, and its calls in progress.
///
/// An idle one owns no buffers.
final class Connection {
  /// Never used twice in the life of a daemon.
  let id: UInt64
  let fd: Int32
  var decoder = FrameDecoder()
  var streams = StreamIDWindow()
  /// Frames not taken by the socket yet begin at `sent`.
  var output: [UInt8] = []
  var sent = 0
  /// Unary calls without an answer yet, with their deadlines in monotonic nanoseconds; 0: none.
  var pending: [UInt32: UInt64] = [:]
  /// When its deadlines are looked at, the next time last. A timer is set for each.
  var deadlineChecks: [UInt64] = []
  var watches: [UInt32: Watcher] = [:]
  /// Extensions the client asked for with `daemon.hello`.
  var features: Set<String> = []
  var interest: Poller.Interest = .read
  /// Has output that the current turn of the loop still has to send.
  var needsFlush = false
  var hasSpoken = false
  /// The client sends nothing more; it is closed once its answers are sent.
  var isReadClosed = false
  var isClosed = false

  init(id: UInt64, fd: Int32) {
    self.id = id
    self.fd = fd
  }

  var unsentByteCount: Int { output.count - sent }

  /// Nothing is left to send to a client that has said all it had to say.
  var isSpent: Bool { isReadClosed && pending.isEmpty && watches.isEmpty && unsentByteCount == 0 }

  /// Too much is under way: nothing more is read from it until the client takes its answers.
  var isOverloaded: Bool {
    unsentByteCount > Limits.unsentBytesMax || pending.count >= Limits.pendingCallsMax
  }
}

/// One call on one connection.
struct Call {
  let connection: Connection
  let stream: UInt32
  /// Monotonic nanoseconds; 0: no deadline.
  let due: UInt64
}
