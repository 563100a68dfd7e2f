extension Migration {
  /// Circuits that are held open until a known time, such as the reset of a provider's quota.
  static let circuitHolds = Migration(
    version: 3,
    sql: """
      CREATE TABLE circuit_hold (
        name TEXT PRIMARY KEY NOT NULL,
        until INTEGER NOT NULL,
        reason TEXT NOT NULL,
        checksum INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      """)
}
