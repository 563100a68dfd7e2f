internal import FlowdModel

extension Engine {
  /// Decides the calls of a lane until it is empty or its head has to wait.
  func run(_ lane: SessionLane) {
    decideAll(lane)
    if lane.queue.isEmpty != lane.isListed { return }
    lane.isListed.toggle()
    waitingLanes[ObjectIdentifier(lane)] = lane.isListed ? lane : nil
  }

  private func decideAll(_ lane: SessionLane) {
    while lane.waitingFor == nil, let head = lane.queue.first {
      let before = transaction.batch.changeCount
      guard let (result, reflected) = decide(head.command, in: lane) else { return }
      lane.queue.removeFirst()
      lane.resources = [:]
      if transaction.batch.changeCount != before { noteChange(of: reflected) }
      noteRuns(of: reflected)
      answer(head.call, result, reflecting: reflected)
    }
  }

  func noteRuns(of lane: SessionLane) {
    if case .session(let id) = lane.key {
      for run in transaction.runsAdmitted { sessionOfRun[run] = id }
    }
    for run in transaction.runsEnded { sessionOfRun[run] = nil }
    transaction.runsAdmitted.removeAll(keepingCapacity: true)
    transaction.runsEnded.removeAll(keepingCapacity: true)
    loadWantedOutputs()
    beginReleased()
    purgeTimers()
  }

  /// - Returns: The answer and the lane whose state it reflects; `nil` while something is still being loaded.
  private func decide(
    _ command: Command, in lane: SessionLane
  ) -> (Result<Reply, Refusal>, reflecting: SessionLane)? {
    if let failure = lane.resources.values.lazy.compactMap(Engine.failure).first { return (.failure(failure), lane) }
    if let readOnly, !command.isRead { return (.failure(readOnly), lane) }
    do throws(Refusal) {
      guard let target = try target(of: command, lane) else { return nil }
      if case .open(let request) = command {
        guard let (reply, opened) = try open(request, lane) else { return nil }
        return (.success(reply), opened)
      }
      guard let state = target.state else { preconditionFailure("a call's target is loaded before it is decided") }
      guard let reply = try decide(command, state, lane) else { return nil }
      return (.success(reply), target)
    } catch {
      return (.failure(error), targetForRefusal(lane))
    }
  }

  /// A refusal may tell of the session's state, so it is held like any other answer.
  private func targetForRefusal(_ lane: SessionLane) -> SessionLane {
    guard case .workspace(let path) = lane.key, let selected = selections[path] ?? nil else { return lane }
    return lanes[selected] ?? lane
  }

  private static func failure(_ loaded: Loaded) -> Refusal? {
    guard case .failed(let reason) = loaded else { return nil }
    return Refusal(.unavailable, "STORE_UNREADABLE", reason)
  }

  /// The lane of the session that a call speaks of, loaded.
  private func target(of command: Command, _ lane: SessionLane) throws(Refusal) -> SessionLane? {
    switch lane.key {
    case .session(let id):
      return try loaded(id, for: lane)
    case .workspace(let path):
      guard let selected = selection(of: path.text, lane) else { return nil }
      if case .open = command {
        guard let selected else { return lane }
        return try loaded(selected, for: lane)
      }
      guard let selected else {
        throw Refusal(
          .notFound, "SESSION_NOT_FOUND", "workspace \(path.text) has no session; open one with session.new",
          metadata: ["workspace": path.text])
      }
      return try loaded(selected, for: lane)
    }
  }

  /// The lane of a session once it is in memory.
  private func loaded(_ id: SessionID, for lane: SessionLane) throws(Refusal) -> SessionLane? {
    if let target = lanes[id], target.state != nil { return target }
    guard case .session(let found) = need(.session(id), lane) else { return nil }
    if let found { adopt(found) }
    guard let target = lanes[id], target.state != nil else {
      if case .session = lane.key { lanes[id]?.resources = [:] }
      throw .sessionNotFound(id.description)
    }
    return target
  }

  /// The selected session of a workspace, once it is known; the outer `nil`: not yet.
  func selection(of path: String, _ lane: SessionLane) -> SessionID?? {
    let path = ExactName(path)
    if let known = selections[path] { return .some(known) }
    guard case .workspace(let selected) = need(.workspace(path), lane) else { return nil }
    selections[path] = .some(selected)
    return .some(selected)
  }

