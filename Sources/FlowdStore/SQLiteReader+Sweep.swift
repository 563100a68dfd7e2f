package import FlowdModel

extension SQLiteReader {
  package func doomedSessions() throws(StoreError) -> [Int64] {
    try connection.statement("SELECT key FROM doomed_session ORDER BY key").rows { $0.int64(0) }
  }

  package func expiredSessions(
    untouched: Timestamp, ended: Timestamp, after: Int64, limit: Int
  ) throws(StoreError) -> ExpiredSessions {
    try snapshot { reader throws(StoreError) in
      let records = try reader.connection.statement(
        """
        SELECT \(SessionTable.columns) FROM session s
          WHERE s.key > ? AND s.key NOT IN (SELECT key FROM doomed_session) ORDER BY s.key LIMIT ?
        """
      ).bind(after).bind(limit).rows(SessionTable.record)
      var found = ExpiredSessions()
      if records.count == limit { found.next = records.last?.key }
      for record in records {
        if let end = [record.closedAt, record.archivedAt].compactMap(\.self).min() {
          if end < ended, try !reader.hasRun(record.key, unfinishedOrSince: ended) { found.toDelete.append(record) }
        } else if record.meta.updatedAt < untouched, try !reader.hasRun(record.key, unfinishedOrSince: untouched) {
          found.toArchive.append(record)
        }
      }
      return found
    }
  }

  /// The newest first: of a session in use the first row decides.
  private func hasRun(_ session: Int64, unfinishedOrSince time: Timestamp) throws(StoreError) -> Bool {
    try connection.statement(
      """
      SELECT 1 FROM run WHERE session = ? AND (finished_at IS NULL OR finished_at >= ?) ORDER BY key DESC LIMIT 1
      """
    ).bind(session).bind(time).first { _ in true } ?? false
  }
}
