internal import FlowdModel

extension SessionState {
  /// Something of a step is due: its next attempt, the end of a wait, or of a question's or a sub-flow's time.
  func fire(_ timer: StepTimer, _ transaction: Transaction) {
    guard let run = run(timer.run), !run.isSuspended, run.steps.indices.contains(timer.step),
      run.steps[timer.step].wakeAt == timer.due
    else { return }
    let index = timer.step
    switch run.steps[index].status {
    case .waitingRetry:
      run.steps[index].wakeAt = nil
      run.ready.insert(index)
    case .waitingInput: expire(index, of: run, transaction)
    case .running:
      if let child = run.steps[index].childRun.flatMap({ self.run($0) }), run.subflows.contains(index) {
        cancel(child, .force, transaction)
      } else if run.waiting.contains(index) {
        endWait(index, of: run, transaction)
      }
    case .pending, .succeeded, .failed, .skipped, .cancelled, .notRun: return
    }
    advance(run, transaction)
  }

  /// Looks whether a `wait` step has waited enough.
  func endWait(_ index: Int, of run: RunMachine, _ transaction: Transaction) {
    guard case .wait(.until(let condition, let interval, let deadline)) = run.definition(of: index).action else {
      settle(index, of: run, .succeeded, transaction)
      return
    }
    do throws(ExpressionError) {
      if try run.renderer(index, transaction).holds(condition) {
        run.dropLoaded(for: index)
        settle(index, of: run, .succeeded, transaction)
        return
      }
      run.dropLoaded(for: index)
    } catch {
      guard case .needsOutput(let step) = error.kind else {
        run.dropLoaded(for: index)
        settle(index, of: run, .failed, error: run.stepError(error), transaction)
        return
      }
      transaction.want(outputOf: step, of: run)
      run.awaitingValues.hold(start: index, for: step)
    }
    let next = transaction.now + interval
    let end = deadline.map { (run.steps[index].firstStartedAt ?? transaction.now) + $0 }
    if let end, next > end {
      let time = ErrorClassification.describe(deadline ?? .zero)
      settle(index, of: run, .failed, error: StepError(.fatal, "'until' did not hold within \(time)"), transaction)
      return
    }
    // Not written: after a restart it is looked at at once.
    run.steps[index].wakeAt = next
    transaction.setTimer(next, step: index, of: run)
  }
}
