internal import FlowdEngine
internal import FlowdModel
internal import FlowdWire

/// `session.new`, `select`, `close` and the metadata writes: each checks its fields and enters a lane.
extension Daemon {
  func newSession(_ request: API.SessionServiceNewRequest, _ call: Call) throws(Refusal) {
    let workspace = try Fields.absolutePath(request.workspace, "workspace")
    try Fields.optional(request.title, "title", bytesMax: Limits.titleBytesMax)
    try Fields.optional(request.client, "client", bytesMax: Limits.titleBytesMax)
    let from = request.fromSessionID.isEmpty ? nil : try Fields.session(request.fromSessionID, "from_session_id")
    let command = Command.open(
      NewSession(workspace: workspace, title: request.title, from: from, client: request.client))
    submit(command, call, to: from.map(SessionLane.Key.session) ?? .workspace(workspace))
  }

  func selectSession(_ request: API.SessionServiceSelectRequest, _ call: Call) throws(Refusal) {
    submit(.select, call, to: .session(try Fields.session(request.sessionID)))
  }

  func closeSession(_ request: API.SessionServiceCloseRequest, _ call: Call) throws(Refusal) {
    let id = try Fields.session(request.sessionID)
    submit(.close(cancelActive: request.cancelActive), call, to: .session(id))
  }

  func setExecutedFlow(_ request: API.SessionServiceSetExecutedFlowRequest, _ call: Call) throws(Refusal) {
    let id = try Fields.session(request.sessionID)
    let flow = try Fields.id(request.flowID, "flow_id")
    let expected = try Fields.expectation(request.expected)
    submit(.setExecutedFlow(flow: flow, expected: expected), call, to: .session(id))
  }

  func setProviderModel(_ request: API.SessionServiceSetProviderModelRequest, _ call: Call) throws(Refusal) {
    let id = try Fields.session(request.sessionID)
    let provider = try Fields.id(request.providerID, "provider_id")
    let model = try Fields.id(request.modelID, "model_id")
    let expected = try Fields.expectation(request.expected)
    submit(.setProviderModel(provider: provider, model: model, expected: expected), call, to: .session(id))
  }

  func setMode(_ request: API.SessionServiceSetModeRequest, _ call: Call) throws(Refusal) {
    let id = try Fields.session(request.sessionID)
    let mode = try Fields.mode(request.mode)
    submit(.setMode(mode, expected: try Fields.expectation(request.expected)), call, to: .session(id))
  }
}
