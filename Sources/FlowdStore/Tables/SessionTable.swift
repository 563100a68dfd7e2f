internal import FlowdModel

/// Table `session`, and `workspace` with its selection.
enum SessionTable {
  static let insert = """
    INSERT INTO session (executed_flow_id, last_used_flow_id, provider_id, model_id, mode, revision, updated_at,
      closed_at, key, id, workspace, title, client, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    """
  static let update = """
    UPDATE session SET executed_flow_id = ?, last_used_flow_id = ?, provider_id = ?, model_id = ?, mode = ?,
      revision = ?, updated_at = ?, closed_at = ? WHERE key = ?
    """
  static let upsertSelection = """
    INSERT INTO workspace (path, selected_session) VALUES (?, ?)
      ON CONFLICT (path) DO UPDATE SET selected_session = excluded.selected_session
    """
  static let columns = """
    s.key, s.id, s.workspace, s.title, s.client, s.executed_flow_id, s.last_used_flow_id, s.provider_id, s.model_id,
    s.mode, s.revision, s.created_at, s.updated_at, s.closed_at
    """

  static func bindChanged(_ record: SessionRecord, to statement: Statement) -> Statement {
    statement.bind(record.meta.executedFlowID).bind(record.meta.lastUsedFlowID).bind(record.meta.providerID)
      .bind(record.meta.modelID).bind(record.meta.mode.rawValue).bind(Int64(record.meta.revision))
      .bind(record.meta.updatedAt).bind(record.closedAt).bind(record.key)
  }

  static func bindNew(_ record: SessionRecord, to statement: Statement) -> Statement {
    bindChanged(record, to: statement).bind(record.meta.sessionID.uuid).bind(record.meta.workspace)
      .bind(record.meta.title).bind(record.client).bind(record.meta.createdAt)
  }

  /// Reads `columns` from column 0 on.
  static func record(_ row: Statement) -> SessionRecord {
    SessionRecord(
      key: row.int64(0),
      meta: SessionMeta(
        sessionID: SessionID(row.uuid(1)), workspace: row.text(2), title: row.text(3), executedFlowID: row.text(5),
        lastUsedFlowID: row.text(6), providerID: row.text(7), modelID: row.text(8),
        mode: RunMode(rawValue: row.int(9)) ?? .interactive, revision: UInt64(row.int64(10)),
        createdAt: row.timestamp(11), updatedAt: row.timestamp(12)),
      client: row.text(4), closedAt: row.optionalTimestamp(13))
  }
}
