package import FlowdModel

/// What a start asks for.
package struct StartRequest: Equatable, Sendable {
  package enum IfActive: Int, Equatable, Sendable, CaseIterable {
    case reject = 1
    case queue = 2
    case replace = 3
    case parallel = 4
  }

  /// Empty: not repeatable.
  package var requestID: String
  package var expected: Expectation
  /// A JSON object.
  package var inputs: JSONValue
  package var ifActive: IfActive
  /// Absolute; empty: the session's workspace.
  package var cwd: String
  /// `NAME=value`.
  package var environment: [String]

  package init(
    requestID: String = "", expected: Expectation = Expectation(), inputs: JSONValue = .object([]),
    ifActive: IfActive = .reject, cwd: String = "", environment: [String] = []
  ) {
    self.requestID = requestID
    self.expected = expected
    self.inputs = inputs
    self.ifActive = ifActive
    self.cwd = cwd
    self.environment = environment
  }
}

extension SessionState {
  /// What can be said of a start before its flow is looked up; `nil`: look it up.
  func answerEarly(_ request: StartRequest) throws(Refusal) -> Reply? {
    if let known = recentRequests[request.requestID], !request.requestID.isEmpty {
      let current = runs.first { $0.record.id == known.id }?.record ?? known
      return .started(current, existing: true)
    }
    try requireOpen()
    try require(request.expected)
    guard !meta.executedFlowID.isEmpty else {
      throw Refusal(
        .failedPrecondition, "NO_FLOW_SELECTED",
        "session \(meta.sessionID) has no flow to run; choose one with session.setExecutedFlow")
    }
    return nil
  }

  /// `flow.start`: admits a run of what the session holds now.
  ///
  /// - Parameters:
  ///   - found: The flow the session holds, as looked up when the call came to the head of its lane.
  ///   - stored: The run that an earlier call with this request id left in the store.
  func start(
    _ request: StartRequest, found: FlowLookup, stored: RunRecord?, _ transaction: Transaction
  ) throws(Refusal) -> Reply {
    if let stored { return .started(runs.first { $0.record.id == stored.id }?.record ?? stored, existing: true) }
    if let early = try answerEarly(request) { return early }
    let definition = try found.requireValid(meta.executedFlowID)
    let inputs = try SessionState.check(request.inputs, against: definition)
    let mustWait = try makeRoom(request.ifActive, transaction)

    let snapshot = RunSnapshot(
      flowID: meta.executedFlowID, definitionHash: definition.hash, providerID: meta.providerID, modelID: meta.modelID,
      mode: meta.mode, revision: meta.revision)
    let run = RunMachine(
      record: RunRecord(
        key: transaction.makeRunKey(), id: RunID(transaction.makeUUID()), sessionKey: record.key,
        sessionID: meta.sessionID, requestID: request.requestID, snapshot: snapshot,
        cwd: request.cwd.isEmpty ? meta.workspace : request.cwd,
        inputs: JSONWriter.bytes(of: .object(inputs), .compact), waitsForOthers: mustWait,
        admittedAt: transaction.now, firstSequence: eventSequence + 1),
      definition: definition, environment: request.environment, inputs: inputs)
    runs.append(run)
    transaction.runsAdmitted.append(run.record.id)
    transaction.batch.admittedRuns.append(run.record.id)
    transaction.batch.definitions[definition.hash] = definition
    transaction.batch.environments[run.record.key] = request.environment
    transaction.batch.write(run.record, isNew: true)
    noteUse(of: snapshot.flowID, transaction)
    recentRequests.insert(run.record, transaction)
    if mustWait {
      emit(.runQueued(snapshot), of: run, transaction)
    } else {
      begin(run, transaction)
    }
    return .started(run.record, existing: false)
  }

  /// `last_used_flow_id` follows the start without a revision of its own: nobody chose anything.
  private func noteUse(of flow: String, _ transaction: Transaction) {
    guard ExactName(meta.lastUsedFlowID) != ExactName(flow) else { return }
    record.meta.lastUsedFlowID = flow
    transaction.batch.write(record)
  }

  /// Makes way for a run as `if_active` says.
  ///
  /// - Returns: Whether the run has to wait for others to end.
  private func makeRoom(_ ifActive: StartRequest.IfActive, _ transaction: Transaction) throws(Refusal) -> Bool {
    guard let first = runs.first else { return false }
    guard runs.count < Limits.activeRunsMax else {
      throw Refusal(
        .resourceExhausted, "QUEUE_FULL", "session \(meta.sessionID) has \(runs.count) runs that have not ended")
    }
    switch ifActive {
    case .parallel: return false
    case .reject:
      throw SessionState.runActive(activeRun?.record ?? first.record, "start with if_active QUEUE, REPLACE or PARALLEL")
    case .queue:
      let queued = runs.count { $0.record.status == .queued }
      guard queued < Limits.queuedRunsMax else {
        throw Refusal(
          .resourceExhausted, "QUEUE_FULL", "\(queued) runs wait in session \(meta.sessionID) already",
          metadata: ["queued": String(queued)])
      }
      return true
    case .replace:
      for run in runs.reversed() { cancel(run, .force, transaction) }
      return !runs.isEmpty
    }
  }

  private static func check(
    _ given: JSONValue, against definition: PinnedDefinition
  ) throws(Refusal) -> [JSONValue.Member] {
    switch InputValidation.validate(given: given, against: definition.flow.inputs) {
    case .success(let members): return members
    case .failure(let problems):
      throw Refusal(
        .invalidArgument, "INPUT_INVALID", problems.messages.joined(separator: "; "),
        metadata: ["field": "inputs.\(problems.problems.first?.field ?? "")"])
    }
  }

  /// Starts an admitted run.
  func begin(_ run: RunMachine, _ transaction: Transaction) {
    run.record.status = .running
    run.record.startedAt = transaction.now
    transaction.batch.write(run.record)
    emit(.runStarted(run.record.snapshot, run.definition, cwd: run.record.cwd), of: run, transaction)
    advance(run, transaction)
  }
}
