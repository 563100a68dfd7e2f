package import FlowdClient
package import FlowdWire

/// A run with the runs of its steps, and the end of what its commands wrote: all that a picture of it needs.
package struct ShownRun: Sendable {
  package private(set) var tree: WatchedRunTree
  /// By run and step; of steps that are in hand or failed.
  private var tails: [String: [String: OutputTail]] = [:]
  /// By run and step; of agents whose last word was no part of their answer.
  private var activities: [String: [String: ActivityTail]] = [:]

  package init(_ root: WatchedRun) { tree = WatchedRunTree(root: root) }

  /// A run as the daemon holds it, with what its steps wrote where that is known.
  package init(_ run: API.Run) {
    self.init(WatchedRun(run))
    for step in run.steps where step.status == .failed {
      var tail = OutputTail()
      // Only the beginning is known of what was cut.
      if !step.stdoutTruncated { tail.add(step.stdout) }
      if !step.stderrTruncated { tail.add(step.stderr) }
      if !tail.lines.isEmpty { tails[run.runID, default: [:]][step.stepID] = tail }
    }
  }

  package var root: WatchedRun { tree.root }

  /// Takes the runs that are steps of this one, out of all that the daemon holds.
  package mutating func add(stepsOf runs: [API.Run]) {
    // Oldest first, so that each finds the run whose step it is.
    for run in runs.sorted(by: { $0.firstEventSeq < $1.firstEventSeq }) where !run.parentRunID.isEmpty { tree.add(run) }
  }

  /// Takes the next event.
  ///
  /// - Returns: `false` for one of another run.
  package mutating func apply(_ event: API.Event) -> Bool {
    guard tree.apply(event) else { return false }
    switch event.kind {
    case .stepOutput(let output):
      tails[event.runID, default: [:]][output.stepID, default: OutputTail()].add(output.chunk)
      activities[event.runID]?[output.stepID] = nil
    case .stepActivity(let activity):
      activities[event.runID, default: [:]][activity.stepID, default: ActivityTail()].add(activity)
    case .stepStarted(let started):
      tails[event.runID]?[started.stepID] = nil
      activities[event.runID]?[started.stepID] = nil
    case .stepFinished(let finished):
      let id = finished.step?.stepID ?? ""
      activities[event.runID]?[id] = nil
      // A child that failed after many others is known by its state only.
      let isKept = finished.step?.status == .failed && tree.runs[event.runID]?.step(id) != nil
      if !isKept { tails[event.runID]?[id] = nil }
    case .runFinished:
      activities[event.runID] = nil
      guard event.runID != tree.rootID else { break }
      tails[event.runID] = nil
      tree.forget(event.runID)
    default: break
    }
    return true
  }

  package func tail(_ step: String, of run: String) -> OutputTail? { tails[run]?[step] }

  /// What an agent does now, such as `uses: read README.md`; `nil` while it answers.
  package func activity(_ step: String, of run: String) -> String? { activities[run]?[step]?.line }
}
