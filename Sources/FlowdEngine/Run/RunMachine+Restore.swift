package import FlowdModel

/// An unfinished run as the store has it.
package struct StoredRun: Sendable {
  package var record: RunRecord
  package var definition: PinnedDefinition
  package var environment: [String]
  package var inputs: [JSONValue.Member]
  /// Those that have left `pending`.
  package var steps: [StepRecord]
  /// Of settled steps that are referred to.
  package var outputs: [Int: StepOutput]

  package init(
    record: RunRecord, definition: PinnedDefinition, environment: [String], inputs: [JSONValue.Member],
    steps: [StepRecord], outputs: [Int: StepOutput]
  ) {
    self.record = record
    self.definition = definition
    self.environment = environment
    self.inputs = inputs
    self.steps = steps
    self.outputs = outputs
  }
}

extension RunMachine {
  /// A run as it was when its last decision became durable.
  ///
  /// - Parameter isSuspended: The attempts in hand belong to a daemon that is gone.
  convenience init(restoring stored: StoredRun, isSuspended: Bool) {
    self.init(
      record: stored.record, definition: stored.definition, environment: stored.environment, inputs: stored.inputs)
    self.isSuspended = isSuspended
    outputs = stored.outputs
    for step in stored.steps {
      steps[step.index] = step
      if step.status == .running { running.insert(step.index) }
      if step.status == .failed, !definition.flow.steps[step.index].continueOnError {
        failedStep = failedStep ?? step.index
      }
    }
    ready = ReadySteps()
    for index in steps.indices where steps[index].status.isFinal {
      for dependent in definition.dependents[index] {
        let acceptsAny = definition.flow.steps[dependent].needs.contains { $0.step == index && $0.any }
        if acceptsAny || satisfiesDependents(index) { unmetNeeds[dependent] -= 1 }
      }
    }
    for index in steps.indices where steps[index].status == .pending && unmetNeeds[index] == 0 { ready.insert(index) }
  }
}

extension SessionState {
  /// Reconciles the runs that a daemon left behind, once its attempts are ended: settled steps stay, an attempt that was
  /// cut off goes by its step's `on-restart`.
  func resumeAfterRestart(_ transaction: Transaction) {
    let suspended = runs.filter(\.isSuspended)
    for run in suspended { run.isSuspended = false }
    transaction.batch.resumedRuns += suspended.map(\.record.id)
    // Found before any of them goes on: one that ends may begin another, which has nothing to reconcile.
    let cutOff = suspended.filter { $0.record.status == .running }
    for run in cutOff {
      emit(.runResumed(afterRestart: true), of: run, transaction)
      for index in run.running.sorted() { reconcile(index, of: run, transaction) }
      advance(run, transaction)
    }
    if activeRun == nil, let next = runs.first { begin(next, transaction) }
  }

  private func reconcile(_ index: Int, of run: RunMachine, _ transaction: Transaction) {
    let step = run.definition.flow.steps[index]
    let cutOff = StepError(.recoverable, "cut off when the daemon stopped")
    if run.isEnding {
      settle(index, of: run, .cancelled, error: cutOff, transaction)
      return
    }
    switch step.onRestart {
    case .retry:
      run.running.remove(index)
      emit(
        .stepRetrying(stepID: step.id, attempt: run.steps[index].attempt, cutOff, nextAt: transaction.now),
        of: run, transaction)
      startStep(index, of: run, transaction)
    case .fail:
      settle(
        index, of: run, .failed, error: StepError(.fatal, "\(cutOff.message), and on-restart is fail"), transaction)
    }
  }
}
