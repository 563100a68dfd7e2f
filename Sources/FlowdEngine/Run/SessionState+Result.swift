internal import FlowdModel

extension SessionState {
  /// What an attempt that has ended means for its step.
  private enum Verdict {
    case succeeded(StepOutput, exitCode: Int32?)
    case failed(StepError, StepOutput, exitCode: Int32?, StepResult.Outcome? = nil)
    /// `until` does not hold yet; what the attempt did meanwhile to its circuit.
    case again(StepError, at: Timestamp, CircuitBreakers.Outcome)
  }

  /// Judges an attempt that has ended, and settles its step or prepares the next attempt. The caller advances the run.
  func conclude(_ index: Int, _ result: StepResult, of run: RunMachine, _ transaction: Transaction) {
    do throws(ExpressionError) {
      let verdict = try judge(index, result, run, transaction)
      run.dropLoaded(for: index)
      carryOut(verdict, index, run, transaction)
    } catch {
      guard case .needsOutput(let step) = error.kind else {
        run.dropLoaded(for: index)
        carryOut(
          .failed(run.stepError(error), StepOutput(result), exitCode: nil), index, run, transaction)
        return
      }
      transaction.want(outputOf: step, of: run)
      run.awaitingValues.hold(result, of: index, for: step)
      keepAnswer(result, of: index, run, transaction)
    }
  }

  /// An accepted answer must outlive the daemon although its step cannot be settled yet.
  private func keepAnswer(_ result: StepResult, of index: Int, _ run: RunMachine, _ transaction: Transaction) {
    guard case .input = run.definition(of: index).action else { return }
    write(index, of: run, transaction)
    guard case .returned(let value) = result.outcome else { return }
    transaction.batch.outputs[Batch.StepKey(run: run.record.key, index: index)] = StepOutput(
      details: StepDetails(result: value))
  }

  private func judge(
    _ index: Int, _ result: StepResult, _ run: RunMachine, _ transaction: Transaction
  ) throws(ExpressionError) -> Verdict {
    let definition = run.definition(of: index)
    var output = StepOutput(result)
    var (exitCode, error) = ErrorClassification.classify(
      result.outcome, timeout: timeout(of: index, run, transaction))
    if case .raised(let raised) = result.outcome { error = run.stepError(raised) }
    if case .returned(let value) = result.outcome, error == nil {
      output.details.result = value
      error = SessionState.tooLarge(value, "the result")
    }
    let readsOwn = definition.until != nil || !definition.expect.isEmpty || !definition.outputs.isEmpty
    let renderer = run.renderer(
      index, own: readsOwn ? run.ownResults(of: index, output, exitCode, error) : [], transaction)

    if let error, result.outcome.isBeyondUntil(error) {
      return .failed(error, output, exitCode: exitCode, result.outcome)
    }
    if let until = definition.until {
      guard try renderer.holds(until.condition) else {
        return repeated(index, until, error, output, exitCode, result.outcome.retryAfter, run, transaction)
      }
    }
    if !definition.expect.isEmpty, result.outcome.hasResult {
      let duration = transaction.now - (run.steps[index].startedAt ?? transaction.now)
      let subject = CheckSubject(output, exitCode: exitCode, duration: duration)
      defer { transaction.checks.forget() }
      output.details.checks = try check(definition.expect, subject, renderer, transaction)
      error = SessionState.error(error, exitCode, result.outcome, definition.expect, output.details.checks)
    }
    if let error { return .failed(error, output, exitCode: exitCode, result.outcome) }
    if !definition.outputs.isEmpty {
      output.details.outputs = try renderer.values(definition.outputs)
      if let tooLarge = SessionState.tooLarge(.object(output.details.outputs), "'outputs'") {
        return .failed(tooLarge, output, exitCode: exitCode)
      }
    }
    return .succeeded(output, exitCode: exitCode)
  }

