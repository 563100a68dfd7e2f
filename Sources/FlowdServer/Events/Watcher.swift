internal import FlowdModel
internal import FlowdStore
internal import FlowdWire

/// One `event.watch` stream and how far it is.
final class Watcher {
  enum Target {
    case session(Int64)
    /// A run with the runs that are its steps; the stream ends with it.
    case run(session: Int64, run: Int64)
    case workspace(String)
    case all
  }

  enum Pace {
    /// Has every event so far; new ones are sent as they are published.
    case live
    /// Reads from the store; what is published meanwhile will be read.
    case reading
    /// Its client does not take what was sent: nothing is read until it does.
    case stalled
  }

  let connection: Connection
  let stream: UInt32
  let target: Target
  /// The stream ends at the last event that exists now.
  let untilNow: Bool
  /// Monotonic nanoseconds; 0: no deadline.
  let due: UInt64
  /// The sequence, or for workspaces and all the position, of the last event sent.
  var cursor: UInt64
  var pace = Pace.reading
  /// Something was published that it was not sent, so it has to read again.
  var missed = false
  var isRemoved = false
  /// Of a run's watch: whose events it is sent.
  var tree: RunTree?

  init(call: Call, target: Target, cursor: UInt64, untilNow: Bool) {
    connection = call.connection
    stream = call.stream
    due = call.due
    self.target = target
    self.cursor = cursor
    self.untilNow = untilNow
    if case .run(_, let run) = target { tree = RunTree(root: run) }
  }

  /// The events it lacks.
  var range: EventRange {
    switch target {
    case .session(let key): .session(key, after: cursor)
    case .run(let session, let run): .runTree(session: session, root: run, after: cursor)
    case .workspace(let path): .workspace(path, after: cursor)
    case .all: .all(after: cursor)
    }
  }

  /// Where an event stands in what this stream counts by.
  func place(sequence: EventSequence, position: EventPosition) -> UInt64 {
    switch target {
    case .session, .run: sequence
    case .workspace, .all: position
    }
  }
}
