package import FlowdModel

extension Engine {
  /// `session.new`: opens a session and selects it.
  ///
  /// - Returns: The answer and the new session's lane; `nil` while the session to inherit from is being loaded.
  func open(_ request: NewSession, _ lane: SessionLane) throws(Refusal) -> (Reply, SessionLane)? {
    guard let selected = selection(of: request.workspace, lane) else { return nil }
    let source = (request.from ?? selected).flatMap { lanes[$0]?.state }
    let defaults = transaction.config.defaults
    let meta = SessionMeta(
      sessionID: SessionID(transaction.makeUUID()), workspace: request.workspace, title: request.title,
      executedFlowID: source?.meta.executedFlowID ?? defaults.flow ?? "", lastUsedFlowID: "",
      providerID: source?.meta.providerID ?? defaults.provider ?? "",
      modelID: source?.meta.modelID ?? defaults.model ?? "",
      mode: source?.meta.mode ?? defaults.mode ?? .interactive, revision: 1, createdAt: transaction.now,
      updatedAt: transaction.now)
    let record = SessionRecord(key: transaction.makeSessionKey(), meta: meta, client: request.client)
    let state = SessionState(record: record, eventSequence: 0, runs: [])
    let opened = self.lane(.session(meta.sessionID))
    opened.state = state
    transaction.batch.write(record, isNew: true)
    state.emit(.sessionMetaChanged(meta), transaction)
    makeSelected(state)
    return (.meta(meta), opened)
  }

  /// `session.select`; selecting the selected session changes nothing.
  func select(_ state: SessionState, _ lane: SessionLane) throws(Refusal) -> Reply? {
    try state.requireOpen()
    guard let selected = selection(of: state.meta.workspace, lane) else { return nil }
    if selected != state.meta.sessionID { makeSelected(state) }
    return .meta(state.meta)
  }

  /// `session.close`; a closed session is nobody's selection.
  func close(_ state: SessionState, cancelActive: Bool, _ lane: SessionLane) throws(Refusal) -> Reply? {
    guard let selected = selection(of: state.meta.workspace, lane) else { return nil }
    let wasOpen = state.record.closedAt == nil
    let reply = try state.close(cancelActive: cancelActive, transaction)
    if wasOpen, selected == state.meta.sessionID {
      let workspace = ExactName(state.meta.workspace)
      selections[workspace] = .some(nil)
      transaction.batch.selections.updateValue(nil, forKey: workspace)
      // A call that finds no selection tells of this close, so its answer waits for it.
      self.lane(.workspace(state.meta.workspace)).changedIn = transaction.batch.number
    }
    return reply
  }

  /// Closes an open session without runs that was not touched since a time; another one stays as it is.
  func archive(_ state: SessionState, untouchedSince since: Timestamp, _ lane: SessionLane) throws(Refusal) -> Reply? {
    guard state.record.closedAt == nil, state.runs.isEmpty, state.meta.updatedAt < since else { return .settled }
    guard let reply = try close(state, cancelActive: false, lane) else { return nil }
    state.record.archivedAt = transaction.now
    transaction.batch.write(state.record)
    return reply
  }

  /// Drops a session from memory that is about to be deleted, and takes it in no more: what is being read of it now may be
  /// older than its deletion.
  ///
  /// - Returns: Whether nobody uses it.
  package func release(_ id: SessionID) -> Bool {
    if let lane = lanes[id] {
      guard lane.isIdle, lane.changedIn <= durableBatch else { return false }
      lanes[id] = nil
    }
    deletedSessions.insert(id)
    return true
  }

  /// A session that was released is taken in again if it is still there: it was not deleted after all, or everything that
  /// was being read when it was has arrived.
  package func admitAgain(_ id: SessionID) { deletedSessions.remove(id) }

  private func makeSelected(_ state: SessionState) {
    selections[ExactName(state.meta.workspace)] = .some(state.meta.sessionID)
    transaction.batch.selections.updateValue(state.record.key, forKey: ExactName(state.meta.workspace))
    state.emit(.sessionSelected(state.meta), transaction)
  }
}
