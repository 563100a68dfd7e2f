internal import FlowdModel

extension SessionState {
  /// An agent asks for a permission in the middle of its attempt, and waits.
  func askForPermission(
    _ question: AgentQuestion, _ index: Int, of run: RunMachine, _ transaction: Transaction
  ) {
    guard !run.isGivenUp(index) else {
      // The step finishes, and nothing waits for a person any more.
      let denied = AgentActivity(.permission, "\(question.prompt) — \(question.denial), as the run ends")
      emit(.stepActivity(run.name(of: index), attempt: run.steps[index].attempt, denied), of: run, transaction)
      transaction.batch.effects.append(
        .answerAgent(run.attemptID(of: index), question: question.id, option: question.denial))
      return
    }
    // Who asks is there; how long a person takes is not the circuit's affair.
    noteCircuit(index, run, .worked, transaction)
    run.parked.insert(index)
    ask(
      index, of: run,
      PendingQuestion(
        id: "\(run.name(of: index))#\(run.steps[index].attempt)?\(question.id)", reason: .permission,
        prompt: question.prompt, kind: .choice, options: question.options, defaultValue: .string(question.denial),
        askedAt: transaction.now), transaction)
  }

  /// Hands an answer to the agent that waits for it. One that has ended meanwhile, or whose daemon has, is started anew
  /// and told what was answered.
  func permit(
    _ answer: JSONValue, _ index: Int, _ question: PendingQuestion, of run: RunMachine, _ transaction: Transaction
  ) {
    guard case .string(let option) = answer else { preconditionFailure("a choice is text") }
    run.agentUses[index]?.permissions.append(AgentUse.Permission(question: question.prompt, answer: option))
    if let use = run.agentUses[index] {
      transaction.batch.outputs[Batch.StepKey(run: run.record.key, index: index)] = StepOutput(
        details: StepDetails(agent: use))
    }
    if run.parked.remove(index) != nil {
      run.steps[index].status = .running
      run.executing.insert(index)
      write(index, of: run, transaction)
      let id = String(question.id.split(separator: "?", maxSplits: 1).last ?? "")
      transaction.batch.effects.append(.answerAgent(run.attemptID(of: index), question: id, option: option))
      return
    }
    // It may still wait for an answer that it will not get.
    transaction.batch.effects.append(.terminate(run.attemptID(of: index)))
    run.waiting.insert(index)
    run.steps[index].status = .waitingRetry
    run.steps[index].error = StepError(.recoverable, "the agent had ended before its question was answered")
    write(index, of: run, transaction)
    if let error = run.steps[index].error { emitRetrying(index, of: run, error, at: transaction.now, transaction) }
    run.ready.insert(index)
  }

  /// What an agent that waits for a permission does meanwhile: what it writes is told, and if it ends, the question stays;
  /// the answer then is for another attempt.
  func applyToParked(_ report: StepReport, _ run: RunMachine, _ transaction: Transaction) {
    let index = report.attempt.step
    let name = run.name(of: index)
    switch report.kind {
    case .launched, .asked: break
    case .output(let chunk):
      emit(.stepOutput(name, attempt: report.attempt.attempt, chunk), of: run, transaction)
    case .activity(let activity):
      emit(.stepActivity(name, attempt: report.attempt.attempt, activity), of: run, transaction)
    case .finished:
      run.parked.remove(index)
      let notice = AgentActivity(.notice, "the agent ended while it waited; an answer is for another attempt")
      emit(.stepActivity(name, attempt: report.attempt.attempt, notice), of: run, transaction)
    }
  }
}
