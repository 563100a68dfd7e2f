internal import CSQLite
package import FlowdModel

/// Reads the embedded store; belongs to one thread. Each call sees one snapshot, several inside `snapshot` the same one.
package final class SQLiteReader: StoreReader {
  private let connection: Connection

  init(path: String) throws(StoreError) {
    connection = try Connection(path: path, .reader)
    for pragma in ["trusted_schema=OFF", "mmap_size=0", "cache_size=-1024", "query_only=ON"] {
      try connection.execute("PRAGMA \(pragma)")
    }
    sqlite3_busy_timeout(connection.handle, 5_000)
  }

  package func snapshot<Result>(
    _ body: (SQLiteReader) throws(StoreError) -> Result
  ) throws(StoreError) -> Result {
    try connection.execute("BEGIN")
    defer { try? connection.execute("COMMIT") }
    return try body(self)
  }

  package func counters() throws(StoreError) -> Counters {
    func last(_ sql: String) throws(StoreError) -> Int64 { try connection.statement(sql).first { $0.int64(0) } ?? 0 }
    return Counters(
      lastSessionKey: try last("SELECT max(key) FROM session"), lastRunKey: try last("SELECT max(key) FROM run"),
      lastPosition: EventPosition(try last("SELECT max(position) FROM event")))
  }

  // MARK: sessions

  package func session(
    _ id: SessionID
  ) throws(StoreError) -> (record: SessionRecord, eventSequence: EventSequence)? {
    let sql = """
      SELECT \(SessionTable.columns), (SELECT max(seq) FROM event WHERE session = s.key) FROM session s WHERE s.id = ?
      """
    return try connection.statement(sql).bind(id.uuid).first {
      (SessionTable.record($0), EventSequence($0.int64(14)))
    }
  }

  package func unfinishedSessions() throws(StoreError) -> [SessionID] {
    try connection.statement(
      "SELECT DISTINCT s.id FROM run r JOIN session s ON s.key = r.session WHERE r.finished_at IS NULL"
    ).rows { SessionID($0.uuid(0)) }
  }

  package func selection(of workspace: String) throws(StoreError) -> SessionID? {
    try connection.statement(
      "SELECT s.id FROM workspace w JOIN session s ON s.key = w.selected_session WHERE w.path = ?"
    ).bind(workspace).first { SessionID($0.uuid(0)) }
  }

  package func sessions(
    _ filter: SessionFilter, before: Int64?, limit: Int
  ) throws(StoreError) -> [SessionListRow] {
    var conditions = ["s.key < ?"]
    if filter.workspace != nil { conditions.append("s.workspace = ?") }
    if !filter.includeClosed { conditions.append("s.closed_at IS NULL") }
    let sql = """
      SELECT \(SessionTable.columns), w.selected_session IS s.key,
        (SELECT r.id FROM run r WHERE r.session = s.key AND r.finished_at IS NULL AND r.status <> 1
          ORDER BY r.key LIMIT 1)
      FROM session s LEFT JOIN workspace w ON w.path = s.workspace
      WHERE \(conditions.joined(separator: " AND ")) ORDER BY s.key DESC LIMIT ?
      """
    let statement = try connection.statement(sql).bind(before ?? Int64.max)
    if let workspace = filter.workspace { statement.bind(workspace) }
    return try statement.bind(limit).rows { row in
      SessionListRow(
        record: SessionTable.record(row), isSelected: row.int(14) != 0,
        activeRun: row.isNull(15) ? nil : RunID(row.uuid(15)))
    }
  }

  // MARK: runs

  package func run(_ id: RunID) throws(StoreError) -> RunRecord? {
    try connection.statement(
      "SELECT \(RunTable.columns) FROM run r JOIN session s ON s.key = r.session WHERE r.id = ?"
    ).bind(id.uuid).first(RunTable.record)
  }

  package func run(session: Int64, requestID: String) throws(StoreError) -> RunRecord? {
    try connection.statement(
      "SELECT \(RunTable.columns) FROM run r JOIN session s ON s.key = r.session WHERE r.session = ? AND r.request_id = ?"
    ).bind(session).bind(requestID).first(RunTable.record)
  }

  package func finishedAt(of run: Int64) throws(StoreError) -> Timestamp? {
    try connection.statement("SELECT finished_at FROM run WHERE key = ?").bind(run).first { $0.optionalTimestamp(0) }
      ?? nil
  }

  package func unfinishedRuns(of session: Int64) throws(StoreError) -> [RunRecord] {
    try connection.statement(
      """
      SELECT \(RunTable.columns) FROM run r JOIN session s ON s.key = r.session
        WHERE r.session = ? AND r.finished_at IS NULL ORDER BY r.key
      """
    ).bind(session).rows(RunTable.record)
  }

  package func runs(_ filter: RunFilter, before: Int64?, limit: Int) throws(StoreError) -> [RunRecord] {
    var conditions = ["r.key < ?"]
    if filter.session != nil { conditions.append("s.id = ?") }
    if filter.workspace != nil { conditions.append("s.workspace = ?") }
    if filter.flowID != nil { conditions.append("r.flow_id = ?") }
    if !filter.statuses.isEmpty {
      conditions.append("r.status IN (\(filter.statuses.map { String($0.rawValue) }.joined(separator: ", ")))")
    }
    let sql = """
      SELECT \(RunTable.columns) FROM run r JOIN session s ON s.key = r.session
        WHERE \(conditions.joined(separator: " AND ")) ORDER BY r.key DESC LIMIT ?
      """
    let statement = try connection.statement(sql).bind(before ?? Int64.max)
    if let session = filter.session { statement.bind(session.uuid) }
    if let workspace = filter.workspace { statement.bind(workspace) }
    if let flow = filter.flowID { statement.bind(flow) }
    return try statement.bind(limit).rows(RunTable.record)
  }

  package func steps(of run: Int64) throws(StoreError) -> [StepRecord] {
    try connection.statement("SELECT \(StepTable.columns) FROM step WHERE run = ? ORDER BY step")
      .bind(run).rows(StepTable.record)
  }

  package func output(of run: Int64, step: Int) throws(StoreError) -> StepOutput? {
    try connection.statement("SELECT stdout, stderr, truncated FROM step_output WHERE run = ? AND step = ?")
      .bind(run).bind(step).first { row in
        StepOutput(
          stdout: row.bytes(0), stderr: row.bytes(1), stdoutTruncated: row.int(2) & 1 != 0,
          stderrTruncated: row.int(2) & 2 != 0)
      }
  }

  package func environment(of run: Int64) throws(StoreError) -> [String] {
    try connection.statement("SELECT entries FROM run_environment WHERE run = ?").bind(run)
      .first { RunTable.decode(environment: $0.bytes(0)) } ?? []
  }

  package func definition(_ hash: String) throws(StoreError) -> [UInt8]? {
    try connection.statement("SELECT canonical_json FROM definition WHERE hash = ?").bind(hash).first { $0.bytes(0) }
  }

  // MARK: events

  package func events(
    _ range: EventRange, limit: Int, bytes: Int
  ) throws(StoreError) -> [StoreBatch.EventRow] {
    var found: [StoreBatch.EventRow] = []
    var total = 0
    try EventTable.select(range, limit: limit, on: connection).forEachRow { statement in
      let row = EventTable.row(statement)
      total += row.body.count
      found.append(row)
      return total < bytes
    }
    return found
  }
}
