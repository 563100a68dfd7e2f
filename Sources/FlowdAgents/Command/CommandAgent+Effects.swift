internal import FlowdModel
internal import FlowdSteps

/// What is done with what an agent says.
extension CommandAgent {
  func perform(_ effects: [AgentEffect], now: MonotonicInstant) {
    for effect in effects {
      switch effect {
      case .send(let bytes): commander.write(request.attempt, bytes)
      case .text(let text): push(text, now: now)
      case .answer(let text): replaceAnswer(text, now: now)
      case .nextMessage: beginNextMessage(now: now)
      case .thought(let text): thoughts.push(Array(text.utf8), now: now)
      case .activity(let activity): show(activity)
      case .ask(let question): ask(question, now: now)
      case .decided(let permission):
        if use.permissions.count < Limits.agentQuestionsMax {
          use.permissions.append(
            .init(question: redactor.redact(permission.question), answer: redactor.redact(permission.answer)))
        }
      case .model(let name): use.reportedModel = redactor.redact(String(name.prefix(Limits.idBytesMax)))
      case .usage(let count):
        tokens.add(count)
        use.inputTokens = tokens.input
        use.outputTokens = tokens.output
        show(AgentActivity(.usage, count.text))
      case .turnEnded(let end): turnEnded(end, now: now)
      }
    }
  }

  /// Hands on what is gathered and due.
  func handOn(now: MonotonicInstant) {
    if answer.dueAt <= now { for chunk in answer.takeChunks(now: now) { report(.output(chunk)) } }
    if errors.queue.dueAt <= now { for chunk in errors.takeChunks(now: now) { report(.output(chunk)) } }
    if thoughts.dueAt <= now { showThoughts(atEnd: false) }
  }

  /// Thoughts count as activities: one between any two words would be too many.
  func showThoughts(atEnd: Bool) {
    for thought in thoughts.take(atEnd: atEnd) {
      if let admitted = activities.admit(thought) { report(.activity(admitted)) }
    }
  }

  private func show(_ activity: AgentActivity) {
    showThoughts(atEnd: true)
    if let admitted = activities.admit(activity) { report(.activity(admitted)) }
  }

  // MARK: the answer

  private func push(_ text: String, now: MonotonicInstant) {
    guard decision == nil else { return }
    showThoughts(atEnd: true)
    answer.push(Array(text.utf8), now: now)
    checkSize(now: now)
  }

  /// What was shown of it already is not shown again.
  private func replaceAnswer(_ text: String, now: MonotonicInstant) {
    guard decision == nil else { return }
    answer.finish(now: now)
    let shown = Array(redactor.redact(text).utf8)
    if answer.hasBegun, !answer.answer.suffix(shown.count).elementsEqual(shown) {
      answer.push(Array("\n\n".utf8), now: now)
      answer.restart(now: now)
      answer.push(Array(text.utf8), now: now)
      answer.finish(now: now)
    } else {
      answer.replace(with: Array(text.utf8), now: now)
    }
    checkSize(now: now)
  }

  /// The whole of a text is what the agent wrote; of JSON only the last message can be it.
  private func beginNextMessage(now: MonotonicInstant) {
    guard decision == nil else { return }
    answer.push(Array("\n\n".utf8), now: now)
    if request.output == .json { answer.restart(now: now) }
  }

  private func checkSize(now: MonotonicInstant) {
    guard answer.isTooLarge else { return }
    decide(
      .failed(AgentError(.tooLarge, "the answer is longer than \(request.outputBytesMax) bytes (max-output)")), now: now
    )
  }

  private func turnEnded(_ end: AgentEffect.TurnEnd, now: MonotonicInstant) {
    switch end {
    case .cancelled: decide(.cancelled, now: now)
    case .failed(let error, let reason):
      if !reason.isEmpty { use.finishReason = redactor.redact(String(reason.prefix(Limits.idBytesMax))) }
      decide(.failed(error), now: now)
    case .answered(let reason):
      use.finishReason = reason
      judge(now: now)
    }
  }

