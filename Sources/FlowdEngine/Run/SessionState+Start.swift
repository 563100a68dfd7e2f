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
  /// `nil`: the owner's alone; of a rerun: the run's own.
  package var umask: FileMask?
  /// Pause after each step.
  package var stepByStep: Bool

  package init(
    requestID: String = "", expected: Expectation = Expectation(), inputs: JSONValue = .object([]),
    ifActive: IfActive = .reject, cwd: String = "", environment: [String] = [],
    umask: FileMask? = nil, stepByStep: Bool = false
  ) {
    self.requestID = requestID
    self.expected = expected
    self.inputs = inputs
    self.ifActive = ifActive
    self.cwd = cwd
    self.environment = environment
    self.umask = umask
    self.stepByStep = stepByStep
  }
}

extension SessionState {
  /// What can be said of a start before its flow is looked up; `nil`: look it up.
  func answerEarly(_ request: StartRequest) throws(Refusal) -> Reply? {
    if let known = recentRequests[request.requestID], !request.requestID.isEmpty {
      let current = run(known.id)?.record ?? known
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
    if let stored { return .started(run(stored.id)?.record ?? stored, existing: true) }
    if let early = try answerEarly(request) { return early }
    let definition = try found.requireValid(meta.executedFlowID)
    let inputs = try SessionState.check(request.inputs, against: definition)
    let run = try admit(request, definition, flow: meta.executedFlowID, inputs, reusedFrom: nil, transaction)
    noteUse(of: meta.executedFlowID, transaction)
    beginOrQueue(run, transaction)
    return .started(run.record, existing: false)
  }

  /// Makes room for a run and takes it in; it has not begun.
  func admit(
    _ request: StartRequest, _ definition: PinnedDefinition, flow: String, _ inputs: [JSONValue.Member],
    reusedFrom: RunID?, _ transaction: Transaction
  ) throws(Refusal) -> RunMachine {
    let key = transaction.makeRunKey()
    let id = RunID(transaction.makeUUID())
    let snapshot = RunSnapshot(
      flowID: flow, definitionHash: definition.hash, providerID: meta.providerID, modelID: meta.modelID,
      mode: definition.flow.mode ?? meta.mode, revision: meta.revision)
    func makeRun(group: String, mustWait: Bool) -> RunMachine {
      RunMachine(
        record: RunRecord(
          key: key, id: id, sessionKey: record.key, sessionID: meta.sessionID, requestID: request.requestID,
          snapshot: snapshot, cwd: request.cwd.isEmpty ? meta.workspace : request.cwd,
          umask: request.umask ?? .ownerOnly, inputs: JSONWriter.bytes(of: .object(inputs), .compact),
          waitsForOthers: mustWait, admittedAt: transaction.now, firstSequence: eventSequence + 1,
          reusedFrom: reusedFrom, group: group,
          subflows: definition.subflowHashes, isStepping: request.stepByStep),
        definition: definition, environment: request.environment, inputs: inputs)
    }
    let group = try SessionState.group(of: makeRun(group: "", mustWait: false), transaction)
    let mustWait = try makeRoom(request.ifActive, transaction)
    let run = makeRun(group: group, mustWait: mustWait)
    keepEnvironment(of: run, transaction)
    admit(run, transaction)
    recentRequests.insert(run.record, transaction)
    return run
  }

  private static func group(of run: RunMachine, _ transaction: Transaction) throws(Refusal) -> String {
    guard let template = run.definition.flow.concurrencyGroup else { return "" }
    do throws(ExpressionError) {
      let group = try run.renderer(nil, transaction).text(template)
      guard group.utf8.count <= Limits.groupBytesMax else {
        throw ExpressionError(.failed, "it has \(group.utf8.count) bytes; at most \(Limits.groupBytesMax) are allowed")
      }
      return group
    } catch {
      let text = RunMachine.text(of: error, flow: run.record.snapshot.flowID)
      throw Refusal(.invalidArgument, "GROUP_INVALID", "'concurrency.group' has no value: \(text)")
    }
  }

  /// Takes a run in.
  func admit(_ run: RunMachine, _ transaction: Transaction) {
    insert(run)
    transaction.runsAdmitted.append(run.record.id)
    transaction.batch.admittedRuns.append(run.record.id)
    for definition in run.definition.withSubflows { transaction.batch.definitions[definition.hash] = definition }
    transaction.batch.write(run.record, isNew: true)
  }

  /// Starts an admitted run, or lets it wait for the others of its session.
  func beginOrQueue(_ run: RunMachine, _ transaction: Transaction) {
    if run.record.waitsForOthers {
      run.isAnnounced = true
      emit(.runQueued(run.record.snapshot), of: run, transaction)
    } else {
      begin(run, transaction)
    }
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
    guard let first = roots.first else { return false }
    guard runs.count < Limits.activeRunsMax else {
      throw Refusal(
        .resourceExhausted, "QUEUE_FULL", "session \(meta.sessionID) has \(runs.count) runs that have not ended")
    }
    switch ifActive {
    case .parallel: return false
    case .reject:
      throw SessionState.runActive(activeRun?.record ?? first.record, "start with if_active QUEUE, REPLACE or PARALLEL")
    case .queue:
      let queued = roots.count { $0.record.status == .queued }
      guard queued < Limits.queuedRunsMax else {
        throw Refusal(
          .resourceExhausted, "QUEUE_FULL", "\(queued) runs wait in session \(meta.sessionID) already",
          metadata: ["queued": String(queued)])
      }
      return true
    case .replace:
      for run in roots.reversed() { cancel(run, .force, transaction) }
      return !roots.isEmpty
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

  /// Starts an admitted run once its group lets it.
  func begin(_ run: RunMachine, _ transaction: Transaction) {
    let record = run.record
    guard record.cancelRequested == nil else {
      run.beginEnding()
      end(run, transaction)
      return
    }
    guard
      transaction.groups.enter(record.id, session: record.sessionID, group: record.group, &transaction.batch)
    else {
      if !run.isAnnounced { emit(.runQueued(record.snapshot), of: run, transaction) }
      run.isAnnounced = true
      return
    }
    run.record.status = .running
    run.record.startedAt = transaction.now
    transaction.batch.write(run.record)
    let reused = run.steps.filter { $0.status != .pending }
    emit(.runStarted(run.record, run.definition, reused: reused), of: run, transaction)
    advance(run, transaction)
  }
}
