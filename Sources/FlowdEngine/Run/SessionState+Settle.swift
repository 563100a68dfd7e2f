internal import FlowdModel

extension SessionState {
  func write(_ index: Int, of run: RunMachine, _ transaction: Transaction) {
    transaction.batch.write(run.steps[index], of: run.record.key)
  }

  /// Gives a step its final state and lets the run go on; the caller advances it.
  func settle(
    _ index: Int, of run: RunMachine, _ status: StepStatus, exitCode: Int32? = nil, error: StepError? = nil,
    details: StepDetails = StepDetails(), _ transaction: Transaction
  ) {
    let wasBegun = run.steps[index].status != .pending
    run.executing.remove(index)
    // Nobody waits for its agent any more.
    if run.parked.remove(index) != nil { transaction.batch.effects.append(.terminate(run.attemptID(of: index))) }
    var details = details
    if let use = run.agentUses.removeValue(forKey: index) { details.agent = details.agent ?? use }
    // What its end says of the circuit was told before.
    if let pass = run.circuits.removeValue(forKey: index) { transaction.circuits.giveBack(pass) }
    run.subflows.remove(index)
    run.waiting.remove(index)
    letBehindTry(index, of: run)
    run.asking.remove(index)
    run.awaitingValues.drop(result: index)
    run.steps[index].status = status
    run.steps[index].finishedAt = transaction.now
    run.steps[index].wakeAt = nil
    run.steps[index].question = nil
    run.steps[index].exitCode = exitCode
    run.steps[index].error = error
    write(index, of: run, transaction)
    let definition = run.definition(of: index)
    emit(.stepFinished(run.name(of: index), run.steps[index], definition, details), of: run, transaction)
    if let parent = run.steps[index].parent {
      settleChild(index, of: parent, run, transaction)
    } else {
      let fails = status == .failed && !definition.continueOnError && run.failedStep == nil
      // Finalizers that wait for it go on; what a failure is the first to end, it releases by that.
      if !fails || run.isEnding { run.releaseDependents(of: index) }
      if fails { fail(run, at: index, transaction) }
    }
    if run.record.isStepping, wasBegun, run.isBegun, !run.isList(index), !run.isEnding {
      requestPause(root(of: run), transaction)
    }
  }

  /// Keeps what a step produced: in the store always, in memory when an expression reads it.
  ///
  /// - Returns: Its details as watchers are told of them.
  @discardableResult
  func keepOutput(
    _ output: StepOutput, of index: Int, _ run: RunMachine, _ transaction: Transaction
  ) -> StepDetails {
    var output = output
    if let use = run.agentUses[index] {
      var whole = output.details.agent ?? use
      whole.permissions = use.permissions + (output.details.agent?.permissions ?? [])
      output.details.agent = whole
    }
    guard !output.isEmpty else { return output.details }
    defer { keep(output, of: index, run, transaction) }
    var details = output.details
    details.exchange?.preview = HTTPExchange.preview(of: output.stdout)
    return details
  }

  private func keep(_ output: StepOutput, of index: Int, _ run: RunMachine, _ transaction: Transaction) {
    transaction.batch.outputs[Batch.StepKey(run: run.record.key, index: index)] = output
    guard run.isKept(outputOf: index) else { return }
    run.outputs.insert(
      output, of: index, run: run.record.key, batch: transaction.batch.number, durableBatch: transaction.durableBatch)
  }

  /// The run has failed: what still runs is ended as the flow says, nothing else starts but finalizers.
  private func fail(_ run: RunMachine, at index: Int, _ transaction: Transaction) {
    run.failedStep = index
    let error = run.steps[index].error
    run.record.error = "step \"\(run.name(of: index))\": \(error?.message ?? "failed")"
    transaction.batch.write(run.record)
    beginEnding(run, run.definition.flow.onFailure.mode(for: error?.errorClass ?? .fatal), transaction)
  }

  /// Nothing starts any more but finalizers. What waits is given up, what runs finishes or is ended.
  func beginEnding(_ run: RunMachine, _ mode: CancelMode, _ transaction: Transaction) {
    guard !run.isSuspended else { return }
    run.beginEnding()
    giveUpWhatWaits(run, transaction)
    endExecuting(run, mode, transaction)
  }

  /// Of a run that ends: settles what waits, and lets no further children of lists begin.
  func giveUpWhatWaits(_ run: RunMachine, _ transaction: Transaction) {
    for index in run.waiting.sorted() where !run.isSpared(index) { giveUp(index, of: run, transaction) }
    for parent in run.lists.keys.sorted() where !run.isSpared(parent) { closeList(parent, of: run, transaction) }
  }

  /// Settles a step that waits for a person, a timer or its next attempt.
  func giveUp(_ index: Int, of run: RunMachine, _ transaction: Transaction) {
    guard run.waiting.contains(index) else { return }
    settle(index, of: run, .cancelled, error: run.steps[index].error, transaction)
  }

  /// Ends what executes; with grace, sub-flows finish their steps in hand and commands run to their end.
  func endExecuting(_ run: RunMachine, _ mode: CancelMode, _ transaction: Transaction) {
    guard !run.isSuspended else { return }
    for index in run.executing.sorted() where !run.isSpared(index) { endAttempt(index, of: run, mode, transaction) }
  }

  func endAttempt(_ index: Int, of run: RunMachine, _ mode: CancelMode, _ transaction: Transaction) {
    if let child = run.steps[index].childRun.flatMap({ self.run($0) }), run.subflows.contains(index) {
      cancel(child, mode, transaction)
    } else if mode == .force {
      transaction.batch.effects.append(.terminate(run.attemptID(of: index)))
    }
  }
}