  /// Takes the answer, has it repaired once, or fails the attempt.
  private func judge(now: MonotonicInstant) {
    guard decision == nil else { return }
    answer.finish(now: now)
    guard answer.answer.contains(where: { $0 > UInt8(ascii: " ") }) else {
      decide(.failed(AgentError(.failed, "the agent ended well and answered nothing")), now: now)
      return
    }
    switch AnswerVerdict(on: answer.answer, request, isRepaired: isRepairing) {
    case .accepted(let value): decide(.answered(value), now: now)
    case .failed(let error): decide(.failed(error), now: now)
    case .repair(let prompt, let reason):
      isRepairing = true
      show(AgentActivity(.notice, reason))
      answer.push(Array("\n\n".utf8), now: now)
      answer.restart(now: now)
      if let effects = conversation.prompt(prompt) {
        perform(effects, now: now)
      } else {
        nextPrompt = "\(CommandPlan.wholePrompt(of: request))\n\n\(prompt)"
      }
    }
  }

  // MARK: permissions

  /// The time that a person takes is not the agent's.
  private func ask(_ question: AgentQuestion, now: MonotonicInstant) {
    let shown = AgentQuestion(
      id: question.id, prompt: redactor.redact(question.prompt), options: question.options.map { redactor.redact($0) },
      denial: redactor.redact(question.denial))
    openQuestion = (question.id, shown.options, question.options)
    if timeoutAt != .never, timeoutLeft == nil {
      timeoutLeft = now.duration(to: timeoutAt)
      timeoutAt = .never
    }
    silenceAt = .never
    handOnAll(now: now)
    report(.asked(shown))
  }

  private func handOnAll(now: MonotonicInstant) {
    showThoughts(atEnd: true)
    for chunk in answer.takeChunks(now: now) + errors.takeChunks(now: now) { report(.output(chunk)) }
  }

  // MARK: time

  func restartSilence(now: MonotonicInstant) {
    guard !isFinished, decision == nil else { return }
    let patience = conversation.patience.map { min($0, command.silenceMax) } ?? command.silenceMax
    silenceAt = conversation.isAsking ? .never : now + patience
  }

  func handleDueTimes(now: MonotonicInstant) {
    guard !isFinished else { return }
    handOn(now: now)
    if timeoutAt <= now { decide(.timedOut, now: now) }
    if silenceAt <= now {
      // An agent that is not read from cannot be blamed for its silence.
      if owedBytes > 0 {
        restartSilence(now: now)
      } else {
        decide(.failed(silence), now: now)
      }
    }
    if graceAt <= now {
      graceAt = .never
      if decision == nil { decide(.cancelled, now: now) } else { commander.terminate(request.attempt) }
    }
  }

  private var silence: AgentError {
    let patience = conversation.patience.map { min($0, command.silenceMax) } ?? command.silenceMax
    let seconds = patience.components.seconds
    return conversation.patience == nil
      ? AgentError(.timeout, "the agent said nothing for \(seconds) s")
      : AgentError(.timeout, "the agent did not begin a session within \(seconds) s; does its command speak ACP?")
  }

  // MARK: the result

  func result(of decision: Decision) -> StepResult {
    var details = StepDetails()
    let outcome: StepResult.Outcome
    use.isPartial = !answer.answer.isEmpty
    switch decision {
    case .answered(let value):
      use.isPartial = false
      details.result = value
      outcome = .answered
    case .failed(let error):
      let message = String(decoding: error.message.utf8.prefix(Limits.stepErrorBytesMax), as: UTF8.self)
      outcome = .agentFailed(error.failure, redactor.redact(message), retryAfter: error.retryAfter)
    case .timedOut: outcome = .timedOut
    case .cancelled: outcome = .cancelled
    }
    details.agent = use
    return StepResult(
      outcome: outcome, stdout: answer.answer, stderr: errors.captured, stderrTruncated: errors.isTruncated,
      details: details)
  }
}
