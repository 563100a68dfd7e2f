internal import FlowdEngine
internal import FlowdModel
internal import FlowdStore
internal import FlowdWire

/// `flow.getRun` and `flow.listRuns`: read from the store, so that they tell only of what is durable.
extension Daemon {
  func getRun(_ request: API.FlowServiceGetRunRequest, _ call: Call) throws(Refusal) {
    let id = try Fields.run(request.runID)
    let first = try RunPage.first(request.stepPageToken)
    let token = markPending(call)
    readJob(token) { reader throws(StoreError) -> [UInt8]? in
      guard let view = try reader.view(of: id, includeOutput: request.includeOutput, from: first) else { return nil }
      let page = RunPage(view, from: first, room: Limits.answerBytesMax - Limits.answerFieldsBytesMax)
      return API.FlowServiceGetRunResponse(run: page.run, nextStepPageToken: page.nextToken).encoded
    } then: { daemon, answer in
      guard let answer else {
        daemon.answer(token, .failure(.runNotFound(id.description)))
        return
      }
      daemon.answer(token, .success(answer))
    }
  }

  func listRuns(_ request: API.FlowServiceListRunsRequest, _ call: Call) throws(Refusal) {
    let size = try Fields.pageSize(request.pageSize)
    let before = try Fields.pageToken(request.pageToken)
    try Fields.optional(request.flowID, "flow_id", bytesMax: Limits.idBytesMax)
    var filter = RunFilter(flowID: request.flowID.isEmpty ? nil : request.flowID)
    if !request.sessionID.isEmpty { filter.session = try Fields.session(request.sessionID) }
    if !request.workspace.isEmpty { filter.workspace = try Fields.absolutePath(request.workspace, "workspace") }
    for status in request.statuses {
      guard let known = RunStatus(rawValue: Int(status.rawValue)) else {
        throw .invalid(field: "statuses", "\(status.rawValue) is no status of a run")
      }
      filter.statuses.append(known)
    }
    let token = markPending(call)
    let read: @Sendable (Daemon) -> Void = { [filter] daemon in
      daemon.readJob(token) { reader throws(StoreError) in
        try reader.runs(filter, before: before, limit: size + 1)
      } then: { daemon, records in
        var response = API.FlowServiceListRunsResponse()
        response.runs = records.prefix(size).map { record in
          var run = API.Run(record)
          run.inputs = []
          return run
        }
        if records.count > size { response.nextPageToken = String(records[size - 1].key) }
        daemon.answer(token, .success(response.encoded))
      }
    }
    guard let session = filter.session else {
      read(self)
      return
    }
    afterLane(of: session, token, read)
  }

  /// Runs something once everything that came before it in a session's lane is decided and durable.
  private func afterLane(of session: SessionID, _ token: CallToken, _ work: @escaping @Sendable (Daemon) -> Void) {
    settling[token] = work
    engine.submit(.settle, token, to: .session(session), now: turnTime)
  }
}

extension StoreReader {
  /// A run with its steps, on one snapshot.
  func view(of id: RunID, includeOutput: Bool, from first: Int? = nil) throws(StoreError) -> RunView? {
    try snapshot { reader throws(StoreError) in
      guard let record = try reader.run(id) else { return nil }
      return try reader.view(of: record, includeOutput: includeOutput, from: first)
    }
  }

  /// A run with its steps; the caller holds a snapshot.
  ///
  /// - Parameter first: The index of the step with whose output it begins; `nil`: all.
  func view(of record: RunRecord, includeOutput: Bool = false, from first: Int? = nil) throws(StoreError) -> RunView {
    var definitions = StoredDefinitions()
    let definition =
      switch try definitions.definition(of: record, self) {
      case .success(let definition): definition
      case .failure(let error): error.standIn
      }
    var bytesLeft = Limits.answerOutputBytesMax
    var view = RunView(
      record: record, definition: definition, steps: [])
    let stored = try steps(of: record.key)
    view.steps = RunView.allSteps(definition, stored)
    guard includeOutput else { return view }
    let order = view.stepOrder
    let begun = Set(stored.map(\.index))
    for index in order.drop(while: { $0 != first ?? $0 }) where begun.contains(index) {
      guard let size = try outputSize(of: record.key, step: index) else { continue }
      // What does not fit into one answer is left out and marked, and not read; `event.watch` has all of it. A short one
      // may fit after a long one did not.
      guard size <= bytesLeft, let output = try output(of: record.key, step: index) else {
        view.outputs[index] = StepOutput(stdoutTruncated: true, stderrTruncated: true)
        continue
      }
      bytesLeft -= size
      view.outputs[index] = output
    }
    return view
  }
}
