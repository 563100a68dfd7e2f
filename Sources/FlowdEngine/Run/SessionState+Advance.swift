internal import FlowdModel

extension SessionState {
  /// Starts what may start, or ends the run when nothing is left to wait for.
  func advance(_ run: RunMachine, _ transaction: Transaction) {
    guard !run.isSuspended, !run.isAdvancing, run.isBegun else { return }
    run.isAdvancing = true
    while mayStart(run, transaction), let next = run.ready.removeFirst() { open(next, of: run, transaction) }
    run.isAdvancing = false
    if run.isExhausted {
      end(run, transaction)
    } else {
      // Also what was loaded for a step that has been ended meanwhile.
      if !run.awaitingValues.needsLoaded { run.outputs.dropLoaded() }
      updateStatus(run, transaction)
    }
  }

  private func mayStart(_ run: RunMachine, _ transaction: Transaction) -> Bool {
    guard !run.ready.isEmpty, !transaction.isStopping, run.executing.count < run.definition.flow.maxParallel else {
      return false
    }
    // One after the other, or each would keep in memory what was loaded for it until it has all that it needs.
    if run.awaitingValues.startCount > 0 { return false }
    if run.isEnding { return true }
    if run.record.isPauseRequested { return false }
    return !run.record.isStepping || (run.executing.isEmpty && !run.waiting.contains { !run.isDue($0) })
  }

  /// Begins a step that is ready, or the next attempt of one.
  private func open(_ index: Int, of run: RunMachine, _ transaction: Transaction) {
    do throws(ExpressionError) {
      if run.steps[index].status == .pending, run.steps[index].parent == nil {
        let definition = run.definition.flow.steps[index]
        if let condition = definition.condition,
          try !run.renderer(index, transaction).holds(condition)
        {
          run.dropLoaded(for: index)
          settle(index, of: run, .skipped, transaction)
          return
        }
        if let foreach = definition.foreach {
          try expand(index, foreach, of: run, transaction)
          run.dropLoaded(for: index)
          return
        }
      }
      try startAttempt(index, of: run, transaction)
      run.dropLoaded(for: index)
    } catch {
      if case .needsOutput(let step) = error.kind {
        transaction.want(outputOf: step, of: run)
        run.awaitingValues.hold(start: index, for: step)
      } else {
        run.dropLoaded(for: index)
        settle(index, of: run, .failed, error: run.stepError(error), transaction)
      }
    }
  }

  /// Brings the run's status in line with what its steps do.
  func updateStatus(_ run: RunMachine, _ transaction: Transaction) {
    guard run.isBegun, !run.isSuspended else { return }
    let status = status(of: run)
    guard status != run.record.status else { return }
    run.record.status = status
    transaction.batch.write(run.record)
    if status == .paused { emit(.runPaused, of: run, transaction) }
    guard let parent = run.record.parent, let above = self.run(parent.id) else { return }
    // How long a person takes is not the circuit's affair.
    if status == .waitingInput || status == .paused, let pass = above.circuits.removeValue(forKey: parent.step) {
      transaction.circuits.giveBack(pass)
    }
    updateStatus(above, transaction)
  }

  private func status(of run: RunMachine) -> RunStatus {
    let children = run.subflows.compactMap { run.steps[$0].childRun }.compactMap { self.run($0)?.record.status }
    let isBusy = run.executing.count > children.count { $0 == .paused || $0 == .waitingInput }
    if isBusy || run.isEnding { return .running }
    if run.record.isPauseRequested { return .paused }
    let asks = !run.asking.isEmpty || children.contains(.waitingInput)
    let isStill = run.waiting.count == run.asking.count && run.ready.isEmpty && run.awaitingValues.isEmpty
    return asks && isStill ? .waitingInput : .running
  }

  /// Ends a run that has nothing left in hand, and starts one that waited for it.
  func end(_ run: RunMachine, _ transaction: Transaction) {
    for index in run.definition.flow.steps.indices where run.steps[index].status == .pending {
      markNotRun(index, of: run, transaction)
    }
    do throws(ExpressionError) {
      run.record.outputs = try run.renderOutputs(transaction)
      run.record.report = try run.renderReport(transaction)
    } catch {
      guard case .needsOutput(let step) = error.kind else { preconditionFailure("a report has no other mistakes") }
      run.awaitingValues.end = step
      transaction.want(outputOf: step, of: run)
      return
    }
    if let reason = run.unreadable { run.record.error = reason }
    switch (run.failedStep, run.record.cancelRequested) {
    case _ where run.unreadable != nil: run.record.status = .failed
    case (_, .force): run.record.status = .cancelled
    case (.some, _): run.record.status = .failed
    case (nil, .graceful): run.record.status = .interrupted
    case (nil, nil): run.record.status = .succeeded
    }
    run.record.finishedAt = transaction.now
    transaction.batch.write(run.record)
    if run.record.parent == nil { transaction.batch.environments.updateValue(nil, forKey: run.record.key) }
    let record = run.record
    emit(
      .runFinished(record.status, report: record.report, error: record.error, outputs: record.outputs), of: run,
      transaction)
    recentRequests.update(record)
    remove(run)
    transaction.runsEnded.append(record.id)
    transaction.batch.endedRuns[record.id] = run.view
    if let next = transaction.groups.leave(record.id, group: record.group, &transaction.batch) {
      transaction.released.append(next)
    }
    if record.parent != nil {
      finishSubflow(run, transaction)
    } else {
      beginNext(transaction)
    }
  }

  /// Looks at every run: after a failed commit, what would have gone on was forgotten.
  func goOn(_ transaction: Transaction) {
    for run in runs { redecideQuestions(run, transaction) }
    for run in roots where run.record.status == .queued && !run.record.group.isEmpty && !run.record.waitsForOthers {
      begin(run, transaction)
    }
    beginNext(transaction)
  }

  func markNotRun(_ index: Int, of run: RunMachine, _ transaction: Transaction) {
    run.steps[index].status = .notRun
    run.steps[index].finishedAt = transaction.now
    write(index, of: run, transaction)
    emit(
      .stepFinished(run.name(of: index), run.steps[index], run.definition(of: index), StepDetails()), of: run,
      transaction)
  }

  /// Starts the oldest waiting run once no other is active.
  func beginNext(_ transaction: Transaction) {
    guard !transaction.isStopping, activeRun == nil,
      let next = roots.first(where: { $0.record.waitsForOthers || $0.record.group.isEmpty })
    else { return }
    begin(next, transaction)
  }
}

extension RunMachine {
  /// It was started and has not ended.
  var isBegun: Bool {
    switch record.status {
    case .running, .waitingInput, .paused: true
    case .queued, .succeeded, .failed, .cancelled, .interrupted: false
    }
  }
}
