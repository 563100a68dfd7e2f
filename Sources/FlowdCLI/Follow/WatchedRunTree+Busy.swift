internal import FlowdClient
internal import FlowdWire

extension WatchedRunTree {
  /// A step is being run, or goes on by itself later; questions do not count.
  var isBusy: Bool { runs.values.contains { isBusy($0) } }

  private func isBusy(_ run: WatchedRun) -> Bool {
    if run.isFinished { return false }
    if run.steps.isEmpty || run.status == .queued { return true }
    return run.steps.contains { step in
      guard let children = step.children else { return isBusy(step) }
      return !children.first(1) { $0 == .waitingRetry }.isEmpty
        || children.first(Int.max, where: { $0 == .running }).contains { item in
          children.details(item).map { isBusy($0) } ?? true
        }
    }
  }

  /// A step with a run of its own is as busy as that run.
  private func isBusy(_ step: WatchedStep) -> Bool {
    step.status == .waitingRetry || step.status == .running && runs[step.childRunID] == nil
  }
}