  /// What is wrong once the checks have been made: who checks the exit status or the status of a response decides about it,
  /// and its class stays when the check fails.
  private static func error(
    _ error: StepError?, _ exitCode: Int32?, _ outcome: StepResult.Outcome, _ checks: [Check], _ results: [CheckResult]
  ) -> StepError? {
    guard let error else { return failure(of: results) }
    var isChecked = exitCode != nil && checks.contains { $0.query == .exit }
    if case .responded = outcome, checks.contains(where: { $0.query == .status }) { isChecked = true }
    guard isChecked else { return error }
    guard var failure = failure(of: results) else { return nil }
    if case .responded = outcome { failure.errorClass = error.errorClass }
    return failure
  }

  private func check(
    _ checks: [Check], _ subject: CheckSubject, _ renderer: Renderer, _ transaction: Transaction
  ) throws(ExpressionError) -> [CheckResult] {
    var results: [CheckResult] = []
    for check in checks {
      var expected: [JSONValue] = []
      for predicate in check.predicates { expected.append(try renderer.value(predicate.expected)) }
      results += transaction.checks.evaluate(check, expected: expected, on: subject)
    }
    return results
  }

  private static func failure(of checks: [CheckResult]) -> StepError? {
    let failed = checks.filter { !$0.passed }
    guard let first = failed.first else { return nil }
    let count = checks.count == 1 ? "the check" : "\(failed.count) of \(checks.count) checks"
    return StepError(.fatal, "\(count) failed: \(first.check), saw \(first.seen)")
  }

  private static func tooLarge(_ value: JSONValue, _ name: String) -> StepError? {
    let size = JSONWriter.bytes(of: value, .compact).count
    guard size > Limits.resultBytesMax else { return nil }
    return StepError(.fatal, "\(name) takes \(size) bytes as JSON; at most \(Limits.resultBytesMax) are allowed")
  }

  private func repeated(
    _ index: Int, _ until: Until, _ error: StepError?, _ output: StepOutput, _ exitCode: Int32?,
    _ retryAfter: Duration?, _ run: RunMachine, _ transaction: Transaction
  ) -> Verdict {
    let next = transaction.now + max(until.interval, min(retryAfter ?? .zero, Limits.retryAfterMax))
    let end = (run.steps[index].firstStartedAt ?? transaction.now) + until.deadline
    guard next <= end, !run.isGivenUp(index) else {
      let time = ErrorClassification.describe(until.deadline)
      let last = error.map { "; the last attempt \($0.message)" } ?? ""
      return .failed(
        StepError(.fatal, "'until' did not hold within \(time), after \(run.steps[index].attempt) attempts\(last)"),
        output, exitCode: exitCode)
    }
    return .again(
      error ?? StepError(.recoverable, "'until' does not hold yet"), at: next,
      error?.errorClass == .recoverable ? .failedInTurn : .worked)
  }

  private func carryOut(_ verdict: Verdict, _ index: Int, _ run: RunMachine, _ transaction: Transaction) {
    switch verdict {
    case .succeeded(let output, let exitCode):
      noteCircuit(index, run, .worked, transaction)
      let details = keepOutput(output, of: index, run, transaction)
      settle(index, of: run, .succeeded, exitCode: exitCode, details: details, transaction)
    case .again(let error, let time, let outcome):
      noteCircuit(index, run, outcome, transaction)
      wait(index, run, error, until: time, exitCode: nil, transaction)
    case .failed(let error, let output, let exitCode, let outcome):
      if let time = park(index, error, outcome, run, transaction) {
        wait(index, run, error, until: time, exitCode: exitCode, transaction)
        return
      }
      noteCircuit(index, run, error.errorClass == .recoverable ? .failed : .worked, transaction)
      if let time = nextAttempt(index, error, output, exitCode, outcome?.retryAfter, run, transaction) {
        run.steps[index].retries += 1
        wait(index, run, error, until: time, exitCode: exitCode, transaction)
      } else if error.errorClass == .needsUser, !run.isGivenUp(index), run.record.mode != .batch {
        show(output, of: index, run, transaction)
        run.steps[index].error = error
        askForDecision(index, of: run, .error, error.message, transaction)
      } else {
        let details = keepOutput(output, of: index, run, transaction)
        let error = SessionState.explained(error, outcome?.retryAfter, run.definition(of: index))
        settle(index, of: run, .failed, exitCode: exitCode, error: error, details: details, transaction)
      }
    }
  }

