extension Migration {
  /// What files that a run makes are not permitted.
  static let fileMasks = Migration(
    version: 4,
    sql: """
      -- NULL in a row of an earlier version, whose runs left everything to their owner alone, and not in its checksum.
      ALTER TABLE run ADD COLUMN umask INTEGER;
      """)
}
