public import FlowdWire

extension FlowdClient {
  public var flow: FlowCalls { FlowCalls(client: self) }
}

/// The calls of `flowd.v1.FlowService`.
public struct FlowCalls: Sendable {
  let client: FlowdClient

  /// Starts what the session holds.
  ///
  /// Without a `requestID` in the request a new one is made, so that a repeat after a broken connection starts nothing twice.
  public func start(_ request: API.FlowServiceStartRequest) async throws(ClientError) -> API.FlowServiceStartResponse {
    try await client.call(API.FlowStart.self, request)
  }

  /// Asks a run to end.
  ///
  /// - Parameter run: Empty: the session's active one.
  public func cancel(
    session: String, run: String = "", mode: API.CancelMode = .graceful
  ) async throws(ClientError) -> API.FlowServiceCancelResponse {
    try await client.call(API.FlowCancel.self, .init(sessionID: session, runID: run, mode: mode))
  }

  /// - Parameter value: JSON.
  public func answer(
    run: String, step: String, input: String, value: [UInt8]
  ) async throws(ClientError) -> API.Run {
    let request = API.FlowServiceAnswerRequest(runID: run, stepID: step, inputID: input, value: value)
    return try present(try await client.call(API.FlowAnswer.self, request).run)
  }

  public func pause(run: String) async throws(ClientError) -> API.Run {
    try present(try await client.call(API.FlowPause.self, .init(runID: run)).run)
  }

  public func resume(run: String) async throws(ClientError) -> API.Run {
    try present(try await client.call(API.FlowResume.self, .init(runID: run)).run)
  }

  public func rerun(run: String, from step: String = "") async throws(ClientError) -> API.Run {
    try present(try await client.call(API.FlowRerun.self, .init(runID: run, fromStepID: step)).run)
  }

  public func getRun(_ run: String, includeOutput: Bool = false) async throws(ClientError) -> API.Run {
    try present(try await client.call(API.FlowGetRun.self, .init(runID: run, includeOutput: includeOutput)).run)
  }

  /// One page of runs, newest first.
  public func listRuns(
    _ request: API.FlowServiceListRunsRequest
  ) async throws(ClientError) -> API.FlowServiceListRunsResponse {
    try await client.call(API.FlowListRuns.self, request)
  }

  public func exportRun(_ run: String) async throws(ClientError) -> API.FlowServiceExportRunResponse {
    try await client.call(API.FlowExportRun.self, .init(runID: run))
  }

  public func list(workspace: String) async throws(ClientError) -> [API.FlowSummary] {
    try await client.call(API.FlowList.self, .init(workspace: workspace)).flows
  }

  public func get(_ flow: String, workspace: String) async throws(ClientError) -> API.FlowServiceGetResponse {
    try await client.call(API.FlowGet.self, .init(workspace: workspace, flowID: flow))
  }

  public func validate(
    _ request: API.FlowServiceValidateRequest
  ) async throws(ClientError) -> API.FlowServiceValidateResponse {
    try await client.call(API.FlowValidate.self, request)
  }
}