  /// Says why a step that would be tried again is not, when the other side asks for more time than the step has.
  private static func explained(_ error: StepError, _ asked: Duration?, _ definition: StepDefinition) -> StepError {
    guard let asked, let deadline = definition.deadline, asked >= deadline, definition.retry.limit > 0 else {
      return error
    }
    let time = ErrorClassification.describe(asked)
    return StepError(
      error.errorClass, "\(error.message); it asks to wait \(time), longer than the step's 'deadline' allows")
  }

  /// Has the store keep what an attempt produced about which a person is asked.
  private func show(_ output: StepOutput, of index: Int, _ run: RunMachine, _ transaction: Transaction) {
    var output = output
    if let use = run.agentUses[index] { output.details.agent = use }
    if !output.isEmpty { transaction.batch.outputs[Batch.StepKey(run: run.record.key, index: index)] = output }
  }

  /// When a failed step is tried again; `nil`: it is not.
  private func nextAttempt(
    _ index: Int, _ error: StepError, _ output: StepOutput, _ exitCode: Int32?, _ retryAfter: Duration?,
    _ run: RunMachine, _ transaction: Transaction
  ) -> Timestamp? {
    let definition = run.definition(of: index)
    let step = run.steps[index]
    guard !run.isGivenUp(index), definition.until == nil, step.retries < definition.retry.limit else { return nil }
    switch definition.retry.condition {
    case .any: break
    case .recoverable:
      guard error.errorClass == .recoverable else { return nil }
    case .expression(let expression):
      let own = run.ownResults(of: index, output, exitCode, error)
      // A condition that fails does not hide the failure it was asked about.
      guard (try? run.renderer(index, own: own, transaction).holds(expression)) == true else { return nil }
    }
    let asked = min(retryAfter ?? .zero, Limits.retryAfterMax)
    let time =
      transaction.now + definition.retry.delay(after: step.retries, chance: transaction.chance(), atLeast: asked)
    guard let deadline = definition.deadline else { return time }
    return time < (step.firstStartedAt ?? transaction.now) + deadline ? time : nil
  }

  /// Lets a step wait for its next attempt.
  private func wait(
    _ index: Int, _ run: RunMachine, _ error: StepError, until time: Timestamp, exitCode: Int32?,
    _ transaction: Transaction
  ) {
    run.executing.remove(index)
    run.subflows.remove(index)
    run.waiting.insert(index)
    run.steps[index].status = .waitingRetry
    run.steps[index].error = error
    run.steps[index].exitCode = exitCode
    run.steps[index].wakeAt = time
    write(index, of: run, transaction)
    emitRetrying(index, of: run, error, at: time, transaction)
    transaction.setTimer(time, step: index, of: run)
  }

  /// An exhausted quota whose reset is known holds back every step on the provider until then; this one too.
  ///
  /// - Returns: When that is; `nil`: it is something else, or the step may not wait so long.
  private func park(
    _ index: Int, _ error: StepError, _ outcome: StepResult.Outcome?, _ run: RunMachine, _ transaction: Transaction
  ) -> Timestamp? {
    guard case .agentFailed(.quotaExhausted, _, let reset?)? = outcome, let provider = run.agentUses[index]?.provider
    else { return nil }
    let until = transaction.now + min(max(reset, .seconds(1)), Limits.quotaResetMax)
    let hold = CircuitHold(
      until: until, reason: "the quota of provider \(quoted(provider)) is exhausted: \(error.message)")
    for circuit in [CircuitBreakers.name(ofProvider: provider)] + (run.definition(of: index).circuit.map { [$0] } ?? [])
    {
      emit(.circuitChanged(transaction.circuits.hold(circuit, hold, now: transaction.now)), of: run, transaction)
      transaction.batch.holds[circuit] = hold
    }
    guard !run.isGivenUp(index) else { return nil }
    let begun = run.steps[index].firstStartedAt ?? transaction.now
    if let deadline = run.definition(of: index).deadline, until >= begun + deadline { return nil }
    return until
  }