  private func decide(
    _ command: Command, _ state: SessionState, _ lane: SessionLane
  ) throws(Refusal) -> Reply? {
    switch command {
    case .getCurrentMeta: return state.getCurrentMeta()
    case .settle: return .settled
    case .archive(let since): return try archive(state, untouchedSince: since, lane)
    case .open: preconditionFailure("opening a session is decided elsewhere")
    case .select: return try select(state, lane)
    case .close(let cancelActive): return try close(state, cancelActive: cancelActive, lane)
    case .setProviderModel(let provider, let model, let expected):
      return try state.setProviderModel(provider: provider, model: model, expected: expected, transaction)
    case .setMode(let mode, let expected): return try state.setMode(mode, expected: expected, transaction)
    case .setExecutedFlow(let flow, let expected):
      try state.requireOpen()
      try state.require(expected)
      guard case .flow(let found) = need(.flow(workspace: state.meta.workspace, id: flow), lane) else { return nil }
      return try state.setExecutedFlow(flow: flow, found: found, expected: expected, transaction)
    case .start(let request): return try start(request, state, lane)
    case .cancel(let run, let mode):
      guard let run else { return try state.cancel(nil, mode, ended: nil, transaction) }
      guard let ended = ended(run, state, lane) else { return nil }
      return try state.cancel(run, mode, ended: ended, transaction)
    case .answer(let request):
      guard let ended = ended(request.run, state, lane) else { return nil }
      return try state.answer(request, ended: ended, transaction)
    case .pause(let run):
      guard let ended = ended(run, state, lane) else { return nil }
      return try state.pause(run, ended: ended, transaction)
    case .resume(let run, let stepByStep):
      guard let ended = ended(run, state, lane) else { return nil }
      return try state.resume(run, stepByStep: stepByStep, ended: ended, transaction)
    case .rerun(let request): return try rerun(request, state, lane)
    }
  }

  /// A run that is not in memory, as it ended; the outer `nil`: not read yet.
  private func ended(_ run: RunID, _ state: SessionState, _ lane: SessionLane) -> RunView?? {
    if state.run(run) != nil { return .some(nil) }
    if let ended = endedRun(run) { return .some(ended) }
    guard case .run(let ended) = need(.run(run), lane) else { return nil }
    return .some(ended)
  }

  private func rerun(_ request: RerunRequest, _ state: SessionState, _ lane: SessionLane) throws(Refusal) -> Reply? {
    var stored: RunRecord?
    if !request.start.requestID.isEmpty, state.recentRequests[request.start.requestID] == nil {
      guard let found = storedRequest(request.start.requestID, state, lane) else { return nil }
      stored = found
    }
    guard let source = ended(request.run, state, lane) else { return nil }
    return try state.rerun(request, source: source, stored: stored, transaction)
  }

  /// The run that an earlier start with a request id left in the store; the outer `nil`: not read yet.
  private func storedRequest(_ id: String, _ state: SessionState, _ lane: SessionLane) -> RunRecord?? {
    let load = Load.request(session: state.meta.sessionID, sessionKey: state.record.key, id: id)
    guard case .request(let found) = need(load, lane) else { return nil }
    guard let found, !found.status.isFinal, state.run(found.id) == nil else { return .some(found) }
    // It ended since it was read.
    if let ended = endedRun(found.id) { return .some(ended.record) }
    lane.resources[load] = nil
    _ = need(load, lane)
    return nil
  }

  private func start(_ request: StartRequest, _ state: SessionState, _ lane: SessionLane) throws(Refusal) -> Reply? {
    var stored: RunRecord?
    if !request.requestID.isEmpty, state.recentRequests[request.requestID] == nil {
      guard let found = storedRequest(request.requestID, state, lane) else { return nil }
      stored = found
    }
    if stored == nil, let early = try state.answerEarly(request) { return early }
    var found = FlowLookup.missing(suggestions: [])
    if stored == nil {
      let load = Load.flow(workspace: state.meta.workspace, id: state.meta.executedFlowID)
      guard case .flow(let lookup) = need(load, lane) else { return nil }
      found = lookup
    }
    return try state.start(request, found: found, stored: stored, transaction)
  }
}

extension Command {
  /// Whether it changes nothing, so that it is answered also while writes are refused.
  var isRead: Bool {
    switch self {
    case .getCurrentMeta, .settle: true
    case .select, .close, .setExecutedFlow, .setProviderModel, .setMode, .start, .cancel, .open, .archive, .answer,
      .pause, .resume, .rerun:
      false
    }
  }
}
