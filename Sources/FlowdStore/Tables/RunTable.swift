internal import FlowdModel

/// Table `run`, with `definition` and `run_environment`.
enum RunTable {
  static let insert = """
    INSERT INTO run (status, started_at, finished_at, cancel_requested, error, report, key, id, session, request_id,
      flow_id, definition_hash, provider_id, model_id, mode, revision, cwd, inputs, waits_for_others, admitted_at,
      first_seq) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    """
  static let update = """
    UPDATE run SET status = ?, started_at = ?, finished_at = ?, cancel_requested = ?, error = ?, report = ?
      WHERE key = ?
    """
  static let insertDefinition = "INSERT OR IGNORE INTO definition (hash, flow_id, canonical_json) VALUES (?, ?, ?)"
  static let insertEnvironment = "INSERT OR REPLACE INTO run_environment (run, entries) VALUES (?, ?)"
  static let deleteEnvironment = "DELETE FROM run_environment WHERE run = ?"
  static let columns = """
    r.key, r.id, r.session, s.id, r.request_id, r.flow_id, r.definition_hash, r.provider_id, r.model_id, r.mode,
    r.revision, r.cwd, r.inputs, r.waits_for_others, r.admitted_at, r.first_seq, r.status, r.started_at, r.finished_at,
    r.cancel_requested, r.error, r.report
    """

  static func bindChanged(_ record: RunRecord, to statement: Statement) -> Statement {
    statement.bind(record.status.rawValue).bind(record.startedAt).bind(record.finishedAt)
      .bind(record.cancelRequested.map { Int64($0.rawValue) }).bind(record.error).bind(record.report).bind(record.key)
  }

  static func bindNew(_ record: RunRecord, to statement: Statement) -> Statement {
    bindChanged(record, to: statement).bind(record.id.uuid).bind(record.sessionKey)
    if record.requestID.isEmpty { statement.bind(Int64?.none) } else { statement.bind(record.requestID) }
    return statement.bind(record.snapshot.flowID).bind(record.snapshot.definitionHash)
      .bind(record.snapshot.providerID).bind(record.snapshot.modelID).bind(record.snapshot.mode.rawValue)
      .bind(Int64(record.snapshot.revision)).bind(record.cwd).bind(record.inputs)
      .bind(record.waitsForOthers ? 1 : 0).bind(record.admittedAt).bind(Int64(record.firstSequence))
  }

  /// Reads `columns` from column 0 on.
  static func record(_ row: Statement) -> RunRecord {
    RunRecord(
      key: row.int64(0), id: RunID(row.uuid(1)), sessionKey: row.int64(2), sessionID: SessionID(row.uuid(3)),
      requestID: row.text(4),
      snapshot: RunSnapshot(
        flowID: row.text(5), definitionHash: row.text(6), providerID: row.text(7), modelID: row.text(8),
        mode: RunMode(rawValue: row.int(9)) ?? .interactive, revision: UInt64(row.int64(10))),
      cwd: row.text(11), inputs: row.bytes(12), waitsForOthers: row.int(13) != 0, admittedAt: row.timestamp(14),
      firstSequence: EventSequence(row.int64(15)), status: RunStatus(rawValue: row.int(16)) ?? .failed,
      startedAt: row.optionalTimestamp(17), finishedAt: row.optionalTimestamp(18),
      cancelRequested: CancelMode(rawValue: row.int(19)), error: row.text(20), report: row.text(21))
  }

  /// Entries hold no NUL, so one ends each.
  static func encode(environment: [String]) -> [UInt8] {
    var bytes: [UInt8] = []
    for entry in environment {
      bytes.append(contentsOf: entry.utf8)
      bytes.append(0)
    }
    return bytes
  }

  static func decode(environment: [UInt8]) -> [String] {
    environment.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
  }
}
