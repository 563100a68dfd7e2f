internal import FlowdModel

/// Table `event`.
enum EventTable {
  static let insert = "INSERT INTO event (position, session, seq, run, body, checksum) VALUES (?, ?, ?, ?, ?, ?)"
  /// As they are bound, then the checksum.
  private static let columns = "e.position, e.session, e.seq, e.run, e.body, e.checksum"

  /// Not of a session that is being deleted.
  private static let isKept = "e.session NOT IN (SELECT key FROM doomed_session)"

  static func bind(_ row: StoreBatch.EventRow, to statement: Statement) -> Statement {
    statement.bind(Int64(row.position)).bind(row.session).bind(Int64(row.sequence)).bind(row.run).bind(row.body)
      .bindChecksum()
  }

  /// A statement that returns the events of a range in order.
  static func select(_ range: EventRange, limit: Int, on connection: Connection) throws(StoreError) -> Statement {
    switch range {
    case .session(let session, let after):
      return try connection.statement(
        "SELECT \(columns) FROM event e WHERE e.session = ? AND e.seq > ? AND \(isKept) ORDER BY e.seq LIMIT ?"
      ).bind(session).bind(Int64(clamping: after)).bind(limit)
    case .run(let session, let run, let after):
      return try connection.statement(
        "SELECT \(columns) FROM event e WHERE e.session = ? AND e.seq > ? AND e.run = ? AND \(isKept) ORDER BY e.seq LIMIT ?"
      ).bind(session).bind(Int64(clamping: after)).bind(run).bind(limit)
    case .runTree(let session, let root, let after):
      return try connection.statement(
        """
        \(RunTable.withTree) SELECT \(columns) FROM event e
          WHERE e.session = ? AND e.seq > ? AND e.run IN (SELECT key FROM tree) AND \(isKept) ORDER BY e.seq LIMIT ?
        """
      ).bind(root).bind(session).bind(Int64(clamping: after)).bind(limit)
    case .workspace(let workspace, let after):
      return try connection.statement(
        """
        SELECT \(columns) FROM event e CROSS JOIN session s ON s.key = e.session
          WHERE e.position > ? AND s.workspace = ? AND \(isKept) ORDER BY e.position LIMIT ?
        """
      ).bind(Int64(clamping: after)).bind(workspace).bind(limit)
    case .all(let after):
      return try connection.statement(
        "SELECT \(columns) FROM event e WHERE e.position > ? AND \(isKept) ORDER BY e.position LIMIT ?"
      ).bind(Int64(clamping: after)).bind(limit)
    }
  }

  /// Reads `columns` from column 0 on.
  static func row(_ row: Statement) throws(StoreError) -> StoreBatch.EventRow {
    try row.verify(columns: 5, of: "event", key: 0...0)
    return StoreBatch.EventRow(
      position: EventPosition(clamping: row.int64(0)), session: row.int64(1),
      sequence: EventSequence(clamping: row.int64(2)),
      run: row.isNull(3) ? nil : row.int64(3), body: row.bytes(4))
  }
}