  /// Tells the circuit that let an attempt through what came of it.
  func noteCircuit(
    _ index: Int, _ run: RunMachine, _ outcome: CircuitBreakers.Outcome, _ transaction: Transaction
  ) {
    guard let pass = run.circuits.removeValue(forKey: index) else { return }
    let change = transaction.circuits.note(outcome, of: pass, now: transaction.now)
    if change.endsHold { transaction.batch.holds[pass.circuit] = .some(nil) }
    if let view = change.view { emit(.circuitChanged(view), of: run, transaction) }
  }
}

extension StepOutput {
  init(_ result: StepResult) {
    self.init(
      stdout: result.stdout, stderr: result.stderr, stdoutTruncated: result.stdoutTruncated,
      stderrTruncated: result.stderrTruncated, details: result.details)
  }
}

extension StepResult.Outcome {
  /// Whether an error is none that `until` waits out: the attempt could not be made or brought nothing to look at, and the
  /// next one would end like it. What a program, a server or a sub-flow answers is for its condition to judge.
  fileprivate func isBeyondUntil(_ error: StepError) -> Bool {
    switch self {
    case .notStarted, .raised, .requestFailed, .agentFailed: error.errorClass != .recoverable
    case .exited, .signalled, .timedOut, .cancelled, .elapsed, .subflowFailed, .returned, .responded, .answered: false
    }
  }

  /// Whether there is something that checks can look at.
  fileprivate var hasResult: Bool {
    switch self {
    case .exited, .returned, .responded, .answered: true
    case .signalled, .timedOut, .cancelled, .notStarted, .raised, .elapsed, .subflowFailed, .requestFailed,
      .agentFailed:
      false
    }
  }
}

extension CheckSubject {
  fileprivate init(_ output: StepOutput, exitCode: Int32?, duration: Duration) {
    self.init(duration: duration)
    self.exitCode = exitCode
    if let exchange = output.details.exchange {
      status = exchange.status
      headers = exchange.headers.map { ($0.name, $0.value) }
      cookies = exchange.cookies.map { ($0.name, $0.value) }
      body = output.stdout
      cutBodyBytes = output.cutStdoutBytes
      return
    }
    if output.details.agent != nil {
      // An answer is a text; one that is JSON is that too.
      if case .string? = output.details.result {} else { result = output.details.result }
      body = output.stdout
      cutBodyBytes = output.cutStdoutBytes
      return
    }
    result = output.details.result
    guard output.details.result == nil else {
      body = output.details.result.map { JSONWriter.bytes(of: $0, .compact) }
      return
    }
    stdout = output.stdout
    stderr = output.stderr
    body = output.stdout
    (cutBodyBytes, cutStderrBytes) = (output.cutStdoutBytes, output.cutStderrBytes)
  }
}

extension RunMachine {
  /// The results of an attempt by the names under which its own step reads them.
  func ownResults(
    of index: Int, _ output: StepOutput, _ exitCode: Int32?, _ error: StepError?
  ) -> [JSONValue.Member] {
    ScopeNames.ownNames(of: definition(of: index).action.kind).map { name in
      let value: JSONValue =
        switch name {
        case "stdout": .string(String(decoding: output.stdout, as: UTF8.self))
        case "stderr": .string(String(decoding: output.stderr, as: UTF8.self))
        case "truncated": .bool(output.stdoutTruncated || output.stderrTruncated)
        case "exit": exitCode.map { .number(String($0)) } ?? .null
        case "error": error.map { .string($0.message) } ?? .null
        case "attempt": .number(String(steps[index].attempt))
        case "result", "value": output.details.result ?? .null
        case "response": output.details.exchange?.value(body: output.stdout, isWhole: !output.stdoutTruncated) ?? .null
        case "text": .string(String(decoding: output.stdout, as: UTF8.self))
        case "outputs": .object(output.details.outputs)
        case "report": .string(output.details.report ?? "")
        case "status": .string(error == nil ? "succeeded" : "failed")
        default: .null
        }
      return .init(name, value)
    }
  }
}
