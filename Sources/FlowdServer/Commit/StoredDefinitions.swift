internal import FlowdEngine
internal import FlowdFiles
internal import FlowdModel
internal import FlowdStore

/// Definitions that runs pinned, each read and parsed once for all of them.
struct StoredDefinitions {
  private var known: [String: PinnedDefinition] = [:]

  /// The definition of a run with those of its sub-flows, from the store and never from their files.
  mutating func definition(of run: RunRecord, _ reader: some StoreReader) throws(StoreError) -> PinnedDefinition {
    try definition(run.snapshot.flowID, run.snapshot.definitionHash, run.subflows, 0, reader)
  }

  private mutating func definition(
    _ flow: String, _ hash: String, _ subflows: [String: String], _ depth: Int, _ reader: some StoreReader
  ) throws(StoreError) -> PinnedDefinition {
    let key = subflows.isEmpty ? hash : "\(hash) \(subflows.sorted { $0.key < $1.key })"
    if let known = known[key] { return known }
    let stored = try reader.definition(hash)
    let file = "the stored definition of \(flow)"
    // The file as it was keeps the line numbers of errors; what counts is the canonical form.
    var parsed = FlowFile.parse(stored?.source ?? [], id: flow, file: file)
    if parsed.hash != hash { parsed = FlowFile.parse(stored?.canonicalJSON ?? [], id: flow, file: file) }
    guard let own = parsed.definition else {
      let reason = parsed.diagnostics.first?.description ?? "it is missing"
      throw StoreError(kind: .corrupt, message: "definition \(hash) cannot be read: \(reason)")
    }
    var called: [String: PinnedDefinition] = [:]
    for step in own.steps {
      guard case .flow(let call) = step.action, let hash = subflows[call.flow], depth < Limits.subflowDepthMax else {
        continue
      }
      called[call.flow] = try definition(call.flow, hash, subflows, depth + 1, reader)
    }
    let pinned = PinnedDefinition(
      flow: own, hash: hash, canonicalJSON: stored?.canonicalJSON ?? [], source: stored?.source ?? [],
      subflows: called)
    known[key] = pinned
    return pinned
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
      // Oldest first, so a run comes before those that are steps of it.
      for run in try reader.resumableRuns(of: record.key) {
        let environment = run.record.parent.flatMap { environments[$0.key] } ?? run.environment + secrets.environment(of: run.record.key)
        environments[run.record.key] = environment
        loaded.runs.append(try reader.storedRun(run, environment, &found, secrets))
      }
      return loaded
    }
    definitions = found
    return loaded
  }

  private func storedRun(
    _ run: ResumableRun, _ environment: [String], _ definitions: inout StoredDefinitions, _ secrets: SecretAnswers
  ) throws(StoreError) -> StoredRun {
    let definition = try definitions.definition(of: run.record, self)
    var lists: [Int: StepOutput] = [:]
    for step in run.steps where step.firstChild != nil && !step.status.isFinal {
      lists[step.index] = try output(of: run.record.key, step: step.index)
    }
    var inputs: [JSONValue.Member] = []
    if let value = try? JSONValue(parsing: run.record.inputs), case .object(let members) = value { inputs = members }
    return StoredRun(
      record: run.record, definition: definition, environment: environment, inputs: inputs, steps: run.steps,
      outputs: lists, secretAnswers: secrets.answers(of: run.record.key, steps: run.steps, definition))
  }

  /// The definition that a run pinned, from the store and never from its file.
  func pinnedDefinition(of run: RunRecord) throws(StoreError) -> PinnedDefinition {
    var definitions = StoredDefinitions()
    return try definitions.definition(of: run, self)
  }
}
