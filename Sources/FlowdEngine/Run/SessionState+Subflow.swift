internal import FlowdModel

extension SessionState {
  /// Starts a `flow` step: a run of its own, admitted in the same transaction.
  func start(
    _ call: SubflowCall, _ index: Int, of run: RunMachine, _ transaction: Transaction
  ) throws(ExpressionError) {
    let line = run.definition(of: index).line
    guard let definition = run.definition.subflows[call.flow] else {
      throw ExpressionError(
        .failed, "the flow \(quoted(call.flow)) was not there when the run was admitted", line: line)
    }
    let depth = (run.record.parent?.depth ?? 0) + 1
    guard depth <= Limits.subflowDepthMax, runs.count < Limits.activeRunsMax else {
      let reason =
        depth > Limits.subflowDepthMax
        ? "flows run flows more than \(Limits.subflowDepthMax) deep"
        : "the session has \(runs.count) runs that have not ended"
      throw ExpressionError(.failed, reason, line: line)
    }
    let given = try run.renderer(index, transaction).values(call.inputs)
    let handedOver = try handedOver(call, index, run, definition.flow.inputs)
    let inputs: [JSONValue.Member]
    switch InputValidation.validate(given: .object(given), handedOver: handedOver, against: definition.flow.inputs) {
    case .success(let members): inputs = members
    case .failure(let problems):
      throw ExpressionError(.failed, problems.messages.joined(separator: "; "), line: line)
    }
    let child = makeChild(definition, inputs, depth, index, of: run, transaction)
    run.steps[index].childRun = child.record.id
    run.waiting.remove(index)
    letBehindTry(index, of: run)
    run.executing.insert(index)
    run.subflows.insert(index)
    if let timeout = timeout(of: index, run, transaction) {
      let due = transaction.now + timeout
      run.steps[index].wakeAt = due
      transaction.setTimer(due, step: index, of: run)
    } else {
      run.steps[index].wakeAt = nil
    }
    markStarted(index, of: run, transaction)
    admit(child, transaction)
    begin(child, transaction)
  }

  /// The secret inputs that are given a secret of this run.
  ///
  /// - Throws: One is given a text that was computed: only the flow may say which secret is meant.
  private func handedOver(
    _ call: SubflowCall, _ index: Int, _ run: RunMachine, _ definitions: [InputDefinition]
  ) throws(ExpressionError) -> Set<ExactName> {
    var names: Set<ExactName> = []
    for input in call.inputs where input.value.constantValue == nil {
      guard definitions.contains(where: { $0.kind == .secret && $0.name == input.name }) else { continue }
      guard run.secret(handedOverAs: input.name, by: index) != nil else {
        throw ExpressionError(
          .failed,
          "input \(quoted(input.name)) is a secret: give it a secret input, or the answer to a secret "
            + "question, by itself", line: run.definition(of: index).line)
      }
      names.insert(ExactName(input.name))
    }
    return names
  }

  private func makeChild(
    _ definition: PinnedDefinition, _ inputs: [JSONValue.Member], _ depth: Int, _ index: Int, of run: RunMachine,
    _ transaction: Transaction
  ) -> RunMachine {
    let parent = ParentRun(
      key: run.record.key, id: run.record.id, step: index, attempt: run.steps[index].attempt,
      stepName: run.name(of: index).description, depth: depth)
    let above = run.record.snapshot
    let snapshot = RunSnapshot(
      flowID: definition.flow.id, definitionHash: definition.hash, providerID: above.providerID,
      modelID: above.modelID, mode: run.record.mode, revision: above.revision)
    let record = RunRecord(
      key: transaction.makeRunKey(), id: RunID(transaction.makeUUID()), sessionKey: self.record.key,
      sessionID: meta.sessionID, requestID: "", snapshot: snapshot, cwd: run.record.cwd,
      umask: run.record.umask, inputs: JSONWriter.bytes(of: .object(inputs), .compact), waitsForOthers: false,
      admittedAt: transaction.now, firstSequence: eventSequence + 2, parent: parent,
      subflows: definition.subflowHashes, isPauseRequested: run.record.isPauseRequested,
      isStepping: run.record.isStepping)
    let child = RunMachine(record: record, definition: definition, environment: run.environment, inputs: inputs)
    child.above = run
    return child
  }

  /// A run that is a step of another one has ended: that step goes on.
  func finishSubflow(_ child: RunMachine, _ transaction: Transaction) {
    guard let parent = child.record.parent, let run = run(parent.id), !run.isSuspended,
      run.subflows.contains(parent.step), run.steps[parent.step].childRun == child.record.id
    else { return }
    run.subflows.remove(parent.step)
    var details = StepDetails()
    if let outputs = try? JSONValue(parsing: child.record.outputs), case .object(let members) = outputs {
      details.outputs = members
    }
    details.report = child.record.report.isEmpty ? nil : child.record.report
    let hasTimedOut = run.steps[parent.step].wakeAt.map { $0 <= transaction.now } ?? false
    let outcome: StepResult.Outcome
    switch child.record.status {
    case .succeeded: outcome = .elapsed
    case .failed:
      let failed = child.failedStep.flatMap { child.steps[$0].error?.errorClass } ?? .fatal
      outcome = .subflowFailed(StepError(failed, child.record.error))
    case .queued, .running, .waitingInput, .paused, .cancelled, .interrupted:
      // Somebody ended it and not its parent: to the parent that is a failure.
      let reason = StepError(.fatal, "its run was \(child.record.status.name)")
      outcome = hasTimedOut ? .timedOut : run.isGivenUp(parent.step) ? .cancelled : .subflowFailed(reason)
    }
    let result = StepResult(outcome: outcome, details: details)
    if outcome == .cancelled {
      keepOutput(StepOutput(details: details), of: parent.step, run, transaction)
      settle(parent.step, of: run, .cancelled, details: details, transaction)
    } else {
      conclude(parent.step, result, of: run, transaction)
    }
    advance(run, transaction)
  }
}

extension PinnedDefinition {
  /// The hashes of all flows that it and its sub-flows run, by id.
  package var subflowHashes: [String: String] {
    var hashes: [String: String] = [:]
    for (id, definition) in subflows {
      hashes[id] = definition.hash
      hashes.merge(definition.subflowHashes) { first, _ in first }
    }
    return hashes
  }

  /// Itself and all flows that it and its sub-flows run.
  var withSubflows: [PinnedDefinition] {
    var all: [String: PinnedDefinition] = [hash: self]
    for definition in subflows.values {
      for each in definition.withSubflows { all[each.hash] = each }
    }
    return Array(all.values)
  }
}
