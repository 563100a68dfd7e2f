public import FlowdWire

/// A run with the runs that are its steps, and theirs, as the events of their session tell it.
///
/// Runs of steps are forgotten when they have ended.
public struct WatchedRunTree: Sendable {
  public let rootID: String
  /// Those that have not ended, and the root, by id.
  public private(set) var runs: [String: WatchedRun]
  private var paths: [String: String] = [:]

  public init(root: WatchedRun) {
    rootID = root.runID
    runs = [root.runID: root]
  }

  public var root: WatchedRun { runs[rootID] ?? WatchedRun(runID: rootID) }

  /// The step ids that lead to a run, such as `release/publish[2]`; empty for the root.
  public func path(of runID: String) -> String { paths[runID] ?? "" }

  /// Whether an event tells of one of these runs.
  public func contains(_ event: API.Event) -> Bool {
    if event.runID.isEmpty { return false }
    if event.runID == rootID || runs[event.runID] != nil { return true }
    if case .runStarted(let started)? = event.kind { return runs[started.parentRunID] != nil }
    return false
  }

  /// Takes the next event of the session.
  ///
  /// - Returns: `false` for one of something else; nothing has changed.
  @discardableResult
  public mutating func apply(_ event: API.Event) -> Bool {
    guard contains(event) else { return false }
    if case .runStarted(let started)? = event.kind, event.runID != rootID {
      adopt(event.runID, by: started.parentRunID, started.parentStepID)
    }
    if case .stepStarted(let started)? = event.kind, !started.childRunID.isEmpty {
      adopt(started.childRunID, by: event.runID, started.stepID)
    }
    runs[event.runID]?.apply(event)
    return true
  }

  /// Takes a run as the daemon holds it, when it is a step's of one of these.
  ///
  /// - Returns: Whether it is.
  @discardableResult
  public mutating func add(_ run: API.Run) -> Bool {
    guard runs[run.parentRunID] != nil else { return false }
    adopt(run.runID, by: run.parentRunID, run.parentStepID)
    runs[run.runID] = WatchedRun(run)
    return true
  }

  /// Lets go of a run that has ended.
  public mutating func forget(_ runID: String) {
    guard runID != rootID else { return }
    runs[runID] = nil
    paths[runID] = nil
  }

  private mutating func adopt(_ runID: String, by parent: String, _ step: String) {
    guard runs[runID] == nil, runID != rootID else { return }
    runs[runID] = WatchedRun(runID: runID)
    let above = path(of: parent)
    paths[runID] = above.isEmpty ? step : "\(above)/\(step)"
  }
}
