internal import FlowdModel

/// Table `definition`.
enum DefinitionTable {
  /// The same hash says the same canonical JSON; the file it came from is kept from the first that has one.
  static let insert = """
    INSERT INTO definition (hash, flow_id, canonical_json, source, checksum) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (hash) DO UPDATE SET flow_id = excluded.flow_id, canonical_json = excluded.canonical_json,
        source = excluded.source, checksum = excluded.checksum
        WHERE definition.source IS NULL AND excluded.source IS NOT NULL
    """
  static let select = "SELECT hash, flow_id, canonical_json, source, checksum FROM definition WHERE hash = ?"

  static func bind(_ definition: PinnedDefinition, to statement: Statement) -> Statement {
    statement.bind(definition.hash).bind(definition.flow.id).bind(definition.canonicalJSON)
      .bind(definition.source.isEmpty ? nil : definition.source).bindChecksum()
  }

  /// Reads what `select` gives.
  static func definition(_ row: Statement) throws(StoreError) -> StoredDefinition {
    try row.verify(columns: 4, of: "definition", key: 0...0)
    return StoredDefinition(canonicalJSON: row.bytes(2), source: row.bytes(3))
  }
}
