internal import FlowdEngine
internal import FlowdModel
internal import FlowdWire

extension Daemon {
  /// `session.getCurrentMeta` of a session in memory whose state is durable: the call that editors make most.
  ///
  /// It answers from the encoded reply that is kept with the lane. Anything unusual goes the general way.
  ///
  /// - Returns: Whether the call was answered.
  @inline(__always)
  func answerMetaRead(_ envelope: RequestEnvelope, _ connection: Connection, _ stream: UInt32) -> Bool {
    guard envelope.timeoutNanoseconds == 0, let id = MetaRead.session(envelope), !isDraining,
      let lane = engine.readableLane(id)
    else { return false }
    if lane.cachedReply.isEmpty {
      guard let state = lane.state else { return false }
      lane.cachedReply = encode(
        .currentMeta(state.meta, activeRun: state.activeRun?.view, sequence: state.eventSequence))
    }
    ResponseFrame.append(payload: lane.cachedReply, stream: stream, to: &connection.output)
    return true
  }

  func getCurrentMeta(_ request: API.SessionServiceGetCurrentMetaRequest, _ call: Call) throws(Refusal) {
    switch request.target {
    case .sessionID(let id): submit(.getCurrentMeta, call, to: .session(try Fields.session(id)))
    case .workspace(let path):
      submit(.getCurrentMeta, call, to: .workspace(try Fields.absolutePath(path, "workspace")))
    case nil: throw .invalid(field: "session_id", "is empty; name a session or a workspace")
    }
  }
}
