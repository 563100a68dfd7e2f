package import FlowdModel

/// What `flow.rerun` asks for.
package struct RerunRequest: Equatable, Sendable {
  package var run: RunID
  /// Results of steps that neither are this one nor depend on it are taken over; empty: see `reuseSucceeded`.
  package var fromStep: String
  /// Every result of a step that succeeded or was skipped is taken over.
  package var reuseSucceeded: Bool
  package var start: StartRequest

  package init(run: RunID, fromStep: String = "", reuseSucceeded: Bool = false, start: StartRequest = StartRequest()) {
    self.run = run
    self.fromStep = fromStep
    self.reuseSucceeded = reuseSucceeded
    self.start = start
  }
}

extension SessionState {
  /// `flow.rerun`: a new run of what an ended run ran, with its inputs and directory, on the provider, model and mode that
  /// the session holds now.
  ///
  /// - Parameter source: The ended run; `nil`: there is none.
  func rerun(
    _ request: RerunRequest, source: RunView?, stored: RunRecord?, _ transaction: Transaction
  ) throws(Refusal) -> Reply {
    if let stored { return repeatedRerun(stored) }
    if let known = recentRequests[request.start.requestID], !request.start.requestID.isEmpty {
      return repeatedRerun(known)
    }
    try requireOpen()
    try require(request.start.expected)
    if let active = run(request.run) {
      throw Refusal(
        .failedPrecondition, "RUN_ACTIVE",
        "run \(request.run) is \(active.record.status.name); it can be rerun once it has ended",
        metadata: ["run_id": request.run.description])
    }
    guard let source, source.record.sessionKey == record.key, source.record.parent == nil else {
      throw .runNotFound(request.run.description)
    }
    guard !source.definition.flow.steps.isEmpty else {
      throw Refusal(
        .failedPrecondition, "RUN_UNREADABLE",
        "the definition that run \(request.run) pinned cannot be read by this version; start its flow anew",
        metadata: ["run_id": request.run.description])
    }
    let reused = try reusedSteps(request, source)
    guard case .object(let inputs)? = try? JSONValue(parsing: source.record.inputs) else {
      throw Refusal(.dataLoss, "RUN_UNREADABLE", "the inputs of run \(request.run) cannot be read")
    }
    var start = request.start
    start.cwd = source.record.cwd
    start.umask = start.umask ?? source.record.umask
    let run = try admit(
      start, source.definition, flow: source.record.snapshot.flowID, inputs, reusedFrom: source.record.id, transaction)
    takeOver(reused, from: source, run, transaction)
    beginOrQueue(run, transaction)
    return .rerun(run.view, existing: false)
  }

  private func repeatedRerun(_ known: RunRecord) -> Reply {
    if let run = run(known.id) { return .rerun(run.view, existing: true) }
    return .rerunEnded(known)
  }

  /// The steps whose results a rerun takes over.
  private func reusedSteps(_ request: RerunRequest, _ source: RunView) throws(Refusal) -> [Int] {
    guard request.reuseSucceeded || !request.fromStep.isEmpty else { return [] }
    let definition = source.definition
    var affected = [Bool](repeating: false, count: definition.flow.steps.count)
    if !request.fromStep.isEmpty {
      guard let from = definition.index(of: request.fromStep) else {
        let hint = NearMiss.hint(for: request.fromStep, among: definition.flow.steps.lazy.map(\.id))
        throw .invalid(field: "from_step_id", "is \(quoted(request.fromStep)), which is no step of the run\(hint)")
      }
      affected[from] = true
    }
    for (index, step) in source.steps.prefix(affected.count).enumerated() {
      // The answer to a secret question belongs to the run that asked for it.
      if !step.status.isReusable || definition.flow.steps[index].asksForSecret { affected[index] = true }
    }
    // What depends on something that runs again runs again.
    var queue = affected.indices.filter { affected[$0] }
    while let index = queue.popLast() {
      for dependent in definition.dependents[index] where !affected[dependent] {
        affected[dependent] = true
        queue.append(dependent)
      }
    }
    return affected.indices.filter { !affected[$0] }
  }

  private func takeOver(_ reused: [Int], from source: RunView, _ run: RunMachine, _ transaction: Transaction) {
    guard !reused.isEmpty else { return }
    for index in reused { takeOver(index, from: source, run, transaction) }
    run.rebuildReadiness()
  }

  private func takeOver(_ index: Int, from source: RunView, _ run: RunMachine, _ transaction: Transaction) {
    let old = source.steps[index]
    var step = StepRecord(
      index: index, status: old.status, attempt: old.attempt, retries: old.retries, firstStartedAt: old.firstStartedAt,
      startedAt: old.startedAt, finishedAt: old.finishedAt, exitCode: old.exitCode, error: old.error,
      childCount: old.childCount, childRun: old.childRun)
    transaction.batch.outputCopies.append(
      OutputCopy(from: source.record.key, fromStep: index, to: run.record.key, toStep: index))
    if let count = old.childCount, let first = old.firstChild {
      step.firstChild = run.steps.count
      for place in 0..<count {
        let child = source.steps[first + place]
        let new = StepRecord(
          index: run.steps.count, parent: index, item: place, status: child.status, attempt: child.attempt,
          retries: child.retries, firstStartedAt: child.firstStartedAt, startedAt: child.startedAt,
          finishedAt: child.finishedAt, exitCode: child.exitCode, error: child.error, childRun: child.childRun)
        transaction.batch.outputCopies.append(
          OutputCopy(
            from: source.record.key, fromStep: first + place, to: run.record.key, toStep: new.index))
        run.outputs.note(
          new.index, storedUnder: source.record.key, as: first + place, batch: transaction.batch.number)
        run.steps.append(new)
        write(new.index, of: run, transaction)
      }
    }
    run.steps[index] = step
    // The source's end may be on its way to the disk itself.
    run.outputs.note(index, storedUnder: source.record.key, as: index, batch: transaction.batch.number)
    write(index, of: run, transaction)
  }
}

extension StepDefinition {
  fileprivate var asksForSecret: Bool {
    if case .input(let question) = action { question.kind == .secret } else { false }
  }
}

extension StepStatus {
  /// Whether a rerun may take its result over.
  fileprivate var isReusable: Bool {
    switch self {
    case .succeeded, .skipped: true
    case .pending, .running, .waitingInput, .waitingRetry, .failed, .cancelled, .notRun: false
    }
  }
}
