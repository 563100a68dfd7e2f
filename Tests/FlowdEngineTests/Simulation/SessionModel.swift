import FlowdModel

/// What a session's events say of it and of its runs, checked against the rules. A value, so that every moment can be
/// kept.
struct SessionModel: Equatable {
  var meta: SessionMeta?
  var isClosed = false
  var sequence: EventSequence = 0
  /// In the order of their first events.
  var runs: [RunModel] = []

  var unfinished: [RunModel] { runs.filter { !$0.status.isFinal } }

  /// The oldest run that has started and not ended.
  var active: RunModel? { runs.first { !$0.status.isFinal && $0.status != .queued } }

  func run(_ id: RunID) -> RunModel? { runs.first { $0.id == id } }

  /// Takes the next event; returns what is wrong with it.
  mutating func apply(_ event: Event, definitions: [String: PinnedDefinition]) -> String? {
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
      guard let id = event.runID else { return "\(event.kind) without a run" }
      return applyToRun(id, event.kind, definitions)
    }
  }

  private mutating func change(to new: SessionMeta) -> String? {
    defer { meta = new }
    guard let meta else { return new.revision == 1 ? nil : "begins with revision \(new.revision)" }
    if isClosed { return "changed after its end" }
    return new.revision == meta.revision + 1 ? nil : "revision \(new.revision) after \(meta.revision)"
  }

  private mutating func applyToRun(_ id: RunID, _ kind: EventKind, _ definitions: [String: PinnedDefinition]) -> String?
  {
    guard let index = runs.firstIndex(where: { $0.id == id }) else { return admit(id, kind, definitions) }
    if case .runStarted(let snapshot, _, _) = kind {
      if runs[index].status != .queued { return "run \(id) is started twice" }
      if snapshot != runs[index].snapshot { return "run \(id) starts with another snapshot than it was admitted with" }
      if active != nil { return "run \(id) waited and starts beside another" }
      if runs[..<index].contains(where: { $0.status == .queued }) { return "run \(id) starts before an older one" }
    }
    return runs[index].apply(kind).map { "run \(id): \($0)" }
  }

  private mutating func admit(_ id: RunID, _ kind: EventKind, _ definitions: [String: PinnedDefinition]) -> String? {
    let snapshot: RunSnapshot
    let isQueued: Bool
    switch kind {
    case .runQueued(let taken): (snapshot, isQueued) = (taken, true)
    case .runStarted(let taken, _, _): (snapshot, isQueued) = (taken, false)
    default: return "run \(id) begins with \(kind)"
    }
    guard let definition = definitions[snapshot.definitionHash] else { return "run \(id) without a definition" }
    var run = RunModel(id: id, snapshot: snapshot, definition: definition, hadToWait: isQueued)
    if !isQueued { run.status = .running }
    runs.append(run)
    if isClosed { return "run \(id) in a closed session" }
    // The promise: what the session holds at this moment is what runs.
    guard let meta else { return "run \(id) before its session" }
    let held = (meta.executedFlowID, meta.providerID, meta.modelID, meta.mode, meta.revision)
    let taken = (snapshot.flowID, snapshot.providerID, snapshot.modelID, snapshot.mode, snapshot.revision)
    self.meta?.lastUsedFlowID = snapshot.flowID
    return held == taken ? nil : "run \(id) has the snapshot \(taken), the session held \(held)"
  }

  mutating func suspend() {
    for index in runs.indices where !runs[index].status.isFinal { runs[index].isSuspended = true }
  }
}
