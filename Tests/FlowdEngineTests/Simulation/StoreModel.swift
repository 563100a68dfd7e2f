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
  /// By hash: definitions as they are, when the engine was given something else.
  var truth: [String: PinnedDefinition] = [:]

  /// Takes a batch that has become durable, and compares the rows it wrote with what its events say.
  mutating func apply(_ batch: Batch, _ store: MemoryStore) {
    for event in batch.events {
      var session = sessions[event.sessionID] ?? SessionModel()
      let mistake = session.apply(event, row: event.runKey.flatMap { store.runs[$0] }) { [truth] hash in
        truth[hash] ?? store.definitions[hash]
      }
      if let mistake { wrong.append("session \(event.sessionID), event \(event.sequence): \(mistake)") }
      sessions[event.sessionID] = session
      history[event.sessionID, default: [SessionModel()]].append(session)
      select(event)
    }
    for row in batch.sessions.values { check(row.record) }
    for row in batch.runs.values { check(row.record, store) }
    for key in Set(batch.steps.keys.map(\.run)) { if let row = store.runs[key] { checkSteps(row, store) } }
    if !batch.runs.isEmpty { checkGroups(store) }
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
    if !run.agrees(with: row) { wrong.append("run row \(row) where events say \(run)") }
    if run.isPauseRequested != row.isPauseRequested { wrong.append("run row \(row.id): pause is wrong") }
    if (row.finishedAt != nil) != row.status.isFinal { wrong.append("run row \(row.id): finished_at is wrong") }
    if row.status.isFinal, store.environments[row.key] != nil {
      wrong.append("run \(row.id) ended and keeps its environment")
    }
    if row.parent == nil, !row.status.isFinal, store.environments[row.key] == nil {
      wrong.append("run \(row.id) has lost its environment")
    }
    checkSteps(row, store)
  }

  private mutating func checkSteps(_ row: RunRecord, _ store: MemoryStore) {
    guard let run = sessions[row.sessionID]?.run(row.id), run.knowsSteps else { return }
    for (index, step) in run.steps.enumerated() {
      let stored = store.steps[Batch.StepKey(run: row.key, index: index)] ?? StepRecord(index: index)
      if stored.status != step.status || stored.attempt != step.attempt {
        wrong.append("step row \(stored) of run \(row.id) where events say \(step)")
      }
      if stored.status != .waitingInput, stored.question != nil { wrong.append("a settled question is kept") }
      if stored.status.isFinal, stored.wakeAt != nil { wrong.append("a settled step is to wake up") }
    }
  }

  /// Of each group one run at most has begun and not ended.
  private mutating func checkGroups(_ store: MemoryStore) {
    let begun = store.runs.values.filter { !$0.status.isFinal && $0.status != .queued && $0.parent == nil }
    let names = begun.compactMap { row in
      (truth[row.snapshot.definitionHash] ?? store.definitions[row.snapshot.definitionHash])?
        .flow.concurrencyGroup?.constant
    }
    if Set(names).count != names.count { wrong.append("two runs of one group run: \(names)") }
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

extension RunModel {
  /// Whether a row says the same. Events do not tell whether a run that has begun waits or runs.
  func agrees(with row: RunRecord) -> Bool {
    let hasBegun = row.status != .queued && !row.status.isFinal
    return (isBegun ? hasBegun : status == row.status) && cancel == row.cancelRequested && snapshot == row.snapshot
      && mode == row.mode
  }

  func agrees(with view: RunView) -> Bool {
    guard agrees(with: view.record) else { return false }
    return !knowsSteps
      || steps.map(\.status).elementsEqual(view.steps.map(\.status))
        && steps.map(\.attempt).elementsEqual(view.steps.map(\.attempt))
  }
}
