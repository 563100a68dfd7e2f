public import FlowdWire

/// Whose events to watch.
public enum WatchTarget: Equatable, Sendable {
  case session(String)
  /// All sessions of a workspace, by its absolute path.
  case workspace(String)
  case all
  /// One run with the runs that are its steps, and theirs; the watch ends after its own `run_finished`.
  case run(String)

  var apiTarget: API.EventServiceWatchRequest.Target {
    switch self {
    case .session(let id): .sessionID(id)
    case .workspace(let path): .workspace(path)
    case .all: .all(true)
    case .run(let id): .runID(id)
    }
  }
}

/// Where a watch begins and how it ends.
public struct WatchOptions: Equatable, Sendable {
  /// For a session or a run: the `seq` of the last event the caller has.
  public var afterSeq: UInt64
  /// For a workspace or all: the `position` of the last event the caller has.
  public var afterPosition: UInt64
  /// First the state, as `snapshot` events; `afterSeq` and `afterPosition` are then not used.
  public var snapshot: Bool
  /// Ends at the last event there is instead of waiting for new ones.
  public var untilNow: Bool
  /// How long to try to reach the daemon again; `nil`: for ever.
  public var reconnectFor: Duration?

  public init(
    afterSeq: UInt64 = 0, afterPosition: UInt64 = 0, snapshot: Bool = false, untilNow: Bool = false,
    reconnectFor: Duration? = .seconds(60)
  ) {
    self.afterSeq = afterSeq
    self.afterPosition = afterPosition
    self.snapshot = snapshot
    self.untilNow = untilNow
    self.reconnectFor = reconnectFor
  }
}

/// What a watch tells.
public enum WatchUpdate: Equatable, Sendable {
  case event(API.Event)
  /// The connection ended; the watch tries again by itself.
  case disconnected(reason: String)
  /// The watch goes on where it was.
  case reconnected
}
