internal import FlowdModel

extension SessionState {
  /// Records a new attempt of a step and asks for its execution.
  ///
  /// - Throws: What an expression of the step lacks or does wrong; the step is as it was.
  func startAttempt(_ index: Int, of run: RunMachine, _ transaction: Transaction) throws(ExpressionError) {
    let definition = run.definition(of: index)
    // What is named by the request itself is admitted once that is there.
    if let circuit = definition.circuit, !admit(circuit, index, of: run, transaction) { return }
    run.steps[index].attempt += 1
    do throws(ExpressionError) {
      switch definition.action {
      case .run(let command):
        var request = try run.request(
          for: index, command, session: meta, timeout: timeout(of: index, run, transaction), transaction)
        (request.redacted, request.alsoRedacted) = concealed(run, transaction)
        execute(index, of: run, .startCommand(request), transaction)
      case .script(let script):
        let request = run.request(
          for: index, script, timeout: timeout(of: index, run, transaction), transaction)
        execute(index, of: run, .startScript(request), transaction)
      case .http(let http): try start(http, index, of: run, transaction)
      case .agent(let agent): try start(agent, index, of: run, transaction)
      case .wait(let wait): try start(wait, index, of: run, transaction)
      case .input(let question): try start(question, index, of: run, transaction)
      case .flow(let call): try start(call, index, of: run, transaction)
      }
    } catch {
      run.steps[index].attempt -= 1
      if let pass = run.circuits.removeValue(forKey: index) { transaction.circuits.giveBack(pass) }
      throw error
    }
  }

  private func start(
    _ http: HTTPStep, _ index: Int, of run: RunMachine, _ transaction: Transaction
  ) throws(ExpressionError) {
    var request = try run.request(
      for: index, http, timeout: timeout(of: index, run, transaction), transaction)
    (request.redacted, request.alsoRedacted) = concealed(run, transaction)
    guard admit(host: request.circuit, index, of: run, transaction) else { return }
    execute(index, of: run, .startHTTP(request), transaction)
  }

  private func start(
    _ agent: AgentStep, _ index: Int, of run: RunMachine, _ transaction: Transaction
  ) throws(ExpressionError) {
    // Asked before the prompt is put together: many steps may wait for one provider.
    let provider = try run.provider(of: agent, index, transaction)
    guard admit(host: CircuitBreakers.name(ofProvider: provider), index, of: run, transaction) else { return }
    var request = try run.request(
      for: index, agent, session: meta, timeout: timeout(of: index, run, transaction), transaction)
    (request.redacted, request.alsoRedacted) = concealed(run, transaction)
    execute(index, of: run, .startAgent(request), transaction)
    // Kept before it is sent, so that an attempt after a restart is given the same.
    guard let use = run.agentUses[index] else { return }
    transaction.batch.outputs[Batch.StepKey(run: run.record.key, index: index)] = StepOutput(
      details: StepDetails(agent: use))
  }

  /// What must not appear in what a run's steps report: its own secrets, and those of the runs that it is a part of, whose
  /// environment it has and which may hand over answers.
  private func concealed(_ run: RunMachine, _ transaction: Transaction) -> ([String], [Secret]) {
    var (values, unknown) = run.concealed(transaction.config)
    var next = run.above
    while let above = next {
      let more = above.concealed(transaction.config)
      values += more.values
      unknown += more.unknown.filter { !unknown.contains($0) }
      next = above.above
    }
    return (values, unknown)
  }

  /// Asks the circuit of a server or a provider, unless the step names its own; the attempt is not made if it is open.
  private func admit(
    host circuit: String, _ index: Int, of run: RunMachine, _ transaction: Transaction
  ) -> Bool {
    guard run.definition(of: index).circuit == nil else { return true }
    // An attempt that is put off is none.
    run.steps[index].attempt -= 1
    guard admit(circuit, index, of: run, transaction) else { return false }
    run.steps[index].attempt += 1
    return true
  }

  /// Whether the attempt may be made now; if not, it is put off.
  private func admit(_ circuit: String, _ index: Int, of run: RunMachine, _ transaction: Transaction) -> Bool {
    if isWithin(circuit, run) { return true }
    switch transaction.circuits.admit(circuit, now: transaction.now) {
    case .now(let pass):
      run.circuits[index] = pass
      return true
    case .notBefore(let time):
      holdBack(index, of: run, circuit, until: time, transaction)
      return false
    }
  }

  private func execute(_ index: Int, of run: RunMachine, _ effect: Effect, _ transaction: Transaction) {
    run.waiting.remove(index)
    letBehindTry(index, of: run)
    run.executing.insert(index)
    markStarted(index, of: run, transaction)
    transaction.batch.effects.append(effect)
  }

  /// Notes that an attempt has begun.
  func markStarted(_ index: Int, of run: RunMachine, _ transaction: Transaction) {
    run.steps[index].status = .running
    run.steps[index].startedAt = transaction.now
    run.steps[index].firstStartedAt = run.steps[index].firstStartedAt ?? transaction.now
    run.steps[index].finishedAt = nil
    run.steps[index].error = nil
    run.steps[index].exitCode = nil
    write(index, of: run, transaction)
    let step = run.steps[index]
    emit(
      .stepStarted(
        run.name(of: index), attempt: step.attempt, attemptsMax: run.attemptsMax(of: index, after: step.attempt),
        childCount: step.childCount, childRun: step.childRun), of: run, transaction)
  }

