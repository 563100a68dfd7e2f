package import FlowdModel

/// What `flow.answer` gives.
package struct AnswerRequest: Equatable, Sendable {
  package var run: RunID
  /// Either or both name the question; both may be empty when only one waits.
  package var step: String
  package var input: String
  /// `nil`: the question's default.
  package var value: JSONValue?

  package init(run: RunID, step: String = "", input: String = "", value: JSONValue? = nil) {
    self.run = run
    self.step = step
    self.input = input
    self.value = value
  }
}

/// What an answer found.
package enum AnswerOutcome: Int, Equatable, Sendable {
  case accepted = 1
  /// The same answer was given before.
  case repeated = 2
}

extension SessionState {
  /// `flow.answer`: the first valid answer wins; a later one that differs is refused.
  func answer(_ request: AnswerRequest, ended: RunView?, _ transaction: Transaction) throws(Refusal) -> Reply {
    guard let run = run(request.run) else {
      guard let ended, ended.record.sessionKey == record.key else { throw .runNotFound(request.run.description) }
      throw Refusal(
        .failedPrecondition, "RUN_ENDED", "run \(request.run) has ended (\(ended.record.status.name)); nothing waits",
        metadata: ["run_id": request.run.description, "status": ended.record.status.name])
    }
    guard let index = try find(request, run) else { return try repeated(request, run) }
    guard !run.isSuspended else {
      throw Refusal(.unavailable, "RUN_RESUMING", "run \(request.run) is being resumed after a restart; try again")
    }
    guard let question = run.steps[index].question else {
      preconditionFailure("a step that asks has a question")
    }
    guard let value = request.value ?? question.defaultValue else {
      throw .invalid(field: "value", "is empty, and \(quoted(question.prompt)) has no default")
    }
    try SessionState.check(value, question)
    accept(value, index, question, of: run, by: .person, transaction)
    advance(run, transaction)
    return .answered(run.view, .accepted)
  }

  /// The waiting step that an answer is for; `nil`: the question it names waits no more.
  private func find(_ request: AnswerRequest, _ run: RunMachine) throws(Refusal) -> Int? {
    let asking = run.asking.sorted()
    if request.step.isEmpty, request.input.isEmpty {
      guard asking.count <= 1 else {
        let ids = asking.compactMap { run.steps[$0].question?.id }.joined(separator: ", ")
        throw Refusal(
          .failedPrecondition, "INPUT_AMBIGUOUS", "\(asking.count) questions wait; name one of them: \(ids)",
          metadata: ["input_ids": ids])
      }
      guard let only = asking.first else {
        throw Refusal(
          .failedPrecondition, "NO_INPUT_WAITS", "run \(request.run) waits for no answer",
          metadata: ["run_id": request.run.description])
      }
      return only
    }
    let found = asking.first { index in
      (request.step.isEmpty || run.name(of: index).description == request.step)
        && (request.input.isEmpty || run.steps[index].question?.id == request.input)
    }
    if let found { return found }
    guard let index = index(ofStep: request, run) else {
      let name = request.step.isEmpty ? request.input : request.step
      let hint = NearMiss.hint(for: name, among: asking.map { run.name(of: $0).description })
      throw Refusal(
        .notFound, "INPUT_NOT_FOUND", "run \(request.run) has no question \(quoted(name))\(hint)",
        metadata: ["run_id": request.run.description])
    }
    guard run.steps[index].status.isFinal || !request.input.isEmpty else {
      throw Refusal(
        .failedPrecondition, "NO_INPUT_WAITS",
        "step \(run.name(of: index)) of run \(request.run) is \(run.steps[index].status.name) and asks nothing",
        metadata: ["run_id": request.run.description, "step_id": run.name(of: index).description])
    }
    return nil
  }

  private func index(ofStep request: AnswerRequest, _ run: RunMachine) -> Int? {
    let name = request.step.isEmpty ? String(request.input.prefix { $0 != "#" }) : request.step
    if let index = run.definition.index(of: name) { return index }
    return run.steps.indices.dropFirst(run.definition.flow.steps.count).first { run.name(of: $0).description == name }
  }

  private func repeated(_ request: AnswerRequest, _ run: RunMachine) throws(Refusal) -> Reply {
    let index = index(ofStep: request, run)
    if let index, let value = request.value, run.outputs[index]?.details.result == value {
      return .answered(run.view, .repeated)
    }
    let name = request.input.isEmpty ? request.step : request.input
    let status = index.map { run.steps[$0].status.name } ?? ""
    throw Refusal(
      .failedPrecondition, "INPUT_ANSWERED",
      "\(quoted(name)) was answered before, or waits no more (the step is \(status)); the first answer counts",
      metadata: ["run_id": request.run.description, "input_id": request.input])
  }

  private static func check(_ value: JSONValue, _ question: PendingQuestion) throws(Refusal) {
    let size = JSONWriter.bytes(of: value, .compact).count
    guard size <= Limits.resultBytesMax else {
      throw .invalid(field: "value", "takes \(size) bytes; at most \(Limits.resultBytesMax) are allowed")
    }
    if question.kind == .secret {
      guard case .string(let text) = value, !text.isEmpty, !text.utf8.contains(0) else {
        throw .invalid(field: "value", "must be text, not empty and without NUL characters")
      }
      return
    }
    let definition = InputDefinition(name: question.id, kind: question.kind, options: question.options)
    if let mistake = InputValidation.mismatch(value, definition) {
      throw Refusal(
        .invalidArgument, "ANSWER_INVALID", "the answer to \(quoted(question.prompt)) \(mistake)",
        metadata: ["field": "value", "input_id": question.id])
    }
  }
}
