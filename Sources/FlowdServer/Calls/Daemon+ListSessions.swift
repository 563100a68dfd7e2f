internal import FlowdEngine
internal import FlowdModel
internal import FlowdStore
internal import FlowdWire

extension Daemon {
  /// `session.list`: newest first.
  func listSessions(_ request: API.SessionServiceListRequest, _ call: Call) throws(Refusal) {
    let size = try Fields.pageSize(request.pageSize)
    let before = try Fields.pageToken(request.pageToken)
    let workspace = request.workspace.isEmpty ? nil : try Fields.absolutePath(request.workspace, "workspace")
    let filter = SessionFilter(workspace: workspace, includeClosed: request.includeClosed)
    let token = markPending(call)
    readJob(token) { reader throws(StoreError) in
      try reader.sessions(filter, before: before, limit: size + 1)
    } then: { daemon, rows in
      var response = API.SessionServiceListResponse(
        sessions: rows.prefix(size).map { row in
          API.SessionListEntry(
            meta: API.SessionMeta(row.record.meta), selected: row.isSelected,
            activeRunID: row.activeRun?.description ?? "", closed: row.record.closedAt != nil,
            client: row.record.client)
        })
      if rows.count > size { response.nextPageToken = String(rows[size - 1].record.key) }
      daemon.answer(token, .success(response.encoded))
    }
  }
}
