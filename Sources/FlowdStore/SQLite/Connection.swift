internal import CSQLite
internal import Glibc

/// One connection to the database; used by one thread at a time.
final class Connection {
  enum Access {
    /// The only connection that writes and checkpoints.
    case writer
    /// Never writes, never checkpoints.
    case reader
  }

  let handle: OpaquePointer
  private var statements: [String: Statement] = [:]

  init(path: String, _ access: Access) throws(StoreError) {
    var opened: OpaquePointer?
    let flags =
      SQLITE_OPEN_NOMUTEX
      | (access == .writer ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY)
    let code = sqlite3_open_v2(path, &opened, flags, nil)
    guard let opened, code == SQLITE_OK else {
      let error = Connection.error(opened, code, "opening \(path)")
      sqlite3_close_v2(opened)
      throw error
    }
    handle = opened
    sqlite3_extended_result_codes(opened, 1)
  }

  deinit {
    statements.removeAll()
    sqlite3_close_v2(handle)
  }

  /// Runs statements that return nothing of interest.
  func execute(_ sql: String) throws(StoreError) {
    let code = sqlite3_exec(handle, sql, nil, nil, nil)
    guard code == SQLITE_OK else { throw error(code, sql) }
  }

  /// A statement that is prepared once and kept.
  func statement(_ sql: String) throws(StoreError) -> Statement {
    if let known = statements[sql] { return known }
    let statement = try Statement(sql, on: self)
    statements[sql] = statement
    return statement
  }

  /// What `statement` keeps.
  var preparedSQL: [String] { statements.keys.filter { !$0.hasPrefix("EXPLAIN") } }

  func error(_ code: Int32, _ what: String) -> StoreError { Connection.error(handle, code, what) }

  private static func error(_ handle: OpaquePointer?, _ code: Int32, _ what: String) -> StoreError {
    let text = handle.map { String(cString: sqlite3_errmsg($0)) } ?? String(cString: sqlite3_errstr(code))
    let extended = handle.map { sqlite3_extended_errcode($0) } ?? code
    // A write that found no room: also over a quota, over a size limit, and for the index of the log. (A failed fsync is
    // another matter, whatever its cause.)
    let writeFailures = [SQLITE_IOERR | (3 << 8), SQLITE_IOERR | (19 << 8)]
    let noRoom = [ENOSPC, EDQUOT, EFBIG]
    let isFull =
      writeFailures.contains(extended) && handle.map { noRoom.contains(sqlite3_system_errno($0)) } ?? false
    let kind: StoreError.Kind =
      switch code & 0xFF {
      case SQLITE_IOERR where isFull: .full
      case SQLITE_FULL: .full
      case SQLITE_IOERR: .io
      case SQLITE_BUSY, SQLITE_LOCKED: .busy
      case SQLITE_CORRUPT, SQLITE_NOTADB: .corrupt
      default: .other
      }
    return StoreError(kind: kind, code: extended, message: "\(text), while \(String(what.prefix(200)))")
  }
}
