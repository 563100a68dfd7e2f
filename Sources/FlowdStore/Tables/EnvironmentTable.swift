/// Table `run_environment`.
enum EnvironmentTable {
  static let insert = "INSERT OR REPLACE INTO run_environment (run, entries, checksum) VALUES (?, ?, ?)"
  static let delete = "DELETE FROM run_environment WHERE run = ?"
  static let columns = "e.run, e.entries, e.checksum"

  static func bind(_ run: Int64, _ entries: [String], to statement: Statement) -> Statement {
    statement.bind(run).bind(encode(entries)).bindChecksum()
  }

  /// Reads `columns` from column 0 on.
  static func entries(_ row: Statement) throws(StoreError) -> [String] {
    try row.verify(columns: 2, of: "run_environment", key: 0...0)
    return decode(row.bytes(1))
  }

  /// Entries hold no NUL, so one ends each.
  private static func encode(_ entries: [String]) -> [UInt8] {
    var bytes: [UInt8] = []
    for entry in entries {
      bytes.append(contentsOf: entry.utf8)
      bytes.append(0)
    }
    return bytes
  }

  private static func decode(_ bytes: [UInt8]) -> [String] {
    bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
  }
}
