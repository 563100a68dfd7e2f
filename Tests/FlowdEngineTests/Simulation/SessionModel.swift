import FlowdModel

/// What a session's events say of it and of its runs, checked against the rules. A value, so that every moment can be
/// kept.
struct SessionModel: Equatable {
  var meta: SessionMeta?
  var isClosed = false
  var sequence: EventSequence = 0
  /// In the order of their first events.
  var runs: [RunModel] = []

  var unfinished: [RunModel] { runs.filter { !$0.status.isFinal && !$0.isChild } }

  /// The oldest run that has started and not ended.
  var active: RunModel? { runs.first { $0.isBegun && !$0.isChild } }

  func run(_ id: RunID) -> RunModel? { runs.first { $0.id == id } }

  /// Takes the next event; returns what is wrong with it.
  ///
  /// - Parameter row: A run as its batch left it.
  mutating func apply(
    _ event: Event, row: RunRecord?, definition: (String) -> PinnedDefinition?
  ) -> String? {
    sequence += 1
    if event.sequence != sequence { return "event \(event.sequence) where \(sequence) was due" }
    switch event.kind {
    case .sessionMetaChanged(let new): return change(to: new)
    case .sessionSelected(let said): return said == meta ? nil : "selected with other metadata"
    case .sessionClosed(let said):
      defer { isClosed = true }
      meta?.updatedAt = said.updatedAt
      return isClosed ? "closed twice" : said == meta ? nil : "closed with other metadata"
    default:
      guard let id = event.runID, let row else { return "\(event.kind) without a run" }
      guard let index = runs.firstIndex(where: { $0.id == id }) else { return admit(row, event, definition) }
      return applyToRun(index, row, event)
    }
  }

  private mutating func change(to new: SessionMeta) -> String? {
    defer { meta = new }
    guard let meta else { return new.revision == 1 ? nil : "begins with revision \(new.revision)" }
    if isClosed { return "changed after its end" }
    return new.revision == meta.revision + 1 ? nil : "revision \(new.revision) after \(meta.revision)"
  }

  private mutating func applyToRun(_ index: Int, _ row: RunRecord, _ event: Event) -> String? {
    let id = runs[index].id
    if case .runStarted(let record, _, _) = event.kind {
      if runs[index].status != .queued { return "run \(id) is started twice" }
      if record.snapshot != runs[index].snapshot { return "run \(id) starts with another snapshot than it had" }
      if row.group.isEmpty {
        if active != nil { return "run \(id) waited and starts beside another" }
        if runs[..<index].contains(where: { $0.status == .queued && $0.definition.flow.concurrencyGroup == nil }) {
          return "run \(id) starts before an older one"
        }
      }
    }
    if case .stepFinished(let name, _, _, _) = event.kind, let child = runs[index].childRun(of: name),
      let run = run(child), !run.status.isFinal
    {
      return "run \(id): step \(name) is settled before its run"
    }
    return runs[index].apply(event).map { "run \(id): \($0)" }
  }

  private mutating func admit(
    _ row: RunRecord, _ event: Event, _ definition: (String) -> PinnedDefinition?
  ) -> String? {
    let isQueued: Bool
    switch event.kind {
    case .runQueued: isQueued = true
    case .runStarted: isQueued = false
    default: return "run \(row.id) begins with \(event.kind)"
    }
    guard let definition = definition(row.snapshot.definitionHash) else { return "run \(row.id) has no definition" }
    var run = RunModel(row, definition)
    var mistake: String?
    if case .runStarted(let record, _, let reused) = event.kind { mistake = run.begin(record, reused) }
    if !isQueued { run.status = .running }
    runs.append(run)
    if event.sequence != row.firstSequence { return "run \(row.id) was to begin with event \(row.firstSequence)" }
    return mistake ?? snapshotMistake(row, definition)
  }

  /// The promise: what the session holds at this moment is what runs.
  private mutating func snapshotMistake(_ row: RunRecord, _ definition: PinnedDefinition) -> String? {
    let snapshot = row.snapshot
    if let parent = row.parent {
      guard let above = run(parent.id), above.steps[parent.step].childRun == row.id else {
        return "run \(row.id) is not what its parent's step runs"
      }
      let isSame = above.snapshot.providerID == snapshot.providerID && above.snapshot.revision == snapshot.revision
      return isSame && above.mode == snapshot.mode ? nil : "run \(row.id) runs on something else than its parent"
    }
    if isClosed { return "run \(row.id) in a closed session" }
    guard let meta else { return "run \(row.id) before its session" }
    let held = (meta.providerID, meta.modelID, definition.flow.mode ?? meta.mode, meta.revision)
    let taken = (snapshot.providerID, snapshot.modelID, snapshot.mode, snapshot.revision)
    if held != taken { return "run \(row.id) has the snapshot \(taken), the session held \(held)" }
    guard row.reusedFrom == nil else { return nil }
    self.meta?.lastUsedFlowID = snapshot.flowID
    return meta.executedFlowID == snapshot.flowID ? nil : "run \(row.id) runs \(snapshot.flowID)"
  }
}

extension RunModel {
  func childRun(of name: StepName) -> RunID? {
    guard let index = definition.index(of: name.id) else { return nil }
    guard let item = name.item else { return steps[index].childRun }
    guard let first = steps[index].firstChild, item < steps[index].childCount else { return nil }
    return steps[first + item].childRun
  }
}
