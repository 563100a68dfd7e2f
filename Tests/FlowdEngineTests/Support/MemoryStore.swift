import FlowdEngine
import FlowdModel

/// The rows that batches write, with the constraints of the real tables.
struct MemoryStore {
  private(set) var sessions: [Int64: SessionRecord] = [:]
  private(set) var selections: [ExactName: Int64] = [:]
  private(set) var definitions: [String: PinnedDefinition] = [:]
  private(set) var runs: [Int64: RunRecord] = [:]
  private(set) var environments: [Int64: [String]] = [:]
  var steps: [Batch.StepKey: StepRecord] = [:]
  var outputs: [Batch.StepKey: StepOutput] = [:]
  /// Beside the database.
  private(set) var secretAnswers: [Batch.StepKey: String] = [:]
  private(set) var holds: [String: CircuitHold] = [:]
  private(set) var events: [Event] = []
  /// Hashes of definitions that nobody understands any more.
  var unreadable: Set<String> = []
  private var requests: [Request: Int64] = [:]
  private var sequences: [Int64: EventSequence] = [:]

  private struct Request: Hashable {
    let session: Int64
    let id: ExactName
  }

  /// Writes everything; returns what a database would refuse.
  mutating func apply(_ batch: Batch) -> [String] {
    var broken: [String] = []
    for row in batch.sessions.values {
      if row.isNew != (sessions[row.record.key] == nil) { broken.append("session \(row.record.key): isNew is wrong") }
      sessions[row.record.key] = row.record
    }
    for (path, key) in batch.selections {
      if let key, sessions[key] == nil { broken.append("a session that does not exist is selected") }
      selections[path] = key
    }
    definitions.merge(batch.definitions) { old, _ in old }
    for row in batch.runs.values {
      if row.isNew != (runs[row.record.key] == nil) { broken.append("run \(row.record.key): isNew is wrong") }
      if row.isNew { broken += note(row.record) }
      runs[row.record.key] = row.record
    }
    for (run, entries) in batch.environments {
      if runs[run] == nil { broken.append("an environment of no run") }
      environments[run] = entries
    }
    for (key, step) in batch.steps {
      if runs[key.run] == nil { broken.append("a step of no run") }
      if step.index != key.index { broken.append("step \(step.index) is written as \(key.index)") }
      steps[key] = step
    }
    for (key, output) in batch.outputs {
      if runs[key.run] == nil { broken.append("an output of no run") }
      outputs[key] = output
    }
    for copy in batch.outputCopies {
      outputs[Batch.StepKey(run: copy.to, index: copy.toStep)] =
        outputs[Batch.StepKey(run: copy.from, index: copy.fromStep)]
    }
    secretAnswers.merge(batch.secretAnswers) { _, new in new }
    for (name, hold) in batch.holds { holds[name] = hold }
    for event in batch.events {
      if event.position <= events.last?.position ?? 0 { broken.append("position \(event.position) after a later one") }
      if event.sequence != sequences[event.sessionKey, default: 0] + 1 {
        broken.append(
          "event \(event.sequence) of session \(event.sessionKey) after \(sequences[event.sessionKey] ?? 0)")
      }
      sequences[event.sessionKey] = event.sequence
      events.append(event)
    }
    return broken
  }

  private mutating func note(_ run: RunRecord) -> [String] {
    var broken: [String] = []
    if sessions[run.sessionKey] == nil { broken.append("a run of no session") }
    if definitions[run.snapshot.definitionHash] == nil { broken.append("a run without its definition") }
    guard !run.requestID.isEmpty else { return broken }
    let request = Request(session: run.sessionKey, id: ExactName(run.requestID))
    if requests[request] != nil { broken.append("request id \(run.requestID) admitted two runs") }
    requests[request] = run.key
    return broken
  }

  // MARK: reading

  var counters: Counters {
    Counters(
      lastSessionKey: sessions.keys.max() ?? 0, lastRunKey: runs.keys.max() ?? 0,
      lastPosition: events.last?.position ?? 0)
  }

  func session(_ id: SessionID) -> SessionRecord? { sessions.values.first { $0.meta.sessionID == id } }

