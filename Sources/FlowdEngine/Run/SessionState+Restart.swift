internal import FlowdModel

extension SessionState {
  /// Reconciles the runs that a daemon left behind, once its attempts are ended: settled steps stay, an attempt that was
  /// cut off goes by its step's `on-restart`, what waits for a time or a person waits on.
  func resumeAfterRestart(_ transaction: Transaction) {
    let suspended = runs.filter(\.isSuspended)
    transaction.batch.resumedRuns += suspended.map(\.record.id)
    for run in suspended {
      run.isSuspended = false
      // Those that came meanwhile were not heeded.
      for step in run.steps { if let due = step.wakeAt { transaction.setTimer(due, step: step.index, of: run) } }
    }
    // Found before any of them goes on: one that ends may begin another, which has nothing to reconcile.
    // Children first: a parent's step goes on with what its run has become.
    let cutOff = suspended.filter(\.isBegun).sorted {
      ($0.record.parent?.depth ?? 0, $1.record.key) > ($1.record.parent?.depth ?? 0, $0.record.key)
    }
    // None goes on, and so none ends, before all are reconciled.
    for run in cutOff {
      run.isAdvancing = true
      emit(.runResumed(afterRestart: true), of: run, transaction)
      // What is a step of a run that cannot go on has nobody to go on for.
      if let parent = run.record.parent.flatMap({ self.run($0.id) }), parent.unreadable != nil {
        run.record.cancelRequested = .force
        run.dropFinalizers()
        transaction.batch.write(run.record)
        emit(.runCancelRequested(.force), of: run, transaction)
      }
      // It was cancelled while it waited for this.
      if run.record.cancelRequested != nil { run.beginEnding() }
    }
    for run in cutOff { reconcile(run, transaction) }
    for run in cutOff { run.isAdvancing = false }
    for run in cutOff where self.run(run.record.id) != nil {
      redecideQuestions(run, transaction)
      advance(run, transaction)
    }
    beginNext(transaction)
    for run in roots where run.record.status == .queued && !run.record.waitsForOthers { begin(run, transaction) }
  }

  private func reconcile(_ run: RunMachine, _ transaction: Transaction) {
    for index in run.executing.sorted() { reconcile(index, of: run, transaction) }
    guard run.isEnding else { return }
    giveUpWhatWaits(run, transaction)
    if let mode = run.record.cancelRequested { endExecuting(run, mode, transaction) }
  }

  private func reconcile(_ index: Int, of run: RunMachine, _ transaction: Transaction) {
    let step = run.definition(of: index)
    let cutOff = StepError(.recoverable, "cut off when the daemon stopped")
    switch step.action {
    case .flow:
      if let child = run.steps[index].childRun, self.run(child) != nil { return }
    case .input:
      run.outputs.note(index, storedUnder: run.record.key, as: index)
      transaction.want(outputOf: index, of: run)
      run.awaitingValues.hold(StepResult(outcome: .elapsed), of: index, for: index)
      return
    case .wait:
      transaction.batch.effects.append(.finishNow(run.attemptID(of: index)))
      return
    case .run, .script, .http, .agent: break
    }
    if run.isGivenUp(index) {
      settle(index, of: run, .cancelled, error: cutOff, transaction)
      return
    }
    switch step.onRestart {
    case .retry: again(index, of: run, cutOff, transaction)
    case .fail:
      settle(
        index, of: run, .failed, error: StepError(.fatal, "\(cutOff.message), and on-restart is fail"), transaction)
    case .ask:
      run.steps[index].error = StepError(.needsUser, "\(cutOff.message), and on-restart asks a person")
      let prompt = "\(run.name(of: index)) was \(cutOff.message). Run it again?"
      askForDecision(index, of: run, .restart, prompt, transaction)
    }
  }

  /// The next attempt of a step follows at once.
  private func again(_ index: Int, of run: RunMachine, _ error: StepError, _ transaction: Transaction) {
    run.executing.remove(index)
    run.subflows.remove(index)
    run.waiting.insert(index)
    run.steps[index].status = .waitingRetry
    run.steps[index].wakeAt = nil
    run.steps[index].error = error
    write(index, of: run, transaction)
    emitRetrying(index, of: run, error, at: transaction.now, transaction)
    run.ready.insert(index)
  }
}
