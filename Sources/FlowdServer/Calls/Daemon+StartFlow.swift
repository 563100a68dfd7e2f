internal import FlowdEngine
internal import FlowdModel
internal import FlowdStore
internal import FlowdWire

extension Daemon {
  /// `flow.start`: admitted through the session's lane.
  func startFlow(_ request: API.FlowServiceStartRequest, _ call: Call) throws(Refusal) {
    let id = try Fields.session(request.sessionID)
    try Fields.optional(request.requestID, "request_id", bytesMax: Limits.requestIDBytesMax)
    let start = StartRequest(
      requestID: request.requestID, expected: try Fields.expectation(request.expected),
      inputs: try Fields.inputs(request.inputs), ifActive: try Fields.ifActive(request.ifActive),
      cwd: request.cwd.isEmpty ? "" : try Fields.absolutePath(request.cwd, "cwd"),
      environment: try Fields.environment(request.env), umask: try Fields.umask(request.umask) ?? options.umask,
      stepByStep: request.stepByStep)
    submit(.start(start), call, to: .session(id))
  }

  /// `flow.cancel`: by run, or the session's active one.
  func cancelRun(_ request: API.FlowServiceCancelRequest, _ call: Call) throws(Refusal) {
    try Fields.optional(request.requestID, "request_id", bytesMax: Limits.requestIDBytesMax)
    let mode = try Fields.cancelMode(request.mode)
    let run = request.runID.isEmpty ? nil : try Fields.run(request.runID)
    if !request.sessionID.isEmpty {
      submit(.cancel(run, mode), call, to: .session(try Fields.session(request.sessionID)))
      return
    }
    guard let run else { throw .invalid(field: "session_id", "is empty; name a session, a run, or both") }
    submit(.cancel(run, mode), call, toSessionOf: run)
  }

  /// Puts a call about a run into its session's lane.
  func submit(_ command: Command, _ call: Call, toSessionOf run: RunID) {
    if let session = engine.session(of: run) {
      submit(command, call, to: .session(session))
      return
    }
    let token = markPending(call)
    readJob(token) { reader throws(StoreError) in
      try reader.run(run)?.sessionID
    } then: { daemon, session in
      guard let session else {
        daemon.answer(token, .failure(.runNotFound(run.description)))
        return
      }
      daemon.engine.submit(command, token, to: .session(session), now: daemon.turnTime)
    }
  }
}
