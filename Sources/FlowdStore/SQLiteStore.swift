internal import CSQLite
package import FlowdModel

/// The embedded store: one SQLite file in WAL mode, `synchronous=FULL`.
///
/// One connection does every write and every checkpoint: SQLite before 3.51.3 can corrupt a WAL when two connections
/// write or checkpoint at once. It is handed from thread to thread, never shared.
package final class SQLiteStore: Store, @unchecked Sendable {
  // Unchecked: `writer` is used by whoever commits, one thread at a time, as the protocol demands.
  private let writer: WriterTables
  private let path: String
  private let ballast: Ballast
  /// A disk that had no room for the ballast at the start is used without it.
  private let hasBallast: Bool

  /// Opens the database of a state directory and brings its schema up to date.
  ///
  /// - Parameters:
  ///   - directory: Exists, private to the user.
  ///   - checkBytesMax: A larger database is not checked here; see `check`.
  /// - Throws: `.corrupt` for a file that is damaged, `.tooNew` for one of a later version; it is left as it is.
  package init(directory: String, checkBytesMax: Int64) throws(StoreError) {
    path = "\(directory)/flowd.db"
    ballast = Ballast(path: "\(directory)/flowd.ballast", bytes: Limits.ballastBytes)
    isLarge = try SQLiteStore.inspect(path, checkBytesMax)
    let connection = try Connection(path: path, .writer)
    for pragma in [
      "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "trusted_schema=OFF", "mmap_size=0",
      "cache_size=-2048", "temp_store=MEMORY", "wal_autocheckpoint=0", "journal_size_limit=16777216",
    ] { try connection.execute("PRAGMA \(pragma)") }
    try Migration.migrate(connection)
    writer = try WriterTables(connection)
    hasBallast = ballast.restore()
  }

  /// Whether the database was too large to be checked when it was opened.
  package let isLarge: Bool

  /// Looks for damage; takes as long as reading the whole file. Opens a connection of its own.
  ///
  /// - Throws: `.corrupt`, saying what to do.
  package func check() throws(StoreError) {
    try SQLiteStore.check(Connection(path: path, .reader), path)
  }

  /// Looks at a database that may be damaged before anything may write to it: a connection that can write would, even if
  /// it only closes, move the log into the file.
  ///
  /// - Returns: Whether it is too large to be checked now.
  private static func inspect(_ path: String, _ checkBytesMax: Int64) throws(StoreError) -> Bool {
    // One that cannot be opened for reading is not there yet, or its error comes when it is opened for writing.
    guard let connection = try? Connection(path: path, .reader) else { return false }
    do throws(StoreError) {
      try Migration.requireKnown(connection)
      let bytes = try connection.statement("PRAGMA page_count").first { $0.int64(0) * 4096 } ?? 0
      guard bytes <= checkBytesMax else { return true }
    } catch {
      throw error.kind == .corrupt ? damaged(path, error.message, code: error.code) : error
    }
    try check(connection, path)
    return false
  }

  private static func check(_ connection: Connection, _ path: String) throws(StoreError) {
    var finding: String?
    do throws(StoreError) {
      finding = try connection.statement("PRAGMA quick_check(1)").first { $0.text(0) }
    } catch {
      throw error.kind == .corrupt ? damaged(path, error.message, code: error.code) : error
    }
    if let finding, finding != "ok" { throw damaged(path, finding) }
  }

  private static func damaged(_ path: String, _ finding: String, code: Int32 = 0) -> StoreError {
    StoreError(
      kind: .corrupt, code: code,
      message:
        "the database \(path) is damaged (\(finding)); it was left as it is. Copy it away, with its -wal file, then "
        + "try `sqlite3 \(path) .recover | sqlite3 recovered.db`, or start with another --state")
  }

  package func commit(_ batch: StoreBatch, patience: Duration) throws(StoreError) {
    wait(patience)
    try writer.commit(batch)
  }

  private func wait(_ patience: Duration) {
    let milliseconds = patience.components.seconds * 1000 + patience.components.attoseconds / 1_000_000_000_000_000
    sqlite3_busy_timeout(writer.connection.handle, Int32(clamping: milliseconds))
  }

  package func deleteSession(_ session: Int64, limit: Int, patience: Duration) throws(StoreError) -> Bool {
    wait(patience)
    return try writer.transaction { writer throws(StoreError) in
      try SessionDeletion.run(session, limit: limit, on: writer.connection)
    }
  }

  package func releaseBallast() { ballast.release() }

  @discardableResult
  package func restoreBallast() -> Bool { ballast.restore() || !hasBallast }

  /// Pages in the write-ahead log as of the last commit.
  package var logPageCount: Int { writer.logPageCount }

  /// Moves the log's pages into the database, as far as no reader needs them where they are. Called like `commit`.
  package func checkpoint() throws(StoreError) {
    let code = sqlite3_wal_checkpoint_v2(writer.connection.handle, nil, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
    guard code == SQLITE_OK else { throw writer.connection.error(code, "checkpoint") }
    writer.forgetLog()
  }

  package func probe(now: Timestamp) throws(StoreError) {
    // A few pages, so that a disk with room for one page only does not pass.
    try writer.connection.statement(
      "INSERT INTO probe (key, at, ballast) VALUES (1, ?, zeroblob(65536)) ON CONFLICT (key) DO UPDATE SET at = excluded.at, ballast = zeroblob(65536)"
    ).bind(now).run()
  }

  /// A setting of the connection that writes.
  func pragma(_ name: String) throws(StoreError) -> Int? {
    try writer.connection.statement("PRAGMA \(name)").first { $0.int(0) }
  }

  package func makeReader() throws(StoreError) -> SQLiteReader { try SQLiteReader(path: path) }
}
