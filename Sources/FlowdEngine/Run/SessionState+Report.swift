internal import FlowdModel

extension SessionState {
  /// Takes what an executor says of an attempt. What comes late, for an attempt that is no longer the one in hand, is
  /// ignored.
  func apply(_ report: StepReport, _ transaction: Transaction) {
    guard let run = runs.first(where: { $0.record.id == report.attempt.run }),
      run.steps.indices.contains(report.attempt.step),
      run.steps[report.attempt.step].status == .running,
      run.steps[report.attempt.step].attempt == report.attempt.attempt
    else { return }
    let index = report.attempt.step
    switch report.kind {
    case .launched: break
    case .output(let chunk):
      let stepID = run.definition.flow.steps[index].id
      emit(.stepOutput(stepID: stepID, attempt: report.attempt.attempt, chunk), of: run, transaction)
    case .finished(let result):
      keepOutput(of: index, result, run, transaction)
      let (status, exitCode, error) = SessionState.judge(result, run.definition.flow.steps[index])
      settle(index, of: run, status, exitCode: exitCode, error: error, transaction)
      advance(run, transaction)
    }
  }

  private func keepOutput(of index: Int, _ result: StepResult, _ run: RunMachine, _ transaction: Transaction) {
    guard !result.stdout.isEmpty || !result.stderr.isEmpty else { return }
    let output = StepOutput(
      stdout: result.stdout, stderr: result.stderr, stdoutTruncated: result.stdoutTruncated,
      stderrTruncated: result.stderrTruncated)
    transaction.batch.outputs[Batch.StepKey(run: run.record.key, index: index)] = output
    if run.definition.isOutputReferenced[index] { run.outputs[index] = output }
  }

  /// What the end of a command means for its step.
  static func judge(
    _ result: StepResult, _ step: StepDefinition
  ) -> (status: StepStatus, exitCode: Int32?, error: StepError?) {
    switch result.outcome {
    case .exited(0): (.succeeded, 0, nil)
    case .exited(let code): (.failed, code, StepError(.fatal, "exited with code \(code)"))
    case .signalled(let signal): (.failed, nil, StepError(.fatal, "ended by signal \(signal)"))
    case .timedOut:
      (.failed, nil, StepError(.recoverable, "timed out after \(step.timeout.map(describe) ?? "its time")"))
    case .cancelled: (.cancelled, nil, nil)
    case .notStarted(let reason): (.failed, nil, StepError(.fatal, reason))
    }
  }

  private static func describe(_ duration: Duration) -> String {
    let (seconds, attoseconds) = duration.components
    let milliseconds = attoseconds / 1_000_000_000_000_000
    if seconds == 0 { return "\(milliseconds) ms" }
    return milliseconds == 0 ? "\(seconds) s" : "\(Double(seconds) + Double(milliseconds) / 1000) s"
  }
}
