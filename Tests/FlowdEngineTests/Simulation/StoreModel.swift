import FlowdEngine
import FlowdModel

/// Everything that is durable, told by its events alone, at every moment of every session.
struct StoreModel {
  private(set) var sessions: [SessionID: SessionModel] = [:]
  /// By session: what it was after each event; index 0 is before the first.
  private(set) var history: [SessionID: [SessionModel]] = [:]
  private(set) var selections: [ExactName: SessionID] = [:]
  /// Every selection a workspace ever had, in order; `nil` is none.
  private(set) var pastSelections: [ExactName: [SessionID?]] = [:]
  private(set) var wrong: [String] = []

  /// Takes a batch that has become durable, and compares the rows it wrote with what its events say.
  mutating func apply(_ batch: Batch, _ store: MemoryStore) {
    for event in batch.events {
      var session = sessions[event.sessionID] ?? SessionModel()
      if let mistake = session.apply(event, definitions: store.definitions) {
        wrong.append("session \(event.sessionID), event \(event.sequence): \(mistake)")
      }
      sessions[event.sessionID] = session
      history[event.sessionID, default: [SessionModel()]].append(session)
      select(event)
    }
    for row in batch.sessions.values { check(row.record) }
    for row in batch.runs.values { check(row.record, store) }
    for id in Set(batch.events.map(\.sessionID)) {
      wrong += sessions[id]?.runs.compactMap(\.stall) ?? []
      if let session = sessions[id], session.active == nil, let waiting = session.unfinished.first {
        wrong.append("run \(waiting.id) waits for nobody")
      }
    }
  }

  private mutating func select(_ event: Event) {
    switch event.kind {
    case .sessionSelected(let meta):
      selections[ExactName(meta.workspace)] = event.sessionID
      pastSelections[ExactName(meta.workspace), default: [nil]].append(event.sessionID)
    case .sessionClosed(let meta) where selections[ExactName(meta.workspace)] == event.sessionID:
      selections[ExactName(meta.workspace)] = nil
      pastSelections[ExactName(meta.workspace), default: [nil]].append(nil)
    default: return
    }
  }

  private mutating func check(_ row: SessionRecord) {
    let model = sessions[row.meta.sessionID]
    if model?.meta != row.meta {
      wrong.append("session row \(row.meta) where events say \(String(describing: model?.meta))")
    }
    if model?.isClosed != (row.closedAt != nil) { wrong.append("session row \(row.key): closed is wrong") }
  }

  private mutating func check(_ row: RunRecord, _ store: MemoryStore) {
    guard let run = sessions[row.sessionID]?.run(row.id) else {
      wrong.append("run row \(row.id) without events")
      return
    }
    if run.status != row.status || run.cancel != row.cancelRequested || run.snapshot != row.snapshot {
      wrong.append("run row \(row) where events say \(run)")
    }
    if (row.finishedAt != nil) != row.status.isFinal { wrong.append("run row \(row.id): finished_at is wrong") }
    if row.status.isFinal, store.environments[row.key] != nil {
      wrong.append("run \(row.id) ended and keeps its environment")
    }
    for (index, step) in run.steps.enumerated() {
      let stored = store.steps[Batch.StepKey(run: row.key, index: index)] ?? StepRecord(index: index)
      if stored.status != step.status || stored.attempt != step.attempt {
        wrong.append("step row \(stored) of run \(row.id) where events say \(step)")
      }
    }
  }

  /// A daemon died and another took over.
  mutating func suspend() {
    for id in sessions.keys { sessions[id]?.suspend() }
  }

  // MARK: what an answer may tell

  func selectionChanges(of path: String) -> Int { pastSelections[ExactName(path)].map { $0.count - 1 } ?? 0 }

  /// What was selected from a moment on.
  func selections(of path: String, after changes: Int) -> ArraySlice<SessionID?> {
    (pastSelections[ExactName(path)] ?? [nil])[changes...]
  }

  /// Whether a session was ever durably like this.
  func wasEver(_ id: SessionID, _ isSo: (SessionModel) -> Bool) -> Bool { history[id]?.contains(where: isSo) ?? false }
}
