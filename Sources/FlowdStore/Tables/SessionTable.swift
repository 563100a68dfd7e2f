internal import FlowdModel

/// Table `session`, and `workspace` with its selection.
enum SessionTable {
  static let insert = """
    INSERT INTO session (executed_flow_id, last_used_flow_id, provider_id, model_id, mode, revision, updated_at,
      closed_at, archived_at, key, id, workspace, title, client, created_at, checksum)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    """
  static let update = """
    UPDATE session SET executed_flow_id = ?, last_used_flow_id = ?, provider_id = ?, model_id = ?, mode = ?,
      revision = ?, updated_at = ?, closed_at = ?, archived_at = ?, checksum = ? WHERE key = ?
    """
  static let upsertSelection = """
    INSERT INTO workspace (path, selected_session) VALUES (?, ?)
      ON CONFLICT (path) DO UPDATE SET selected_session = excluded.selected_session
    """
  /// As they are bound, then the checksum.
  static let columns = """
    s.executed_flow_id, s.last_used_flow_id, s.provider_id, s.model_id, s.mode, s.revision, s.updated_at, s.closed_at,
    s.archived_at, s.key, s.id, s.workspace, s.title, s.client, s.created_at, s.checksum
    """
  static let columnCount: Int32 = 16

  static func bindNew(_ record: SessionRecord, to statement: Statement) -> Statement {
    bindChanging(record, to: statement)
    bindFixed(record, to: statement)
    return statement.bindChecksum()
  }

  static func bindChanged(_ record: SessionRecord, to statement: Statement) -> Statement {
    bindChanging(record, to: statement)
    return statement.counting { bindFixed(record, to: $0) }.bindChecksum().bind(record.key)
  }

  private static func bindChanging(_ record: SessionRecord, to statement: Statement) {
    statement.bind(record.meta.executedFlowID).bind(record.meta.lastUsedFlowID).bind(record.meta.providerID)
      .bind(record.meta.modelID).bind(record.meta.mode.rawValue).bind(Int64(record.meta.revision))
      .bind(record.meta.updatedAt).bind(record.closedAt).bind(record.archivedAt)
  }

  private static func bindFixed(_ record: SessionRecord, to statement: Statement) {
    statement.bind(record.key).bind(record.meta.sessionID.uuid).bind(record.meta.workspace)
      .bind(record.meta.title).bind(record.client).bind(record.meta.createdAt)
  }

  /// Reads `columns` from column 0 on.
  static func record(_ row: Statement) throws(StoreError) -> SessionRecord {
    try row.verify(columns: columnCount - 1, of: "session", key: 9...9)
    return SessionRecord(
      key: row.int64(9),
      meta: SessionMeta(
        sessionID: SessionID(row.uuid(10)), workspace: row.text(11), title: row.text(12), executedFlowID: row.text(0),
        lastUsedFlowID: row.text(1), providerID: row.text(2), modelID: row.text(3),
        mode: RunMode(rawValue: row.int(4)) ?? .interactive, revision: UInt64(clamping: row.int64(5)),
        createdAt: row.timestamp(14), updatedAt: row.timestamp(6)),
      client: row.text(13), closedAt: row.optionalTimestamp(7), archivedAt: row.optionalTimestamp(8))
  }
}
