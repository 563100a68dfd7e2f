internal import CSQLite
internal import FlowdModel

/// A prepared statement. Parameters and columns are numbered from 1 and 0, as in SQLite.
final class Statement {
  let handle: OpaquePointer
  private unowned let connection: Connection
  private let sql: String
  private var bound: Int32 = 0
  private var checksum = RowChecksum()
  private var isCounting = false

  init(_ sql: String, on connection: Connection) throws(StoreError) {
    var prepared: OpaquePointer?
    let code = sqlite3_prepare_v3(connection.handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
    guard let prepared, code == SQLITE_OK else { throw connection.error(code, sql) }
    handle = prepared
    self.connection = connection
    self.sql = sql
  }

  deinit { sqlite3_finalize(handle) }

  // MARK: parameters, bound in order; each goes into the row's checksum

  @discardableResult
  func bind(_ value: Int64?) -> Statement {
    checksum.add(value)
    if isCounting { return self }
    bound += 1
    if let value { sqlite3_bind_int64(handle, bound, value) } else { sqlite3_bind_null(handle, bound) }
    return self
  }

  @discardableResult
  func bind(_ value: Int) -> Statement { bind(Int64(value)) }

  @discardableResult
  func bind(_ value: Int?) -> Statement { bind(value.map(Int64.init)) }

  @discardableResult
  func bind(_ value: Timestamp?) -> Statement { bind(value?.microsecondsSince1970) }

  @discardableResult
  func bind(_ text: String) -> Statement {
    var text = text
    return text.withUTF8 { bind(text: UnsafeRawBufferPointer($0)) }
  }

  /// `nil` for NULL, else the UTF-8 of a text.
  @discardableResult
  func bind(text bytes: [UInt8]?) -> Statement {
    guard let bytes else { return bind(Int64?.none) }
    return bytes.withUnsafeBytes { bind(text: $0) }
  }

  private func bind(text bytes: UnsafeRawBufferPointer) -> Statement {
    checksum.add(text: bytes)
    if isCounting { return self }
    bound += 1
    _ = flowd_bind_text(handle, bound, bytes.baseAddress, Int32(bytes.count))
    return self
  }

  @discardableResult
  func bind(_ bytes: [UInt8]) -> Statement { bytes.withUnsafeBytes { bind(blob: $0) } }

  @discardableResult
  func bind(_ bytes: [UInt8]?) -> Statement {
    guard let bytes else { return bind(Int64?.none) }
    return bind(bytes)
  }

  @discardableResult
  func bind(_ uuid: UUIDv7?) -> Statement {
    guard let uuid else { return bind(Int64?.none) }
    return withUnsafeBytes(of: (uuid.high.bigEndian, uuid.low.bigEndian)) { bind(blob: $0) }
  }

  private func bind(blob bytes: UnsafeRawBufferPointer) -> Statement {
    checksum.add(blob: bytes)
    if isCounting { return self }
    bound += 1
    _ = flowd_bind_blob(handle, bound, bytes.baseAddress, Int32(bytes.count))
    return self
  }

  /// Binds the checksum of what was bound and counted so far, mixed with the sum of what was not.
  @discardableResult
  func bindChecksum(with sum: Int64 = 0) -> Statement { bind(checksum.value ^ sum) }

  /// Takes what `bind` is given into the checksum without binding it: columns that a statement leaves as they are.
  @discardableResult
  func counting(_ bind: (Statement) -> Void) -> Statement {
    isCounting = true
    bind(self)
    isCounting = false
    return self
  }

  // MARK: running

  /// Runs a statement that returns no rows, and makes it ready for the next use.
  func run() throws(StoreError) {
    let code = sqlite3_step(handle)
    guard code == SQLITE_DONE || code == SQLITE_ROW else {
      let error = connection.error(code, sql)
      reset()
      throw error
    }
    reset()
  }

  /// Calls `body` for each row until it returns `false`, and makes the statement ready for the next use.
  func forEachRow(_ body: (Statement) throws(StoreError) -> Bool) throws(StoreError) {
    defer { reset() }
    while true {
      let code = sqlite3_step(handle)
      if code == SQLITE_DONE { return }
      guard code == SQLITE_ROW else { throw connection.error(code, sql) }
      guard try body(self) else { return }
    }
  }

  /// All rows.
  func rows<Row>(_ body: (Statement) throws(StoreError) -> Row) throws(StoreError) -> [Row] {
    var found: [Row] = []
    try forEachRow { statement throws(StoreError) in
      found.append(try body(statement))
      return true
    }
    return found
  }

  /// The first row, if there is one.
  func first<Row>(_ body: (Statement) throws(StoreError) -> Row) throws(StoreError) -> Row? {
    var found: Row?
    try forEachRow { statement throws(StoreError) in
      found = try body(statement)
      return false
    }
    return found
  }

  private func reset() {
    sqlite3_reset(handle)
    bound = 0
    checksum = RowChecksum()
  }

  // MARK: columns

  func int64(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

  func int(_ column: Int32) -> Int { Int(int64(column)) }

  func optionalInt(_ column: Int32) -> Int? { isNull(column) ? nil : int(column) }

  func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

  func timestamp(_ column: Int32) -> Timestamp { Timestamp(microsecondsSince1970: int64(column)) }

  func optionalTimestamp(_ column: Int32) -> Timestamp? { isNull(column) ? nil : timestamp(column) }

  func text(_ column: Int32) -> String {
    guard let start = sqlite3_column_text(handle, column) else { return "" }
    let count = Int(sqlite3_column_bytes(handle, column))
    return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
  }

  func bytes(_ column: Int32) -> [UInt8] {
    guard let start = sqlite3_column_blob(handle, column) else { return [] }
    return Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
  }

  /// A 16-byte blob; anything else reads as zero, which no row has.
  func uuid(_ column: Int32) -> UUIDv7 {
    guard let start = sqlite3_column_blob(handle, column), sqlite3_column_bytes(handle, column) == 16 else {
      return UUIDv7(high: 0, low: 0)
    }
    let high = start.loadUnaligned(fromByteOffset: 0, as: UInt64.self)
    let low = start.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
    return UUIDv7(high: UInt64(bigEndian: high), low: UInt64(bigEndian: low))
  }
}
