import FlowdEngine
import FlowdModel

/// A call of the simulation.
struct SimulatedCall {
  let command: Command
  let lane: SessionLane.Key
  /// How often its workspace's selection had changed when it was made.
  let selectionChanges: Int
}

/// Checks answers at the moment they are released: each may tell only of what is durable by then.
struct AnswerCheck {
  let model: StoreModel
  let store: MemoryStore

  func mistake(_ call: SimulatedCall, _ result: Result<Reply, Refusal>) -> String? {
    switch result {
    case .success(let reply): check(call, reply)
    case .failure(let refusal): check(call, refusal)
    }
  }

  private func check(_ call: SimulatedCall, _ reply: Reply) -> String? {
    switch reply {
    case .meta(let meta): check(call, meta)
    case .currentMeta(let meta, let active, let sequence): checkRead(meta, active, sequence)
    case .started(let record, let existing): check(call, record, existing)
    case .cancelled(let view, let outcome): check(view, outcome)
    case .answered(let view, _), .run(let view): known(view) ? nil : "tells of what is not durable"
    case .rerun(let view, let existing): check(call, view, existing)
    case .rerunEnded(let record): check(call, record, true)
    case .settled: nil
    }
  }

  private func check(_ call: SimulatedCall, _ meta: SessionMeta) -> String? {
    guard model.wasEver(meta.sessionID, { $0.meta == meta }) else {
      return "tells of metadata that is not durable: \(meta)"
    }
    let isRight =
      switch call.command {
      case .setExecutedFlow(let flow, let expected): meta.executedFlowID == flow && follows(meta, expected)
      case .setProviderModel(let provider, let name, let expected):
        meta.providerID == provider && meta.modelID == name && follows(meta, expected)
      case .setMode(let mode, let expected): meta.mode == mode && follows(meta, expected)
      case .open(let request): meta.workspace == request.workspace && meta.title == request.title && meta.revision == 1
      case .select: true
      case .close, .archive: model.sessions[meta.sessionID]?.isClosed == true
      case .getCurrentMeta, .start, .cancel, .settle, .answer, .pause, .resume, .rerun: false
      }
    return isRight ? nil : "\(call.command) is answered with \(meta)"
  }

  /// Whether a change was made to what its caller expected.
  private func follows(_ meta: SessionMeta, _ expected: Expectation) -> Bool {
    expected.revision.map { $0 + 1 == meta.revision } ?? true
  }

  private func checkRead(_ meta: SessionMeta, _ active: RunView?, _ sequence: EventSequence) -> String? {
    guard let history = model.history[meta.sessionID], sequence < history.count else {
      return "tells of events that are not durable"
    }
    let then = history[Int(sequence)]
    if then.meta != meta {
      return "metadata \(meta) as of event \(sequence), which left \(String(describing: then.meta))"
    }
    guard let active else { return then.active == nil ? nil : "the active run is missing" }
    guard let run = then.active, run.id == active.record.id, run.agrees(with: active) else {
      return "the active run \(active.record.id) is not as of event \(sequence)"
    }
    return nil
  }

  /// Whether a run was ever durably as it is told.
  private func known(_ view: RunView) -> Bool {
    model.wasEver(view.record.sessionID) { $0.run(view.record.id)?.agrees(with: view) ?? false }
  }

  private func check(_ call: SimulatedCall, _ view: RunView, _ existing: Bool) -> String? {
    guard case .rerun(let request) = call.command else { return "no rerun, but a run" }
    guard let row = store.run(view.record.id), known(view) else { return "tells of a rerun that is not durable" }
    guard !existing else { return request.start.requestID.isEmpty ? "another's run" : nil }
    return row.reusedFrom == request.run ? nil : "reruns something else"
  }

  private func check(_ call: SimulatedCall, _ record: RunRecord, _ existing: Bool) -> String? {
    let request: StartRequest
    switch call.command {
    case .start(let asked): request = asked
    case .rerun(let asked) where existing: request = asked.start
    default: return "no start, but a run"
    }
    guard let row = store.run(record.id), row.snapshot == record.snapshot, row.requestID == request.requestID else {
      return "tells of a run that is not durable"
    }
    guard model.wasEver(row.sessionID, { $0.run(row.id)?.agrees(with: record) ?? false }) else {
      return "tells of a run that is \(record.status)"
    }
    if existing { return request.requestID.isEmpty ? "another's run" : nil }
    if let revision = request.expected.revision, revision != record.snapshot.revision { return "runs the unexpected" }
    let before = model.history[row.sessionID]?[Int(row.firstSequence) - 1].unfinished ?? []
    let isRight =
      switch request.ifActive {
      case .reject: before.isEmpty
      case .queue: row.waitsForOthers == !before.isEmpty
      case .replace: row.waitsForOthers == !before.isEmpty && before.allSatisfy { $0.cancel == .force }
      case .parallel: !row.waitsForOthers
      }
    return isRight ? nil : "started with \(request.ifActive) while \(before.map(\.status)) were there"
  }

  private func check(_ view: RunView, _ outcome: CancelOutcome) -> String? {
    let id = view.record.sessionID
    switch outcome {
    case .requested:
      return model.wasEver(id) { $0.run(view.record.id)?.cancel != nil } ? nil : "tells of a cancel that is not durable"
    case .alreadyEnded:
      guard view.record.status.isFinal, model.sessions[id]?.run(view.record.id)?.status == view.record.status else {
        return "says of a run that is \(view.record.status) that it ended"
      }
      return nil
    }
  }

  private func check(_ call: SimulatedCall, _ refusal: Refusal) -> String? {
    if let meta = refusal.meta {
      let id = meta.sessionID
      if !model.wasEver(id, { $0.meta == meta }) { return "is refused because of metadata that is not durable" }
    }
    switch (refusal.reason, call.lane) {
    case ("RUN_ACTIVE", .session(let id)):
      let run = refusal.metadata["run_id"].flatMap { RunID($0) }
      return model.wasEver(id) { session in run.flatMap(session.run) != nil }
        ? nil : "is refused because of a run that is not durable"
    case ("SESSION_CLOSED", .session(let id)):
      return model.sessions[id]?.isClosed == true ? nil : "is refused before the close is durable"
    case ("SESSION_NOT_FOUND", .workspace(let path)):
      return model.selections(of: path.text, after: call.selectionChanges).contains(nil)
        ? nil : "finds no selection where there was one all the time"
    case ("SESSION_NOT_FOUND", .session(let id)):
      return store.session(id) == nil ? nil : "does not find a session that exists"
    case ("NO_ACTIVE_RUN", .session(let id)):
      return model.wasEver(id) { $0.unfinished.isEmpty } ? nil : "does not find the active run"
    default: return nil
    }
  }
}