  func lastSequence(of session: Int64) -> EventSequence { sequences[session] ?? 0 }

  func run(_ id: RunID) -> RunRecord? { runs.values.first { $0.id == id } }

  var unfinishedSessions: [SessionID] {
    Set(runs.values.filter { !$0.status.isFinal }.map(\.sessionID)).sorted()
  }

  func loaded(_ id: SessionID) -> LoadedSession? {
    guard let record = session(id) else { return nil }
    let unfinished = runs.values.filter { $0.sessionKey == record.key && !$0.status.isFinal }.sorted { $0.key < $1.key }
    return LoadedSession(
      record: record, eventSequence: lastSequence(of: record.key), runs: unfinished.compactMap(stored))
  }

  private func stored(_ record: RunRecord) -> StoredRun? {
    guard let definition = definitions[record.snapshot.definitionHash] else { return nil }
    let rows = steps.filter { $0.key.run == record.key }.values.sorted { $0.index < $1.index }
    guard !unreadable.contains(definition.hash) else {
      let nothing = FlowDefinition(id: definition.flow.id, name: definition.flow.id, steps: [])
      return StoredRun(
        record: record, definition: PinnedDefinition(flow: nothing, hash: definition.hash, canonicalJSON: []),
        environment: [], inputs: [], steps: rows, outputs: [:], unreadable: "not understood")
    }
    var lists: [Int: StepOutput] = [:]
    for row in rows where !row.status.isFinal {
      guard row.firstChild != nil || definition.flow.steps[row.parent ?? row.index].action.kind == "agent" else {
        continue
      }
      lists[row.index] = outputs[Batch.StepKey(run: record.key, index: row.index)]
    }
    let secrets = secretAnswers.filter { $0.key.run == record.key }
    return StoredRun(
      record: record, definition: definition, environment: environments[root(of: record).key] ?? [],
      inputs: JSONValue.members(record.inputs), steps: rows, outputs: lists,
      secretAnswers: Dictionary(uniqueKeysWithValues: secrets.map { ($0.key.index, $0.value) }))
  }

  private func root(of record: RunRecord) -> RunRecord {
    var root = record
    while let parent = root.parent, let above = runs[parent.key] { root = above }
    return root
  }

  /// A run with all its steps, those of lists after those of the definition.
  func view(_ id: RunID) -> RunView? {
    guard let record = run(id), let definition = definitions[record.snapshot.definitionHash] else { return nil }
    let rows = RunView.allSteps(definition, steps.filter { $0.key.run == record.key }.map(\.value))
    return RunView(record: record, definition: definition, steps: rows)
  }

  func children(of run: RunID) -> [RunRecord] { runs.values.filter { $0.parent?.id == run }.sorted { $0.key < $1.key } }

  /// As the daemon reads them: no more at once than a run keeps in memory.
  private func read(_ keys: [OutputKey]) -> [LoadedOutput] {
    var found: [LoadedOutput] = []
    var byteCount = 0
    for key in keys where byteCount < Limits.runOutputsBytesMax {
      let output = outputs[Batch.StepKey(run: key.storedRun, index: key.storedStep)] ?? StepOutput()
      byteCount += output.memoryBytes
      found.append(LoadedOutput(step: key.step, output: output))
    }
    return found
  }

  /// What a load finds now.
  func load(_ load: Load, flows: (String) -> FlowLookup) -> Loaded {
    switch load {
    case .session(let id): .session(loaded(id))
    case .workspace(let path): .workspace(selections[path].flatMap { sessions[$0]?.meta.sessionID })
    case .flow(_, let id): .flow(flows(id))
    case .request(_, let key, let id): .request(requests[Request(session: key, id: ExactName(id))].flatMap { runs[$0] })
    case .run(let id): .run(view(id))
    case .outputs(_, let keys): .outputs(read(keys))
    }
  }
}

extension JSONValue {
  static func members(_ bytes: [UInt8]) -> [Member] {
    if case .object(let members)? = try? JSONValue(parsing: bytes) { members } else { [] }
  }
}
