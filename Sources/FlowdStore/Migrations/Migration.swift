/// Brings the schema from `user_version` n-1 to n, in one transaction. A migration that has landed is never edited.
struct Migration {
  let version: Int
  let sql: String

  static let all: [Migration] = [.initialSchema, .wholeFlowFile, .circuitHolds, .fileMasks]

  /// The version of a database.
  ///
  /// - Throws: `.tooNew` for one of a later version.
  @discardableResult
  static func requireKnown(_ connection: Connection) throws(StoreError) -> Int {
    let current = try connection.statement("PRAGMA user_version").first { $0.int(0) } ?? 0
    guard current <= all.count else {
      throw StoreError(
        kind: .tooNew,
        message: "the database has schema version \(current), this flowd knows \(all.count); "
          + "use a newer flowd, or another --state")
    }
    return current
  }

  /// Runs what a database lacks.
  ///
  /// - Throws: `.tooNew` for a database of a later version; it is left alone.
  static func migrate(_ connection: Connection) throws(StoreError) {
    let current = try requireKnown(connection)
    for migration in all where migration.version > current {
      try connection.execute("BEGIN IMMEDIATE")
      do throws(StoreError) {
        try connection.execute(migration.sql)
        try connection.execute("PRAGMA user_version = \(migration.version)")
        try connection.execute("COMMIT")
      } catch {
        try? connection.execute("ROLLBACK")
        throw error
      }
    }
  }
}
