import FlowdModel
import FlowdStore

/// Rows for tests.
enum Samples {
  /// Text that has been a problem somewhere.
  static let awkward = [
    "", " ", "'; DROP TABLE run; --", "é", "e\u{301}", "\u{1F469}\u{200D}\u{1F467}", "\u{10FFFF}", "a\u{0}b",
    "line\nline\r\n",
    "%_\\\"", String(repeating: "x", count: 100_000), "\u{FEFF}bom", "NULL", "0x00",
  ]

  static func time(_ microseconds: Int64) -> Timestamp { Timestamp(microsecondsSince1970: microseconds) }

  static func uuid(_ number: Int64) -> UUIDv7 { UUIDv7(high: 0x0190_0000_0000_7000, low: UInt64(bitPattern: number)) }

  static func session(
    _ key: Int64, workspace: String = "/w", text: String = "t", closedAt: Timestamp? = nil,
    archivedAt: Timestamp? = nil, revision: UInt64 = 1, updatedAt: Timestamp? = nil
  ) -> SessionRecord {
    SessionRecord(
      key: key,
      meta: SessionMeta(
        sessionID: SessionID(uuid(key)), workspace: workspace, title: text, executedFlowID: text, lastUsedFlowID: text,
        providerID: text, modelID: text, mode: .hybrid, revision: revision, createdAt: time(key),
        updatedAt: updatedAt ?? time(-key)),
      client: text, closedAt: closedAt, archivedAt: archivedAt)
  }

  static func definition(
    _ hash: String = "hash", json: [UInt8] = Array("{}".utf8), source: [UInt8] = [],
    subflows: [String: PinnedDefinition] = [:]
  ) -> PinnedDefinition {
    let step = StepDefinition(id: "a", action: .run(.shell(script: "true", shell: "sh")))
    return PinnedDefinition(
      flow: FlowDefinition(id: "f", name: "f", steps: [step]), hash: hash, canonicalJSON: json, source: source,
      subflows: subflows)
  }

  static func run(
    _ key: Int64, session: Int64 = 1, requestID: String = "", flow: String = "f", status: RunStatus = .running,
    text: String = "t", hash: String = "hash", parent: ParentRun? = nil, reusedFrom: RunID? = nil,
    group: String = "", subflows: [String: String] = [:], finishedAt: Timestamp? = nil
  ) -> RunRecord {
    RunRecord(
      key: key, id: RunID(uuid(1_000 + key)), sessionKey: session, sessionID: SessionID(uuid(session)),
      requestID: requestID,
      snapshot: RunSnapshot(
        flowID: flow, definitionHash: hash, providerID: text, modelID: text, mode: .batch, revision: UInt64(key)),
      cwd: text, umask: FileMask(UInt32(truncatingIfNeeded: key)), inputs: Array(text.utf8),
      waitsForOthers: key % 2 == 0, admittedAt: time(key),
      firstSequence: UInt64(key), parent: parent, reusedFrom: reusedFrom, group: group, subflows: subflows,
      status: status, startedAt: key % 3 == 0 ? nil : time(key + 1),
      finishedAt: status.isFinal ? finishedAt ?? time(key + 2) : nil, cancelRequested: key % 5 == 0 ? .force : nil,
      error: text, report: text)
  }

  static func event(
    _ position: EventPosition, session: Int64 = 1, sequence: EventSequence, run: Int64? = nil, bytes: Int = 3
  ) -> StoreBatch.EventRow {
    StoreBatch.EventRow(
      position: position, session: session, sequence: sequence, run: run,
      body: [UInt8](repeating: UInt8(truncatingIfNeeded: position), count: bytes))
  }
}

extension SQLiteStore {
  convenience init(_ folder: TemporaryFolder) throws(StoreError) {
    try self.init(directory: folder.path, checkBytesMax: .max)
  }

  /// Commits what `fill` puts into a batch.
  func commit(_ fill: (inout StoreBatch) -> Void) throws(StoreError) {
    var batch = StoreBatch()
    fill(&batch)
    try commit(batch, patience: .zero)
  }
}

extension StoreBatch {
  /// A session with a run.
  mutating func addRun(_ key: Int64 = 1) {
    newSessions.append(Samples.session(1))
    definitions.append(Samples.definition())
    newRuns.append(Samples.run(key))
  }
}
