internal import FlowdModel

extension SessionState {
  /// Starts what may start, or ends the run when nothing is left to wait for.
  func advance(_ run: RunMachine, _ transaction: Transaction) {
    guard !run.isSuspended, run.record.status == .running else { return }
    if !run.isEnding {
      guard !transaction.isStopping || run.ready.isEmpty else { return }
      while run.running.count < run.definition.flow.maxParallel, let next = run.ready.removeFirst() {
        startStep(next, of: run, transaction)
      }
    }
    guard run.running.isEmpty else { return }
    end(run, transaction)
  }

  /// Records a new attempt and asks for its execution.
  func startStep(_ index: Int, of run: RunMachine, _ transaction: Transaction) {
    run.steps[index].status = .running
    run.steps[index].attempt += 1
    run.steps[index].startedAt = transaction.now
    run.steps[index].finishedAt = nil
    run.running.insert(index)
    write(index, of: run, transaction)
    let definition = run.definition.flow.steps[index]
    emit(.stepStarted(stepID: definition.id, attempt: run.steps[index].attempt), of: run, transaction)
    switch definition.action {
    case .run(let command):
      transaction.batch.effects.append(.startCommand(run.request(for: index, command, session: meta)))
    }
  }

  func write(_ index: Int, of run: RunMachine, _ transaction: Transaction) {
    transaction.batch.steps[Batch.StepKey(run: run.record.key, index: index)] = run.steps[index]
  }

  /// Gives a step its final state and lets the run go on.
  func settle(
    _ index: Int, of run: RunMachine, _ status: StepStatus, exitCode: Int32? = nil, error: StepError? = nil,
    _ transaction: Transaction
  ) {
    run.running.remove(index)
    run.steps[index].status = status
    run.steps[index].finishedAt = transaction.now
    run.steps[index].exitCode = exitCode
    run.steps[index].error = error
    write(index, of: run, transaction)
    let definition = run.definition.flow.steps[index]
    emit(.stepFinished(run.steps[index], definition), of: run, transaction)
    if status == .failed, !definition.continueOnError {
      fail(run, at: index, transaction)
    } else {
      run.releaseDependents(of: index)
    }
  }

  /// The run has failed: what still runs is ended, nothing else starts.
  private func fail(_ run: RunMachine, at index: Int, _ transaction: Transaction) {
    guard run.failedStep == nil else { return }
    run.failedStep = index
    let message = run.steps[index].error?.message ?? "failed"
    run.record.error = "step \"\(run.definition.flow.steps[index].id)\": \(message)"
    transaction.batch.write(run.record)
    terminateRunning(run, transaction)
  }

  func terminateRunning(_ run: RunMachine, _ transaction: Transaction) {
    guard !run.isSuspended else { return }
    for index in run.running.sorted() { transaction.batch.effects.append(.terminate(run.attemptID(of: index))) }
  }

  /// Ends a run that has nothing left in hand, and starts one that waited for it.
  func end(_ run: RunMachine, _ transaction: Transaction) {
    for index in run.steps.indices where run.steps[index].status == .pending {
      run.steps[index].status = .notRun
      run.steps[index].finishedAt = transaction.now
      write(index, of: run, transaction)
      emit(.stepFinished(run.steps[index], run.definition.flow.steps[index]), of: run, transaction)
    }
    switch (run.failedStep, run.record.cancelRequested) {
    case (_, .force): run.record.status = .cancelled
    case (.some, _): run.record.status = .failed
    case (nil, .graceful): run.record.status = .interrupted
    case (nil, nil): run.record.status = .succeeded
    }
    run.record.finishedAt = transaction.now
    run.record.report = run.renderReport()
    transaction.batch.write(run.record)
    transaction.batch.environments.updateValue(nil, forKey: run.record.key)
    emit(
      .runFinished(run.record.status, report: run.record.report, error: run.record.error), of: run, transaction)
    recentRequests.update(run.record)
    runs.removeAll { $0 === run }
    transaction.runsEnded.append(run.record.id)
    transaction.batch.endedRuns[run.record.id] = run.view
    beginNext(transaction)
  }

  /// Starts the oldest waiting run once no other is active.
  private func beginNext(_ transaction: Transaction) {
    guard !transaction.isStopping, activeRun == nil, let next = runs.first else { return }
    begin(next, transaction)
  }
}
