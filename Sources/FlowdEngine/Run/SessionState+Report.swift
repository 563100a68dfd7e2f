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

  /// A value that expressions of a run waited for was read.
  func deliver(_ output: StepOutput, of step: Int, to id: RunID, _ transaction: Transaction) {
    guard let run = run(id), !run.isSuspended else { return }
    run.loading.remove(step)
    // What was read ahead is kept while there is room; whoever needs it asks for it.
    if run.awaitingValues.waits(for: step) || run.outputs.loadedByteCount < Limits.runOutputsBytesMax {
      run.outputs.insertLoaded(output, of: step, run: run.record.key, durableBatch: transaction.durableBatch)
    }
    let released = run.awaitingValues.take(for: step)
    for index in released.starts {
      switch run.steps[index].status {
      case .pending, .waitingRetry: run.ready.insert(index)
      case .running: endWait(index, of: run, transaction)
      case .waitingInput, .succeeded, .failed, .skipped, .cancelled, .notRun: break
      }
    }
    for (index, result) in released.results {
      // A step that waits for its own output had its answer before a restart.
      let answer = index == step ? output.details.result.map { StepResult(outcome: .returned($0)) } : nil
      conclude(index, answer ?? result, of: run, transaction)
    }
    if released.end, !run.isBegun {
      end(run, transaction)
    } else {
      advance(run, transaction)
    }
  }
}
