internal import FlowdModel

extension SessionState {
  /// Takes what an executor says of an attempt. What comes late, for an attempt that is no longer the one in hand, is
  /// ignored.
  func apply(_ report: StepReport, _ transaction: Transaction) {
    let index = report.attempt.step
    guard let run = run(report.attempt.run), run.steps.indices.contains(index),
      run.steps[index].attempt == report.attempt.attempt
    else { return }
    if run.parked.contains(index) {
      applyToParked(report, run, transaction)
      return
    }
    guard run.executing.contains(index), run.steps[index].status == .running,
      !run.awaitingValues.holdsResult(of: index)
    else { return }
    switch report.kind {
    case .launched: break
    case .activity(let activity):
      emit(.stepActivity(run.name(of: index), attempt: report.attempt.attempt, activity), of: run, transaction)
    case .asked(let question):
      askForPermission(question, index, of: run, transaction)
      advance(run, transaction)
    case .output(let chunk):
      emit(.stepOutput(run.name(of: index), attempt: report.attempt.attempt, chunk), of: run, transaction)
    case .finished(let result):
      if result.outcome == .cancelled {
        let details = keepOutput(StepOutput(result), of: index, run, transaction)
        settle(index, of: run, .cancelled, details: details, transaction)
      } else {
        conclude(index, result, of: run, transaction)
      }
      advance(run, transaction)
    }
  }

  /// Values that expressions of a run waited for were read.
  ///
  /// - Parameters:
  ///   - found: Of the first of `wanted`, in their order.
  ///   - wanted: The steps whose outputs were asked for; the rest was not read because it was too much at once.
  func deliver(_ found: [LoadedOutput], of wanted: [Int], to id: RunID, _ transaction: Transaction) {
    guard let run = run(id), !run.isSuspended else { return }
    for step in wanted { run.loading.remove(step) }
    for loaded in found {
      run.outputs.insertLoaded(
        loaded.output, of: loaded.step, run: run.record.key, durableBatch: transaction.durableBatch)
    }
    var isEnd = false
    for loaded in found {
      let released = run.awaitingValues.take(for: loaded.step)
      isEnd = isEnd || released.end
      for index in released.starts { goOn(index, of: run, transaction) }
      for (index, result) in released.results {
        // A step that waits for its own output had its answer before a restart.
        let own = index == loaded.step ? loaded.output.details.result : nil
        conclude(index, own.map { StepResult(outcome: .returned($0)) } ?? result, of: run, transaction)
      }
    }
    for step in wanted.dropFirst(found.count) where run.awaitingValues.waits(for: step) {
      transaction.want(outputOf: step, of: run)
    }
    if isEnd, !run.isBegun {
      end(run, transaction)
    } else {
      advance(run, transaction)
    }
  }

  /// A step whose start, or whose look at what it waits for, was put off.
  private func goOn(_ index: Int, of run: RunMachine, _ transaction: Transaction) {
    switch run.steps[index].status {
    case .pending, .waitingRetry: run.ready.insert(index)
    case .running: endWait(index, of: run, transaction)
    case .waitingInput, .succeeded, .failed, .skipped, .cancelled, .notRun: break
    }
  }
}
