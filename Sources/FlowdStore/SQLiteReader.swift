internal import CSQLite
package import FlowdModel

/// Reads the embedded store; belongs to one thread. Each call sees one snapshot, several inside `snapshot` the same one.
///
/// Nobody sees a session that is being deleted.
package final class SQLiteReader: StoreReader {
  let connection: Connection

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
    func last(_ column: String, _ table: String, _ mark: String) throws(StoreError) -> Int64 {
      let sql = """
        SELECT max(ifnull((SELECT max(\(column)) FROM \(table)), 0), ifnull((SELECT \(mark) FROM high_water WHERE key = 1), 0))
        """
      return try connection.statement(sql).first { $0.int64(0) } ?? 0
    }
    return Counters(
      lastSessionKey: try last("key", "session", "session"), lastRunKey: try last("key", "run", "run"),
      lastPosition: EventPosition(clamping: try last("position", "event", "position")))
  }

  // MARK: sessions

  package func session(
    _ id: SessionID
  ) throws(StoreError) -> (record: SessionRecord, eventSequence: EventSequence)? {
    let sql = """
      SELECT \(SessionTable.columns), (SELECT max(seq) FROM event WHERE session = s.key) FROM session s
        WHERE s.id = ? AND s.key NOT IN (SELECT key FROM doomed_session)
      """
    return try connection.statement(sql).bind(id.uuid).first { row throws(StoreError) in
      (try SessionTable.record(row), EventSequence(clamping: row.int64(SessionTable.columnCount)))
    }
  }

  package func unfinishedSessions() throws(StoreError) -> [SessionID] {
    try connection.statement(
      """
      SELECT s.id FROM (SELECT DISTINCT session FROM run WHERE finished_at IS NULL) r
        CROSS JOIN session s ON s.key = r.session
      """
    ).rows { SessionID($0.uuid(0)) }
  }

  package func selection(of workspace: String) throws(StoreError) -> SessionID? {
    try connection.statement(
      """
      SELECT s.id FROM workspace w JOIN session s ON s.key = w.selected_session
        WHERE w.path = ? AND s.key NOT IN (SELECT key FROM doomed_session)
      """
    ).bind(workspace).first { SessionID($0.uuid(0)) }
  }

  package func sessions(
    _ filter: SessionFilter, before: Int64?, limit: Int
  ) throws(StoreError) -> [SessionListRow] {
    var conditions = ["s.key < ?", "s.key NOT IN (SELECT key FROM doomed_session)"]
    if filter.workspace != nil { conditions.append("s.workspace = ?") }
    if !filter.includeClosed { conditions.append("s.closed_at IS NULL") }
    if !filter.includeArchived { conditions.append("s.archived_at IS NULL") }
    let sql = """
      SELECT \(SessionTable.columns), w.selected_session IS s.key,
        (SELECT r.id FROM run r WHERE r.session = s.key AND r.finished_at IS NULL AND r.status <> 1
          ORDER BY r.key LIMIT 1)
      FROM session s LEFT JOIN workspace w ON w.path = s.workspace
      WHERE \(conditions.joined(separator: " AND ")) ORDER BY s.key DESC LIMIT ?
      """
    let statement = try connection.statement(sql).bind(before ?? Int64.max)
    if let workspace = filter.workspace { statement.bind(workspace) }
    let next = SessionTable.columnCount
    return try statement.bind(limit).rows { row throws(StoreError) in
      SessionListRow(
        record: try SessionTable.record(row), isSelected: row.int(next) != 0,
        activeRun: row.isNull(next + 1) ? nil : RunID(row.uuid(next + 1)))
    }
  }

  // MARK: definitions and events

  package func definition(_ hash: String) throws(StoreError) -> StoredDefinition? {
    try connection.statement(DefinitionTable.select).bind(hash).first(DefinitionTable.definition)
  }

  package func events(
    _ range: EventRange, limit: Int, bytes: Int
  ) throws(StoreError) -> [StoreBatch.EventRow] {
    var found: [StoreBatch.EventRow] = []
    var total = 0
    // Of one session they have no gaps: one that is missing was hidden by a damaged index, which no row's checksum shows.
    var last: EventSequence?
    if case .session(_, let after) = range { last = after }
    try EventTable.select(range, limit: limit, on: connection).forEachRow { statement throws(StoreError) in
      let row = try EventTable.row(statement)
      if let before = last {
        guard row.sequence == before + 1 else {
          throw StoreError(
            kind: .corrupt, message: "the events of session \(row.session) are damaged: \(before + 1) is missing")
        }
        last = row.sequence
      }
      total += row.body.count
      found.append(row)
      return total < bytes
    }
    return found
  }
}
