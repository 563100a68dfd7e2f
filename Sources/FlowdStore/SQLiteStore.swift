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

  /// Opens the database of a state directory and brings its schema up to date.
  ///
  /// - Parameters:
  ///   - directory: Exists, private to the user.
  ///   - checkBytesMax: A larger database is not checked here; see `check`.
  /// - Throws: `.corrupt` for a file that is damaged; it is left as it is.
  package init(directory: String, checkBytesMax: Int64) throws(StoreError) {
    path = "\(directory)/flowd.db"
    let connection = try Connection(path: path, .writer)
    for pragma in [
      "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "trusted_schema=OFF", "mmap_size=0",
      "cache_size=-2048", "temp_store=MEMORY", "wal_autocheckpoint=0", "journal_size_limit=16777216",
    ] { try connection.execute("PRAGMA \(pragma)") }
    let pages = try connection.statement("PRAGMA page_count").first { $0.int64(0) } ?? 0
    isLarge = pages * 4096 > checkBytesMax
    if !isLarge { try SQLiteStore.check(connection, path) }
    try Migration.migrate(connection)
    writer = try WriterTables(connection)
  }

  /// Whether the database was too large to be checked when it was opened.
  package let isLarge: Bool

  /// Looks for damage; takes as long as reading the whole file. Opens a connection of its own.
  ///
  /// - Throws: `.corrupt`, saying what to do.
  package func check() throws(StoreError) {
    try SQLiteStore.check(Connection(path: path, .reader), path)
  }

  private static func check(_ connection: Connection, _ path: String) throws(StoreError) {
    let finding = try connection.statement("PRAGMA quick_check(1)").first { $0.text(0) } ?? "ok"
    guard finding == "ok" else {
      throw StoreError(
        kind: .corrupt,
        message: "the database \(path) is damaged (\(finding)); it was left as it is. Copy it away, then try "
          + "`sqlite3 \(path) .recover | sqlite3 recovered.db`, or start with another --state")
    }
  }

  package func commit(_ batch: StoreBatch, patience: Duration) throws(StoreError) {
    let milliseconds = patience.components.seconds * 1000 + patience.components.attoseconds / 1_000_000_000_000_000
    sqlite3_busy_timeout(writer.connection.handle, Int32(clamping: milliseconds))
    try writer.commit(batch)
  }

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

  package func makeReader() throws(StoreError) -> SQLiteReader { try SQLiteReader(path: path) }
}
