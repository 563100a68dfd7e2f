internal import FlowdModel

extension SessionState {
  /// `session.setMode`: how questions to a person are treated from the next decision on.
  func setMode(_ mode: RunMode, expected: Expectation, _ transaction: Transaction) throws(Refusal) -> Reply {
    try requireOpen()
    try require(expected)
    changeMeta(transaction) { $0.mode = mode }
    for run in runs { setMode(mode, of: run, transaction) }
    return .meta(meta)
  }

  /// A run goes by the new mode from now on, also for the questions that wait.
  private func setMode(_ mode: RunMode, of run: RunMachine, _ transaction: Transaction) {
    guard run.record.mode != mode, !run.record.status.isFinal else { return }
    run.record.mode = mode
    transaction.batch.write(run.record)
    emit(.runModeChanged(mode), of: run, transaction)
    redecideQuestions(run, transaction)
  }
}
