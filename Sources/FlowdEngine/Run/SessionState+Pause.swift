internal import FlowdModel

extension SessionState {
  /// `flow.pause`: the steps in hand finish, no other starts. Pausing a paused run changes nothing.
  func pause(_ id: RunID, ended: RunView?, _ transaction: Transaction) throws(Refusal) -> Reply {
    let run = try unfinished(id, ended, to: "pause")
    requestPause(run, transaction)
    updateStatus(run, transaction)
    return .run(run.view)
  }

  func requestPause(_ run: RunMachine, _ transaction: Transaction) {
    guard !run.record.isPauseRequested, !run.isEnding else { return }
    run.record.isPauseRequested = true
    transaction.batch.write(run.record)
    emit(.runPauseRequested, of: run, transaction)
    for child in children(of: run) {
      requestPause(child, transaction)
      updateStatus(child, transaction)
    }
  }

  /// `flow.resume`: goes on. Resuming a run that is not paused changes nothing but whether it pauses after each step.
  func resume(
    _ id: RunID, stepByStep: Bool, ended: RunView?, _ transaction: Transaction
  ) throws(Refusal) -> Reply {
    let run = try unfinished(id, ended, to: "resume")
    resume(run, stepByStep: stepByStep, transaction)
    return .run(run.view)
  }

  private func resume(_ run: RunMachine, stepByStep: Bool, _ transaction: Transaction) {
    let wasPaused = run.record.isPauseRequested
    guard wasPaused || run.record.isStepping != stepByStep else { return }
    run.record.isPauseRequested = false
    run.record.isStepping = stepByStep
    if run.record.status == .paused { run.record.status = .running }
    transaction.batch.write(run.record)
    if wasPaused { emit(.runResumed(afterRestart: false), of: run, transaction) }
    for child in children(of: run) { resume(child, stepByStep: stepByStep, transaction) }
    advance(run, transaction)
  }

  /// The outermost run that a run belongs to.
  func root(of run: RunMachine) -> RunMachine {
    var root = run
    while let parent = root.record.parent, let above = self.run(parent.id) { root = above }
    return root
  }

  /// The runs that are steps of a run, in hand.
  func children(of run: RunMachine) -> [RunMachine] {
    run.subflows.sorted().compactMap { run.steps[$0].childRun }.compactMap { self.run($0) }
  }

  private func unfinished(_ id: RunID, _ ended: RunView?, to verb: String) throws(Refusal) -> RunMachine {
    if let run = run(id) { return run }
    guard let ended, ended.record.sessionKey == record.key else { throw .runNotFound(id.description) }
    throw Refusal(
      .failedPrecondition, "RUN_ENDED",
      "run \(id) has ended (\(ended.record.status.name)); there is nothing to \(verb)",
      metadata: ["run_id": id.description, "status": ended.record.status.name])
  }
}
