internal import FlowdModel
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
  /// - Parameters:
  ///   - run: Empty: the session's active one.
  ///   - mode: `unspecified`: as the flow's `on-cancel` says.
  public func cancel(
    session: String, run: String = "", mode: API.CancelMode = .unspecified
  ) async throws(ClientError) -> API.FlowServiceCancelResponse {
    try await client.call(API.FlowCancel.self, .init(sessionID: session, runID: run, mode: mode))
  }

  /// Answers a question.
  ///
  /// The first valid answer counts: the same one again is `.repeated`, another one is refused.
  ///
  /// - Parameters:
  ///   - step: With `input` or instead of it names the question; neither is needed when only one waits.
  ///   - value: JSON; empty: the question's default.
  public func answer(
    run: String, step: String = "", input: String = "", value: [UInt8]
  ) async throws(ClientError) -> API.FlowServiceAnswerResponse {
    try await client.call(API.FlowAnswer.self, .init(runID: run, stepID: step, inputID: input, value: value))
  }

  /// Lets the steps in hand finish and starts no others until `resume`.
  public func pause(run: String) async throws(ClientError) -> API.Run {
    try present(try await client.call(API.FlowPause.self, .init(runID: run)).run)
  }

  /// - Parameter stepByStep: Runs one more step and pauses again.
  public func resume(run: String, stepByStep: Bool = false) async throws(ClientError) -> API.Run {
    try present(try await client.call(API.FlowResume.self, .init(runID: run, stepByStep: stepByStep)).run)
  }

  /// Runs a run that has ended again: whole, from a step, or what did not succeed.
  ///
  /// Without a `requestID` in the request a new one is made, as for `start`.
  public func rerun(_ request: API.FlowServiceRerunRequest) async throws(ClientError) -> API.FlowServiceRerunResponse {
    try await client.call(API.FlowRerun.self, request)
  }

  /// A run with all its steps, in as many calls as it takes.
  public func getRun(_ run: String, includeOutput: Bool = false) async throws(ClientError) -> API.Run {
    let first = try await client.call(API.FlowGetRun.self, .init(runID: run, includeOutput: includeOutput))
    return try await completed(try present(first.run), first.nextStepPageToken, includeOutput: includeOutput)
  }

  private func completed(
    _ run: API.Run, _ token: String, includeOutput: Bool = false
  ) async throws(ClientError) -> API.Run {
    var pages = RunPages(run, next: token, includeOutput: includeOutput)
    while let request = pages.request { pages.take(try await client.call(API.FlowGetRun.self, request)) }
    return pages.run
  }

  /// One page of runs, newest first.
  public func listRuns(
    _ request: API.FlowServiceListRunsRequest
  ) async throws(ClientError) -> API.FlowServiceListRunsResponse {
    try await client.call(API.FlowListRuns.self, request)
  }

  /// The whole execution log of a run, page by page: the first one has the run with all its steps, and
  /// its definition unless that did not fit.
  public func exportRun(_ run: String) -> AsyncThrowingStream<API.FlowServiceExportRunResponse, any Error> {
    let cursor = Locked(ExportCursor(run: run))
    return AsyncThrowingStream { [client] () async throws -> API.FlowServiceExportRunResponse? in
      guard let request = cursor.withLock({ $0.request }) else { return nil }
      var page = try await client.call(API.FlowExportRun.self, request)
      cursor.withLock { $0.take(page) }
      if let run = page.run {
        page.run = try await completed(run, page.nextStepPageToken)
        page.nextStepPageToken = ""
      }
      return page
    }
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
