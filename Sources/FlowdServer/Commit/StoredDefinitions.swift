internal import FlowdEngine
internal import FlowdFiles
internal import FlowdModel
internal import FlowdStore

/// Definitions that runs pinned, each read and parsed once for all of them.
struct StoredDefinitions {
  private var known: [String: PinnedDefinition] = [:]

  /// The definition of a run with those of its sub-flows, from the store and never from their files.
  ///
  /// - Returns: A failure when the store's row is sound and this version does not understand what it says.
  mutating func definition(
    of run: RunRecord, _ reader: some StoreReader
  ) throws(StoreError) -> Result<PinnedDefinition, UnreadableDefinition> {
    try definition(run.snapshot.flowID, run.snapshot.definitionHash, run.subflows, 0, reader)
  }

  private mutating func definition(
    _ flow: String, _ hash: String, _ subflows: [String: String], _ depth: Int, _ reader: some StoreReader
  ) throws(StoreError) -> Result<PinnedDefinition, UnreadableDefinition> {
    let key = subflows.isEmpty ? hash : "\(hash) \(subflows.sorted { $0.key < $1.key })"
    if let known = known[key] { return .success(known) }
    let stored = try reader.definition(hash)
    let file = "the stored definition of \(flow)"
    let parsed = FlowFile.restore(
      canonicalJSON: stored?.canonicalJSON ?? [], source: stored?.source ?? [], hash: hash, id: flow, file: file)
    guard let own = parsed.definition else {
      let reason = parsed.diagnostics.first?.description ?? "it is missing"
      return .failure(UnreadableDefinition(flow: flow, hash: hash, reason: reason))
    }
    var called: [String: PinnedDefinition] = [:]
    for step in own.steps {
      guard case .flow(let call) = step.action, let hash = subflows[call.flow], depth < Limits.subflowDepthMax else {
        continue
      }
      switch try definition(call.flow, hash, subflows, depth + 1, reader) {
      case .success(let definition): called[call.flow] = definition
      case .failure(let error): return .failure(error)
      }
    }
    let pinned = PinnedDefinition(
      flow: own, hash: hash, canonicalJSON: stored?.canonicalJSON ?? [], source: stored?.source ?? [],
      subflows: called)
    known[key] = pinned
    return .success(pinned)
  }
}

/// A definition that was valid when a run pinned it and is not understood any more.
struct UnreadableDefinition: Error {
  let flow: String
  let hash: String
  let reason: String

  var message: String { "the definition that the run pinned cannot be read by this version: \(reason)" }

  /// What stands in its place: the run can be shown and ended, and nothing else.
  var standIn: PinnedDefinition {
    PinnedDefinition(flow: FlowDefinition(id: flow, name: flow, steps: []), hash: hash, canonicalJSON: [])
  }
}

extension StoreReader {
  /// A session with its unfinished runs, on one snapshot.
  func loadedSession(
    _ id: SessionID, _ definitions: inout StoredDefinitions, _ secrets: SecretAnswers
  ) throws(StoreError) -> LoadedSession? {
    var found = definitions
    let loaded = try snapshot { reader throws(StoreError) -> LoadedSession? in
      guard let (record, sequence) = try reader.session(id) else { return nil }
      var loaded = LoadedSession(record: record, eventSequence: sequence, runs: [])
      var environments: [Int64: [String]] = [:]
      var unreadable: [Int64: String] = [:]
      // Oldest first, so a run comes before those that are steps of it.
      for run in try reader.resumableRuns(of: record.key) {
        let environment =
          run.record.parent.flatMap { environments[$0.key] }
          ?? run.environment + secrets.environment(of: run.record.key)
        environments[run.record.key] = environment
        let stored: StoredRun
        let definition = try found.definition(of: run.record, reader)
        // What ran as a step of it ends with it.
        let reason = run.record.parent.flatMap { unreadable[$0.key] }
        if case .success(let definition) = definition, reason == nil {
          stored = try reader.storedRun(run, environment, definition, secrets)
        } else {
          stored = StoredRun(run, definition, reason)
          unreadable[run.record.key] = stored.unreadable
        }
        loaded.runs.append(stored)
      }
      return loaded
    }
    definitions = found
    return loaded
  }

  private func storedRun(
    _ run: ResumableRun, _ environment: [String], _ definition: PinnedDefinition, _ secrets: SecretAnswers
  ) throws(StoreError) -> StoredRun {
    var begun: [Int: StepOutput] = [:]
    for step in run.steps where !step.status.isFinal {
      guard step.firstChild != nil || definition.isAgent(step) else { continue }
      begun[step.index] = try output(of: run.record.key, step: step.index)
    }
    var inputs: [JSONValue.Member] = []
    if let value = try? JSONValue(parsing: run.record.inputs), case .object(let members) = value { inputs = members }
    return StoredRun(
      record: run.record, definition: definition, environment: environment, inputs: inputs, steps: run.steps,
      outputs: begun, secretAnswers: secrets.answers(of: run.record.key, steps: run.steps, definition))
  }
}

extension StoredRun {
  /// A run that can only be ended.
  fileprivate init(
    _ run: ResumableRun, _ definition: Result<PinnedDefinition, UnreadableDefinition>, _ reason: String?
  ) {
    let error: UnreadableDefinition
    switch definition {
    case .success(let definition):
      error = UnreadableDefinition(flow: definition.flow.id, hash: definition.hash, reason: "")
    case .failure(let failure): error = failure
    }
    self.init(
      record: run.record, definition: error.standIn, environment: [], inputs: [], steps: run.steps, outputs: [:],
      unreadable: reason ?? error.message)
  }
}

extension PinnedDefinition {
  fileprivate func isAgent(_ step: StepRecord) -> Bool {
    let index = step.parent ?? step.index
    guard flow.steps.indices.contains(index), case .agent = flow.steps[index].action else { return false }
    return true
  }
}
