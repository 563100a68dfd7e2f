internal import FlowdModel

/// Table `run`, with `subflow_use`.
enum RunTable {
  static let insert = """
    INSERT INTO run (status, started_at, finished_at, cancel_requested, error, report, outputs, mode_now,
      pause_requested, stepping, key, id, session, request_id, flow_id, definition_hash, provider_id, model_id, mode,
      revision, cwd, inputs, waits_for_others, admitted_at, first_seq, parent, parent_id, parent_step, parent_attempt,
      depth, reused_from, concurrency_group, subflows, parent_name, umask, checksum)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    """
  static let update = """
    UPDATE run SET status = ?, started_at = ?, finished_at = ?, cancel_requested = ?, error = ?, report = ?,
      outputs = ?, mode_now = ?, pause_requested = ?, stepping = ?, umask = ?, checksum = ? WHERE key = ?
    """
  static let insertSubflowUse = "INSERT OR IGNORE INTO subflow_use (run, definition_hash) VALUES (?, ?)"
  /// Before a SELECT: `tree (key)`, a run with those that are its steps, and theirs. Binds the run's key.
  static let withTree = """
    WITH RECURSIVE tree (key) AS (
      VALUES (?) UNION ALL SELECT r.key FROM tree t CROSS JOIN run r ON r.parent = t.key)
    """
  /// As they are bound, then the checksum, then the session's id; from `run r JOIN session s`.
  static let columns = """
    r.status, r.started_at, r.finished_at, r.cancel_requested, r.error, r.report, r.outputs, r.mode_now,
    r.pause_requested, r.stepping, r.key, r.id, r.session, r.request_id, r.flow_id, r.definition_hash, r.provider_id,
    r.model_id, r.mode, r.revision, r.cwd, r.inputs, r.waits_for_others, r.admitted_at, r.first_seq, r.parent,
    r.parent_id, r.parent_step, r.parent_attempt, r.depth, r.reused_from, r.concurrency_group, r.subflows,
    r.parent_name, r.umask, r.checksum, s.id
    """

  static func bindNew(_ record: RunRecord, to statement: Statement) -> Statement {
    bindChanging(record, to: statement)
    bindFixed(record, to: statement)
    return bindMask(record, to: statement).bindChecksum()
  }

  static func bindChanged(_ record: RunRecord, to statement: Statement) -> Statement {
    bindChanging(record, to: statement)
    statement.counting { bindFixed(record, to: $0) }
    return bindMask(record, to: statement).bindChecksum().bind(record.key)
  }

  /// Also with a change: a row of an earlier version has none, and gets the checksum of one that has.
  private static func bindMask(_ record: RunRecord, to statement: Statement) -> Statement {
    statement.bind(Int64(record.umask.bits))
  }

  private static func bindChanging(_ record: RunRecord, to statement: Statement) {
    statement.bind(record.status.rawValue).bind(record.startedAt).bind(record.finishedAt)
      .bind(record.cancelRequested?.rawValue).bind(record.error).bind(record.report)
      .bind(record.outputs.isEmpty ? nil : record.outputs).bind(record.mode.rawValue)
      .bind(record.isPauseRequested ? 1 : 0).bind(record.isStepping ? 1 : 0)
  }

  private static func bindFixed(_ record: RunRecord, to statement: Statement) {
    statement.bind(record.key).bind(record.id.uuid).bind(record.sessionKey)
    if record.requestID.isEmpty { statement.bind(Int64?.none) } else { statement.bind(record.requestID) }
    statement.bind(record.snapshot.flowID).bind(record.snapshot.definitionHash).bind(record.snapshot.providerID)
      .bind(record.snapshot.modelID).bind(record.snapshot.mode.rawValue).bind(Int64(record.snapshot.revision))
      .bind(record.cwd).bind(record.inputs).bind(record.waitsForOthers ? 1 : 0).bind(record.admittedAt)
      .bind(Int64(record.firstSequence)).bind(record.parent?.key).bind(record.parent?.id.uuid)
      .bind(record.parent?.step).bind(record.parent?.attempt).bind(record.parent?.depth)
      .bind(record.reusedFrom?.uuid).bind(record.group).bind(text: encode(subflows: record.subflows))
      .bind(text: record.parent.map { Array($0.stepName.utf8) })
  }

  /// Reads `columns` from column 0 on.
  static func record(_ row: Statement) throws(StoreError) -> RunRecord { try record(row, isOutline: false) }

  /// The same without inputs, report and outputs, which may have a megabyte each: a page has hundreds of runs.
  static func outline(_ row: Statement) throws(StoreError) -> RunRecord { try record(row, isOutline: true) }

  private static func record(_ row: Statement, isOutline: Bool) throws(StoreError) -> RunRecord {
    try row.verify(columns: 35, added: 1, of: "run", key: 10...10)
    let snapshot = RunSnapshot(
      flowID: row.text(14), definitionHash: row.text(15), providerID: row.text(16), modelID: row.text(17),
      mode: RunMode(rawValue: row.int(18)) ?? .interactive, revision: UInt64(clamping: row.int64(19)))
    return RunRecord(
      key: row.int64(10), id: RunID(row.uuid(11)), sessionKey: row.int64(12), sessionID: SessionID(row.uuid(36)),
      requestID: row.text(13), snapshot: snapshot, cwd: row.text(20),
      umask: row.isNull(34) ? .ownerOnly : FileMask(UInt32(clamping: row.int64(34))),
      inputs: isOutline ? [] : row.bytes(21), waitsForOthers: row.int(22) != 0, admittedAt: row.timestamp(23),
      firstSequence: EventSequence(clamping: row.int64(24)),
      parent: row.isNull(25) ? nil : parent(row), reusedFrom: row.isNull(30) ? nil : RunID(row.uuid(30)),
      group: row.text(31), subflows: try decodeSubflows(row), status: RunStatus(rawValue: row.int(0)) ?? .failed,
      startedAt: row.optionalTimestamp(1), finishedAt: row.optionalTimestamp(2),
      cancelRequested: CancelMode(rawValue: row.int(3)), error: row.text(4), report: isOutline ? "" : row.text(5),
      outputs: isOutline ? [] : row.bytes(6), mode: RunMode(rawValue: row.int(7)), isPauseRequested: row.int(8) != 0,
      isStepping: row.int(9) != 0)
  }

  private static func parent(_ row: Statement) -> ParentRun {
    ParentRun(
      key: row.int64(25), id: RunID(row.uuid(26)), step: row.int(27), attempt: row.int(28),
      stepName: row.isNull(33) ? "" : row.text(33), depth: row.int(29))
  }

  private static func encode(subflows: [String: String]) -> [UInt8]? {
    if subflows.isEmpty { return nil }
    let members = subflows.map { JSONValue.Member($0.key, .string($0.value)) }
    return JSONWriter.bytes(of: .object(members), .canonical)
  }

  private static func decodeSubflows(_ row: Statement) throws(StoreError) -> [String: String] {
    if row.isNull(32) { return [:] }
    guard case .object(let members)? = try? JSONValue(parsing: row.bytes(32)) else {
      throw StoreError(kind: .corrupt, message: "the sub-flows of run \(row.int64(10)) cannot be read")
    }
    var hashes: [String: String] = [:]
    for member in members {
      if case .string(let hash) = member.value { hashes[member.name] = hash }
    }
    return hashes
  }
}
