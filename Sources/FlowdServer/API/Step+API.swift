internal import FlowdModel
internal import FlowdWire

extension API.StepStatus {
  init(_ status: StepStatus) { self.init(rawValue: Int32(status.rawValue)) }
}

extension API.StepError {
  init(_ error: StepError) {
    self.init(class: API.ErrorClass(rawValue: Int32(error.errorClass.rawValue)), message: error.message)
  }
}

extension API.CheckResult {
  init(_ result: CheckResult) {
    self.init(check: result.check, passed: result.passed, seen: result.seen, line: UInt32(clamping: result.line))
  }
}

extension API.PendingInput {
  init(_ question: PendingQuestion, dueAt: Timestamp?) {
    self.init(
      inputID: question.id, reason: API.InputReason(rawValue: Int32(question.reason.rawValue)),
      prompt: question.prompt, type: question.kind.rawValue, options: question.options,
      defaultValue: question.defaultValue.map { JSONWriter.bytes(of: $0, .compact) } ?? [],
      askedAt: API.Timestamp(question.askedAt), dueAt: dueAt.map(API.Timestamp.init))
  }
}

extension API.Step {
  /// A step's definition and state; its output is added by the caller.
  init(_ name: StepName, _ step: StepRecord, _ definition: StepDefinition) {
    self.init(
      stepID: name.description, label: name.item.map { "\(definition.label)[\($0)]" } ?? definition.label,
      kind: definition.action.kind, status: API.StepStatus(step.status), attempt: UInt32(clamping: step.attempt),
      startedAt: step.startedAt.map(API.Timestamp.init), finishedAt: step.finishedAt.map(API.Timestamp.init),
      exitCode: step.exitCode, error: step.error.map(API.StepError.init),
      parentStepID: name.item == nil ? "" : definition.id, item: UInt32(clamping: step.item ?? 0),
      childCount: step.childCount.map { UInt32(clamping: $0) }, childRunID: step.childRun?.description ?? "",
      wakeAt: step.wakeAt.map(API.Timestamp.init),
      input: step.question.map { API.PendingInput($0, dueAt: step.wakeAt) })
  }

  mutating func add(_ output: StepOutput) {
    stdout = output.stdout
    stderr = output.stderr
    stdoutTruncated = output.stdoutTruncated
    stderrTruncated = output.stderrTruncated
    add(output.details)
    http?.bodyPreview = HTTPExchange.preview(of: output.stdout)
    agent?.system = output.details.agent?.system ?? ""
    agent?.prompt = output.details.agent?.prompt ?? ""
  }

  mutating func add(_ details: StepDetails) {
    outputs = details.outputs.isEmpty ? [] : JSONWriter.bytes(of: .object(details.outputs), .compact)
    result = details.result.map { JSONWriter.bytes(of: $0, .compact) } ?? []
    checks = details.checks.map { API.CheckResult($0) }
    http = details.exchange.map { API.HttpExchange($0) }
    agent = details.agent.map { API.AgentUse($0) }
  }
}

extension API.Circuit {
  init(_ circuit: CircuitView) {
    self.init(
      name: circuit.name, state: API.CircuitState(rawValue: Int32(circuit.state.rawValue)),
      failures: UInt32(clamping: circuit.failures), retryAt: circuit.retryAt.map(API.Timestamp.init),
      reason: circuit.reason)
  }
}
