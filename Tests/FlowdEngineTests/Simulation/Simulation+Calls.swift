import FlowdEngine
import FlowdModel
import TestSupport

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
    switch random.below(30) {
    case 0: submit(.getCurrentMeta, to: .workspace(workspace))
    case 1: submit(.open(NewSession(workspace: workspace, from: session)), to: .session(session))
    case 2: submit(.select, to: .session(session))
    case 3 where random.oneIn(3): submit(.close(cancelActive: random.oneIn(2)), to: .session(session))
    case 4: submit(.settle, to: .session(session))
    case 5 where random.oneIn(3): submit(.archive(untouchedSince: lab.now), to: .session(session))
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
    case ..<22: answer(session)
    case ..<24: pause(session)
    case ..<26: rerun(session, meta)
    case ..<27: submit(.cancel(someRun(of: session), nil), to: .session(session))
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
      ifActive: random.pick(StartRequest.IfActive.allCases), environment: ["A=1"],
      stepByStep: random.oneIn(8))
  }

  private func someRun(of session: SessionID) -> RunID? {
    if random.oneIn(3) { return nil }
    let runs = lab.store.runs.values.filter { $0.sessionID == session || random.oneIn(20) }.map(\.id).sorted()
    return random.oneIn(15) ? RunID(UUIDv7(high: 3, low: 4)) : runs.randomElement(using: &random)
  }

  /// A question that waits, or seldom something else, is answered, now and then wrongly.
  private func answer(_ session: SessionID) {
    let asked = lab.store.steps.filter { $0.value.question != nil }.sorted {
      ($0.key.run, $0.key.index) < ($1.key.run, $1.key.index)
    }
    .filter { lab.store.runs[$0.key.run]?.sessionID == session }
    guard let (key, step) = asked.randomElement(using: &random), let question = step.question,
      let run = lab.store.runs[key.run], !random.oneIn(9)
    else {
      if let run = someRun(of: session) {
        submit(.answer(AnswerRequest(run: run, step: "s0", value: .bool(true))), to: .session(session))
      }
      return
    }
    let id = random.oneIn(3) ? "" : question.id
    submit(
      .answer(AnswerRequest(run: run.id, input: id, value: random.oneIn(8) ? .null : value(for: question))),
      to: .session(session))
  }

  func value(for question: PendingQuestion) -> JSONValue {
    switch question.kind {
    case .boolean: .bool(random.oneIn(2))
    case .choice: .string(random.pick(question.options))
    case .secret: .string("canary")
    case .string, .number, .json: .string("text")
    }
  }

  private func pause(_ session: SessionID) {
    guard let run = someRun(of: session) else { return }
    submit(random.oneIn(2) ? .pause(run) : .resume(run, stepByStep: random.oneIn(4)), to: .session(session))
  }

  private func rerun(_ session: SessionID, _ meta: SessionMeta?) {
    guard let run = someRun(of: session) else { return }
    let request = RerunRequest(
      run: run, fromStep: random.oneIn(3) ? "s\(random.below(4))" : "", reuseSucceeded: random.oneIn(2),
      start: start(meta))
    submit(.rerun(request), to: .session(session))
  }

  /// Makes a call that has to succeed.
  func demand(_ command: Command, of session: SessionID) {
    let token = lab.nextToken
    submit(command, to: .session(session))
    lab.settle()
    if !lab.hasSucceeded(token) { note("\(command) has no success: \(String(describing: lab.answers[token]))") }
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
    if let (request, record) = admitted(call.command, answered.result), !request.isEmpty {
      let key = "\(record.sessionKey) \(Array(request.utf8))"
      if let known = runOfRequest[key], known != record.id { note("request \(request) has two runs") }
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

  private func admitted(_ command: Command, _ result: Result<Reply, Refusal>) -> (request: String, run: RunRecord)? {
    let request: StartRequest
    switch command {
    case .start(let start): request = start
    case .rerun(let rerun): request = rerun.start
    default: return nil
    }
    switch result {
    case .success(.started(let record, _)), .success(.rerunEnded(let record)): return (request.requestID, record)
    case .success(.rerun(let view, _)): return (request.requestID, view.record)
    default: return nil
    }
  }

  private func noteRevision(_ answered: AnsweredCall, _ call: SimulatedCall) {
    guard case .session = call.lane, case .success(let reply) = answered.result else { return }
    var isWrite = false
    switch call.command {
    case .setExecutedFlow, .setProviderModel, .setMode: isWrite = true
    case .open: return
    case .getCurrentMeta, .select, .close, .start, .cancel, .settle, .answer, .pause, .resume, .rerun, .archive: break
    }
    switch reply {
    case .meta(let meta), .currentMeta(let meta, _, _):
      revisions[call.lane, default: []].append((answered.call, meta.revision, isWrite))
    case .started(let record, existing: false):
      revisions[call.lane, default: []].append((answered.call, record.snapshot.revision, false))
    case .rerun(let view, existing: false):
      revisions[call.lane, default: []].append((answered.call, view.record.snapshot.revision, false))
    case .started, .cancelled, .settled, .answered, .run, .rerun, .rerunEnded: break
    }
  }
}
