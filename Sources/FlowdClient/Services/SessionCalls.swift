public import FlowdWire

extension FlowdClient {
  public var session: SessionCalls { SessionCalls(client: self) }
}

/// The calls of `flowd.v1.SessionService`.
public struct SessionCalls: Sendable {
  let client: FlowdClient

  /// Opens a session and makes it the selected one of its workspace.
  ///
  /// - Parameter workspace: An absolute path.
  public func new(
    workspace: String, title: String = "", from: String = "", client name: String = ""
  ) async throws(ClientError) -> API.SessionMeta {
    let request = API.SessionServiceNewRequest(workspace: workspace, title: title, fromSessionID: from, client: name)
    return try present(try await client.call(API.SessionNew.self, request).meta)
  }

  public func select(_ sessionID: String) async throws(ClientError) -> API.SessionMeta {
    try present(try await client.call(API.SessionSelect.self, .init(sessionID: sessionID)).meta)
  }

  /// One page of sessions, newest first.
  ///
  /// - Parameter workspace: Empty: of all.
  public func list(
    workspace: String = "", pageSize: UInt32 = 0, pageToken: String = "", includeClosed: Bool = false
  ) async throws(ClientError) -> API.SessionServiceListResponse {
    let request = API.SessionServiceListRequest(
      workspace: workspace, pageSize: pageSize, pageToken: pageToken, includeClosed: includeClosed)
    return try await client.call(API.SessionList.self, request)
  }

  public func close(_ sessionID: String, cancelActive: Bool = false) async throws(ClientError) -> API.SessionMeta {
    let request = API.SessionServiceCloseRequest(sessionID: sessionID, cancelActive: cancelActive)
    return try present(try await client.call(API.SessionClose.self, request).meta)
  }

  /// Metadata and active run of a session, or of a workspace's selected session.
  public func currentMeta(
    _ target: API.SessionServiceGetCurrentMetaRequest.Target
  ) async throws(ClientError) -> API.SessionServiceGetCurrentMetaResponse {
    try await client.call(API.SessionGetCurrentMeta.self, .init(target: target))
  }

  public func setExecutedFlow(
    _ sessionID: String, flow: String, expected: API.ExpectedMeta? = nil
  ) async throws(ClientError) -> API.SessionMeta {
    let request = API.SessionServiceSetExecutedFlowRequest(sessionID: sessionID, flowID: flow, expected: expected)
    return try present(try await client.call(API.SessionSetExecutedFlow.self, request).meta)
  }

  public func setProviderModel(
    _ sessionID: String, provider: String, model: String, expected: API.ExpectedMeta? = nil
  ) async throws(ClientError) -> API.SessionMeta {
    let request = API.SessionServiceSetProviderModelRequest(
      sessionID: sessionID, providerID: provider, modelID: model, expected: expected)
    return try present(try await client.call(API.SessionSetProviderModel.self, request).meta)
  }

  public func setMode(
    _ sessionID: String, mode: API.RunMode, expected: API.ExpectedMeta? = nil
  ) async throws(ClientError) -> API.SessionMeta {
    let request = API.SessionServiceSetModeRequest(sessionID: sessionID, mode: mode, expected: expected)
    return try present(try await client.call(API.SessionSetMode.self, request).meta)
  }
}

/// A part of a reply that the contract promises.
func present<Part>(_ part: Part?) throws(ClientError) -> Part {
  guard let part else { throw .malformedReply("it lacks its \(Part.self)") }
  return part
}
