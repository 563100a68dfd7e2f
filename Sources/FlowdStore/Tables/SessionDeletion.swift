/// Deletes a session piece by piece, each call of `run` in the transaction of its caller.
///
/// First it is marked, which hides it; then its events go, then its runs with all they have, the newest first, so that
/// those that are steps of others go before them; then itself. A definition goes with the last run that uses it.
struct SessionDeletion {
  private let connection: Connection
  private let session: Int64
  /// Rows that may still be deleted.
  private var budget: Int

  private init(_ connection: Connection, _ session: Int64, _ budget: Int) {
    self.connection = connection
    self.session = session
    self.budget = budget
  }

  /// - Returns: Whether nothing of the session is left.
  static func run(_ session: Int64, limit: Int, on connection: Connection) throws(StoreError) -> Bool {
    precondition(limit > 0, "a piece of at least one row is deleted")
    var deletion = SessionDeletion(connection, session, limit)
    guard try deletion.mark() else { return true }
    try deletion.deleteRows(of: session, "session", "seq", in: "event", size: "length(body)")
    while deletion.budget > 0 {
      guard try deletion.deleteNewestRun() else {
        try deletion.deleteItself()
        return true
      }
    }
    return false
  }

  /// Large values take more than a row's time.
  private static func cost(ofBytes bytes: Int) -> Int { 1 + bytes / 4_096 }

  // MARK: the session

  /// - Returns: Whether there is such a session.
  private func mark() throws(StoreError) -> Bool {
    if try isIn("doomed_session") { return true }
    guard try isIn("session") else { return false }
    let unfinished = try connection.statement(
      "SELECT key FROM run WHERE session = ? AND finished_at IS NULL LIMIT 1"
    ).bind(session).first { $0.int64(0) }
    if let unfinished {
      throw StoreError(
        kind: .other, message: "session \(session) is not deleted: its run \(unfinished) has not ended")
    }
    try connection.statement("INSERT INTO doomed_session (key) VALUES (?)").bind(session).run()
    try connection.statement("UPDATE workspace SET selected_session = NULL WHERE selected_session = ?").bind(session)
      .run()
    try noteHighWater()
    return true
  }

  private func isIn(_ table: String) throws(StoreError) -> Bool {
    try connection.statement("SELECT 1 FROM \(table) WHERE key = ?").bind(session).first { _ in true } ?? false
  }

  /// Keys and positions follow the highest that is stored; what goes away must not let them fall.
  private func noteHighWater() throws(StoreError) {
    try connection.statement(
      """
      INSERT INTO high_water (key, session, run, position)
        VALUES (1, (SELECT max(key) FROM session), ifnull((SELECT max(key) FROM run), 0),
          ifnull((SELECT max(position) FROM event), 0))
        ON CONFLICT (key) DO UPDATE SET session = max(session, excluded.session), run = max(run, excluded.run),
          position = max(position, excluded.position)
      """
    ).run()
  }

  private func deleteItself() throws(StoreError) {
    try connection.statement("DELETE FROM doomed_session WHERE key = ?").bind(session).run()
    try connection.statement("DELETE FROM session WHERE key = ?").bind(session).run()
  }

  // MARK: its rows

  /// - Returns: Whether there was one; if the budget ended, it has not gone yet.
  private mutating func deleteNewestRun() throws(StoreError) -> Bool {
    let found = try connection.statement(
      "SELECT key, definition_hash, length(inputs) FROM run WHERE session = ? ORDER BY key DESC LIMIT 1"
    ).bind(session).first { (key: $0.int64(0), hash: $0.text(1), bytes: $0.int(2)) }
    guard let run = found else { return false }
    try deleteRows(
      of: run.key, "run", "step", in: "step_output",
      size: "length(stdout) + length(stderr) + ifnull(length(details), 0)")
    try deleteRows(of: run.key, "run", "step", in: "step", size: "0")
    guard budget > 0 else { return true }
    budget -= SessionDeletion.cost(ofBytes: run.bytes)
    var hashes = try connection.statement("SELECT definition_hash FROM subflow_use WHERE run = ?").bind(run.key)
      .rows { $0.text(0) }
    hashes.append(run.hash)
    for sql in [
      EnvironmentTable.delete, "DELETE FROM subflow_use WHERE run = ?", "DELETE FROM run WHERE key = ?",
    ] { try connection.statement(sql).bind(run.key).run() }
    for hash in hashes { try deleteUnusedDefinition(hash) }
    return true
  }

  /// Deletes the first rows of a table that belong to a run or a session, as far as the budget goes.
  ///
  /// - Parameters:
  ///   - column: What the key is compared with.
  ///   - order: The column by which the rows of one key are told apart.
  private mutating func deleteRows(
    of key: Int64, _ column: String, _ order: String, in table: String, size: String
  ) throws(StoreError) {
    var last: Int64?
    var left = budget
    try connection.statement("SELECT \(order), \(size) FROM \(table) WHERE \(column) = ? ORDER BY \(order)").bind(key)
      .forEachRow { row throws(StoreError) in
        guard left > 0 else { return false }
        left -= SessionDeletion.cost(ofBytes: row.int(1))
        last = row.int64(0)
        return true
      }
    budget = left
    guard let last else { return }
    try connection.statement("DELETE FROM \(table) WHERE \(column) = ? AND \(order) <= ?").bind(key).bind(last).run()
  }

  private func deleteUnusedDefinition(_ hash: String) throws(StoreError) {
    try connection.statement(
      """
      DELETE FROM definition WHERE hash = ?1 AND NOT EXISTS (SELECT 1 FROM run WHERE definition_hash = ?1)
        AND NOT EXISTS (SELECT 1 FROM subflow_use WHERE definition_hash = ?1)
      """
    ).bind(hash).run()
  }
}
