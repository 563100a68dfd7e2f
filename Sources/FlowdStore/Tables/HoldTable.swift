internal import FlowdModel

/// Table `circuit_hold`.
enum HoldTable {
  static let upsert = "INSERT OR REPLACE INTO circuit_hold (name, until, reason, checksum) VALUES (?, ?, ?, ?)"
  static let delete = "DELETE FROM circuit_hold WHERE name = ?"
  static let select = "SELECT name, until, reason, checksum FROM circuit_hold ORDER BY name"

  static func bind(_ name: String, _ hold: CircuitHold, to statement: Statement) -> Statement {
    statement.bind(name).bind(hold.until).bind(hold.reason).bindChecksum()
  }

  /// Reads a row of `select`.
  static func hold(_ row: Statement) throws(StoreError) -> (name: String, hold: CircuitHold) {
    try row.verify(columns: 3, of: "circuit_hold", key: 0...0)
    return (row.text(0), CircuitHold(until: row.timestamp(1), reason: row.text(2)))
  }
}
