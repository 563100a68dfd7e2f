internal import FlowdModel

extension SessionState {
  /// Starts an `input` step: asks, or in BATCH answers at once.
  func start(
    _ question: Question, _ index: Int, of run: RunMachine, _ transaction: Transaction
  ) throws(ExpressionError) {
    let renderer = run.renderer(index, transaction)
    let prompt = try renderer.text(question.prompt)
    guard prompt.utf8.count <= Limits.promptBytesMax else {
      throw ExpressionError(
        .failed, "the prompt is longer than \(Limits.promptBytesMax) bytes", line: run.definition(of: index).line)
    }
    var defaultValue: JSONValue?
    if let template = question.defaultValue {
      let value = try renderer.value(template)
      if let mistake = InputValidation.mismatch(value, question.definition(run.name(of: index).description)) {
        throw ExpressionError(.failed, "'default' \(mistake)", line: run.definition(of: index).line)
      }
      defaultValue = value
    }
    markStarted(index, of: run, transaction)
    ask(
      index, of: run,
      PendingQuestion(
        id: "\(run.name(of: index))#\(run.steps[index].attempt)", reason: .input, prompt: prompt, kind: question.kind,
        options: question.options, defaultValue: defaultValue, askedAt: transaction.now, timeout: question.timeout),
      transaction)
  }

  /// Asks a person what is to become of a step that cannot go on by itself.
  func askForDecision(
    _ index: Int, of run: RunMachine, _ reason: PendingQuestion.Reason, _ prompt: String, _ transaction: Transaction
  ) {
    ask(
      index, of: run,
      PendingQuestion(
        id: "\(run.name(of: index))#\(run.steps[index].attempt)!", reason: reason, prompt: prompt, kind: .choice,
        options: PendingQuestion.decisions, defaultValue: nil, askedAt: transaction.now), transaction)
  }

  func ask(_ index: Int, of run: RunMachine, _ question: PendingQuestion, _ transaction: Transaction) {
    run.executing.remove(index)
    run.subflows.remove(index)
    run.steps[index].question = question
    run.steps[index].wakeAt = nil
    guard run.record.mode != .batch else {
      answerItself(index, question, of: run, by: .mode, transaction)
      return
    }
    run.waiting.insert(index)
    run.asking.insert(index)
    transaction.askingSessions.insert(meta.sessionID)
    run.steps[index].status = .waitingInput
    let due = patience(with: question, index, of: run, transaction)
    run.steps[index].wakeAt = due
    write(index, of: run, transaction)
    emit(.stepInputRequired(run.name(of: index), question, dueAt: due), of: run, transaction)
    if let due { transaction.setTimer(due, step: index, of: run) }
  }

  /// When a question is treated as unanswered; `nil`: never.
  private func patience(
    with question: PendingQuestion, _ index: Int, of run: RunMachine, _ transaction: Transaction
  ) -> Timestamp? {
    let limit = SessionState.limit(of: question, run)?.time
    guard run.record.mode == .hybrid, !transaction.isWatched(record) else { return limit }
    // Nobody has watched for a while already: that time goes on.
    if let due = run.steps[index].wakeAt, limit.map({ due < $0 }) ?? true { return due }
    let due = transaction.now + (run.definition.flow.inputTimeout ?? Limits.inputTimeoutDefault)
    return limit.map { min(due, $0) } ?? due
  }

  /// When a question's time is up whether anybody watches or not, and why.
  private static func limit(of question: PendingQuestion, _ run: RunMachine) -> (time: Timestamp, by: AnsweredBy)? {
    var limits: [(time: Timestamp, by: AnsweredBy)] = []
    if let timeout = question.timeout { limits.append((question.askedAt + timeout, .timeout)) }
    if let expiry = run.definition.flow.inputExpiry, expiry.policy != .keep {
      limits.append((question.askedAt + expiry.after, .expiry))
    }
    return limits.min { $0.time < $1.time }
  }

  /// Decides again about every question of a run: its mode has changed, or somebody began or ceased to watch.
  func redecideQuestions(_ run: RunMachine, _ transaction: Transaction) {
    guard !run.isSuspended else { return }
    for index in run.asking.sorted() {
      guard let question = run.steps[index].question else { continue }
      if run.record.mode == .batch {
        answerItself(index, question, of: run, by: .mode, transaction)
        continue
      }
      let due = patience(with: question, index, of: run, transaction)
      guard due != run.steps[index].wakeAt else { continue }
      run.steps[index].wakeAt = due
      write(index, of: run, transaction)
      if let due { transaction.setTimer(due, step: index, of: run) }
    }
    advance(run, transaction)
  }