  /// Tells that another attempt of a step follows.
  func emitRetrying(
    _ index: Int, of run: RunMachine, _ error: StepError, at time: Timestamp, _ transaction: Transaction
  ) {
    let attempt = run.steps[index].attempt
    emit(
      .stepRetrying(
        run.name(of: index), attempt: attempt, attemptsMax: run.attemptsMax(of: index, after: attempt + 1), error,
        nextAt: time), of: run, transaction)
  }

  /// Of one attempt: what `timeout` says, but not past the step's `deadline`.
  func timeout(of index: Int, _ run: RunMachine, _ transaction: Transaction) -> Duration? {
    let definition = run.definition(of: index)
    guard let deadline = definition.deadline else { return definition.timeout }
    let begun = run.steps[index].firstStartedAt ?? transaction.now
    let left = max(.milliseconds(1), (begun + deadline) - transaction.now)
    return definition.timeout.map { min($0, left) } ?? left
  }

  private func start(
    _ wait: Wait, _ index: Int, of run: RunMachine, _ transaction: Transaction
  ) throws(ExpressionError) {
    let due: Timestamp
    switch wait {
    case .duration(let template):
      let duration = try duration(template, index, run, transaction)
      guard duration > .zero else {
        execute(index, of: run, .finishNow(run.attemptID(of: index)), transaction)
        return
      }
      due = transaction.now + duration
    case .until(let condition, let interval, _):
      if try run.renderer(index, transaction).holds(condition) {
        execute(index, of: run, .finishNow(run.attemptID(of: index)), transaction)
        return
      }
      due = transaction.now + interval
    }
    run.waiting.insert(index)
    run.steps[index].wakeAt = due
    transaction.setTimer(due, step: index, of: run)
    markStarted(index, of: run, transaction)
  }

  private func duration(
    _ template: Template, _ index: Int, _ run: RunMachine, _ transaction: Transaction
  ) throws(ExpressionError) -> Duration {
    let text = try run.renderer(index, transaction).text(template)
    do throws(DurationText.Mistake) {
      return try DurationText.parse(text, zeroIsAllowed: true)
    } catch {
      throw ExpressionError(.failed, "'for' \(error.message)", line: run.definition(of: index).line)
    }
  }

  /// A circuit is open: the attempt is made when it may be.
  private func holdBack(
    _ index: Int, of run: RunMachine, _ circuit: String, until time: Timestamp, _ transaction: Transaction
  ) {
    if isBehind(index, circuit, run) { return }
    let error = StepError(.recoverable, transaction.circuits.reason(circuit))
    let begun = run.steps[index].firstStartedAt ?? transaction.now
    let end = run.definition(of: index).deadline.map { begun + $0 }
    if let end, end <= transaction.now {
      settle(index, of: run, .failed, error: error, transaction)
      return
    }
    let time = end.map { min($0, time) } ?? time
    let wasHeldBack = run.steps[index].status == .waitingRetry && run.steps[index].error == error
    run.waiting.insert(index)
    if let parent = run.steps[index].parent {
      run.lists[parent]?.held[circuit, default: ([], [])].waiting.insert(index)
    }
    run.steps[index].status = .waitingRetry
    run.steps[index].wakeAt = time
    run.steps[index].firstStartedAt = begun
    run.steps[index].error = error
    transaction.setTimer(time, step: index, of: run)
    // Not written again and again: after a restart it is tried at once.
    if wasHeldBack { return }
    write(index, of: run, transaction)
    emitRetrying(index, of: run, error, at: time, transaction)
  }

  /// One child of a list waits for a circuit; the others stay as they are until it has gone on.
  private func isBehind(_ index: Int, _ circuit: String, _ run: RunMachine) -> Bool {
    guard run.steps[index].status == .pending, let parent = run.steps[index].parent,
      run.lists[parent]?.held[circuit]?.waiting.isEmpty == false
    else { return false }
    run.lists[parent]?.held[circuit]?.behind.append(index)
    return true
  }

  /// A child goes on that may have waited for a circuit, and those behind it try.
  func letBehindTry(_ index: Int, of run: RunMachine) {
    guard let parent = run.steps[index].parent, let held = run.lists[parent]?.held, !held.isEmpty else { return }
    for (circuit, children) in held where children.waiting.contains(index) {
      run.lists[parent]?.held[circuit]?.waiting.remove(index)
      guard children.waiting.count == 1 else { continue }
      run.lists[parent]?.held[circuit] = nil
      for child in children.behind where run.steps[child].status == .pending { run.ready.insert(child) }
    }
  }

  /// Whether a run is part of an attempt that a circuit has admitted: it must not wait for itself.
  private func isWithin(_ circuit: String, _ run: RunMachine) -> Bool {
    var run = run
    while let parent = run.record.parent, let above = self.run(parent.id) {
      // One that cannot go on has no steps.
      if above.unreadable == nil, above.definition(of: parent.step).circuit == circuit { return true }
      run = above
    }
    return false
  }
}
