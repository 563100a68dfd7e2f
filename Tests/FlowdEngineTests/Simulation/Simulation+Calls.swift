import FlowdEngine
import FlowdModel

/// Clients: what they ask, and what they are told.
extension Simulation {
  func makeCall() {
    let session = lab.store.sessions.values.map(\.meta.sessionID).sorted().randomElement(using: &random)
    let workspace = random.pick(Simulation.workspaces)
    guard let session, !random.oneIn(12) else {
      submit(.open(NewSession(workspace: workspace, title: "t\(random.below(100))")), to: .workspace(workspace))
      return
    }
    let meta = lab.store.session(session)?.meta
    switch random.below(20) {
    case 0: submit(.getCurrentMeta, to: .workspace(workspace))
    case 1: submit(.open(NewSession(workspace: workspace, from: session)), to: .session(session))
    case 2: submit(.select, to: .session(session))
    case 3 where random.oneIn(3): submit(.close(cancelActive: random.oneIn(2)), to: .session(session))
    case 4: submit(.settle, to: .session(session))
    case 5: submit(.getCurrentMeta, to: .session(random.oneIn(9) ? SessionID(UUIDv7(high: 1, low: 2)) : session))
    case ..<8: submit(.getCurrentMeta, to: .session(session))
    case ..<10:
      submit(
        .setExecutedFlow(flow: random.pick(["a", "b", "c", "bad", "none"]), expected: expected(meta)),
        to: .session(session))
    case ..<11:
      let provider = random.pick(["p", "q", "none"])
      submit(
        .setProviderModel(provider: provider, model: random.pick(["m", "n", "x"]), expected: expected(meta)),
        to: .session(session))
    case ..<12: submit(.setMode(random.pick(RunMode.allCases), expected: expected(meta)), to: .session(session))
    case ..<17: submit(.start(start(meta)), to: .session(session))
    default: submit(.cancel(someRun(of: session), random.pick(CancelMode.allCases)), to: .session(session))
    }
  }

  private func expected(_ meta: SessionMeta?) -> Expectation {
    guard let meta, random.oneIn(3) else { return Expectation() }
    return random.oneIn(2)
      ? Expectation(revision: meta.revision + UInt64(random.below(2)))
      : Expectation(executedFlowID: meta.executedFlowID, providerID: random.pick(["p", "q"]))
  }

  private func start(_ meta: SessionMeta?) -> StartRequest {
    StartRequest(
      requestID: random.oneIn(3) ? "" : random.pick(["r1", "r2", "r3", "r4", "caf\u{E9}", "cafe\u{301}"]),
      expected: expected(meta), inputs: random.oneIn(15) ? .object([.init("unknown", .null)]) : .object([]),
      ifActive: random.pick(StartRequest.IfActive.allCases), environment: ["A=1"])
  }

  private func someRun(of session: SessionID) -> RunID? {
    if random.oneIn(3) { return nil }
    let runs = lab.store.runs.values.filter { $0.sessionID == session || random.oneIn(20) }.map(\.id).sorted()
    return random.oneIn(15) ? RunID(UUIDv7(high: 3, low: 4)) : runs.randomElement(using: &random)
  }

  private func submit(_ command: Command, to lane: SessionLane.Key) {
    var changes = 0
    if case .workspace(let path) = lane { changes = model.selectionChanges(of: path.text) }
    // Known before it is made: it may be answered at once.
    let token = lab.nextToken
    calls[token] = SimulatedCall(command: command, lane: lane, selectionChanges: changes)
    outstanding[lane, default: []].append(token)
    _ = lab.submit(command, to: lane)
  }

  func withdrawCall() {
    guard
      let token = outstanding.values.flatMap({ $0 }).sorted(by: { $0.stream < $1.stream }).randomElement(
        using: &random),
      let lane = calls[token]?.lane
    else { return }
    withdrawn.insert(token)
    outstanding[lane]?.removeAll { $0 == token }
    lab.engine.withdraw(token)
  }

  func take(_ answered: AnsweredCall) {
    guard let call = calls[answered.call] else {
      note("an answer to a call that nobody made")
      return
    }
    let check = AnswerCheck(model: model, store: lab.store)
    note(check.mistake(call, answered.result))
    if case .success(.started(let record, _)) = answered.result, case .start(let request) = call.command,
      !request.requestID.isEmpty
    {
      let key = "\(record.sessionKey) \(Array(request.requestID.utf8))"
      if let known = runOfRequest[key], known != record.id { note("request \(request.requestID) has two runs") }
      runOfRequest[key] = record.id
    }
    noteRevision(answered, call)
    if withdrawn.contains(answered.call) { return }
    guard let place = outstanding[call.lane]?.firstIndex(of: answered.call) else {
      note("an answer to a call that was answered")
      return
    }
    for earlier in outstanding[call.lane]?.prefix(place).compactMap({ calls[$0]?.command }) ?? [] {
      // A new session's answer waits for its own rows, not for those of the session it came from.
      if case .open = earlier { continue }
      note("\(call.command) is answered before \(earlier) in \(call.lane)")
    }
    outstanding[call.lane]?.remove(at: place)
  }

  private func noteRevision(_ answered: AnsweredCall, _ call: SimulatedCall) {
    guard case .session = call.lane, case .success(let reply) = answered.result else { return }
    var isWrite = false
    switch call.command {
    case .setExecutedFlow, .setProviderModel, .setMode: isWrite = true
    case .open: return
    case .getCurrentMeta, .select, .close, .start, .cancel, .settle: break
    }
    switch reply {
    case .meta(let meta), .currentMeta(let meta, _, _):
      revisions[call.lane, default: []].append((answered.call, meta.revision, isWrite))
    case .started(let record, existing: false):
      revisions[call.lane, default: []].append((answered.call, record.snapshot.revision, false))
    case .started, .cancelled, .settled: break
    }
  }
}
