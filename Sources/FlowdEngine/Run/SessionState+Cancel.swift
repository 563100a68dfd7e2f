internal import FlowdModel

extension SessionState {
  /// `flow.cancel`.
  ///
  /// - Parameters:
  ///   - runID: `nil`: the active run.
  ///   - mode: `nil`: as the flow's `on-cancel` says.
  ///   - ended: The run as the store has it, when it is not in memory.
  func cancel(
    _ runID: RunID?, _ mode: CancelMode?, ended: RunView?, _ transaction: Transaction
  ) throws(Refusal) -> Reply {
    guard let runID else {
      let active = roots.filter { $0.record.status != .queued }
      guard let run = active.first ?? roots.first else {
        throw Refusal(
          .failedPrecondition, "NO_ACTIVE_RUN", "session \(meta.sessionID) has no active run to cancel",
          metadata: ["session_id": meta.sessionID.description])
      }
      guard active.count <= 1 else {
        let ids = active.map(\.record.id.description).joined(separator: ", ")
        throw Refusal(
          .failedPrecondition, "RUN_AMBIGUOUS", "\(active.count) runs are active; name one of them: \(ids)",
          metadata: ["run_ids": ids])
      }
      cancel(run, mode ?? run.definition.flow.onCancel, transaction)
      return .cancelled(run.view, .requested)
    }
    if let run = run(runID) {
      cancel(run, mode ?? run.definition.flow.onCancel, transaction)
      return .cancelled(run.view, .requested)
    }
    guard let ended, ended.record.sessionKey == record.key else { throw .runNotFound(runID.description) }
    return .cancelled(ended, .alreadyEnded)
  }

  /// Asks a run to end; asking again changes nothing, except that force follows grace.
  func cancel(_ run: RunMachine, _ mode: CancelMode, _ transaction: Transaction) {
    guard run.record.cancelRequested != mode, run.record.cancelRequested != .force else { return }
    run.record.cancelRequested = mode
    transaction.batch.write(run.record)
    emit(.runCancelRequested(mode), of: run, transaction)
    if run.record.status == .queued {
      run.beginEnding()
      end(run, transaction)
      return
    }
    if run.isEnding, mode == .force { run.dropFinalizers() }
    beginEnding(run, mode, transaction)
    advance(run, transaction)
  }
}

extension RunMachine {
  /// Force does not wait for what was to run at the end.
  func dropFinalizers() {
    ready = ReadySteps()
    awaitingValues.dropSteps()
  }
}