  /// A question's time is up.
  func expire(_ index: Int, of run: RunMachine, _ transaction: Transaction) {
    guard let question = run.steps[index].question else { return }
    let limit = SessionState.limit(of: question, run)
    let isLimit = limit.map { $0.time <= run.steps[index].wakeAt ?? transaction.now } ?? false
    answerItself(index, question, of: run, by: isLimit ? limit?.by ?? .timeout : .timeout, transaction)
  }

  /// Answers with the default, or fails the step when it has none or may not use it.
  private func answerItself(
    _ index: Int, _ question: PendingQuestion, of run: RunMachine, by: AnsweredBy, _ transaction: Transaction
  ) {
    let mayUseDefault = by != .expiry || run.definition.flow.inputExpiry?.policy == .useDefault
    let isPermission = question.reason == .permission
    guard question.reason == .input || isPermission, let value = question.defaultValue, mayUseDefault || isPermission
    else {
      let error = run.steps[index].error ?? SessionState.unanswered(question, by, run.record.mode)
      settle(index, of: run, .failed, exitCode: run.steps[index].exitCode, error: error, transaction)
      return
    }
    accept(value, index, question, of: run, by: by, transaction)
  }

  private static func unanswered(_ question: PendingQuestion, _ by: AnsweredBy, _ mode: RunMode) -> StepError {
    let prompt = quoted(question.prompt)
    return switch by {
    case .mode: StepError(.needsUser, "\(prompt) needs an answer: the mode is \(mode.name), and there is no default")
    case .timeout: StepError(.needsUser, "nobody answered \(prompt) in time, and there is no default")
    case .expiry: StepError(.needsUser, "\(prompt) has expired without an answer")
    case .person: StepError(.needsUser, "\(prompt) was not answered")
    }
  }

  /// Takes a valid answer. The caller advances the run.
  func accept(
    _ value: JSONValue, _ index: Int, _ question: PendingQuestion, of run: RunMachine, by: AnsweredBy,
    _ transaction: Transaction
  ) {
    run.waiting.remove(index)
    run.asking.remove(index)
    run.steps[index].question = nil
    run.steps[index].wakeAt = nil
    // The time that a person took counts for no deadline.
    if let begun = run.steps[index].firstStartedAt {
      run.steps[index].firstStartedAt = begun + max(.zero, transaction.now - question.askedAt)
    }
    let isSecret = question.kind == .secret
    emit(
      .stepInputAnswered(run.name(of: index), inputID: question.id, value: isSecret ? nil : value, by: by), of: run,
      transaction)
    switch question.reason {
    case .input: break
    case .error, .restart:
      decide(value, index, of: run, transaction)
      return
    case .permission:
      permit(value, index, question, of: run, transaction)
      return
    }
    run.steps[index].status = .running
    run.executing.insert(index)
    guard isSecret else {
      conclude(index, StepResult(outcome: .returned(value)), of: run, transaction)
      return
    }
    if case .string(let text) = value {
      run.secretAnswers[index] = text
      transaction.batch.secretAnswers[Batch.StepKey(run: run.record.key, index: index)] = text
    }
    conclude(index, StepResult(outcome: .elapsed), of: run, transaction)
  }

  private func decide(_ decision: JSONValue, _ index: Int, of run: RunMachine, _ transaction: Transaction) {
    let error = run.steps[index].error
    switch decision {
    case .string("retry"):
      run.waiting.insert(index)
      run.steps[index].status = .waitingRetry
      write(index, of: run, transaction)
      run.ready.insert(index)
    case .string("skip"): settle(index, of: run, .skipped, error: error, transaction)
    default:
      settle(
        index, of: run, .failed, exitCode: run.steps[index].exitCode,
        error: error ?? StepError(.needsUser, "a person decided that it failed"), transaction)
    }
  }
}

extension Question {
  /// As an input of a flow, to be checked like one.
  func definition(_ name: String) -> InputDefinition { InputDefinition(name: name, kind: kind, options: options) }
}
