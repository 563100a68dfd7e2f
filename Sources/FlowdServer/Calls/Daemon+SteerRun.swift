internal import FlowdEngine
internal import FlowdModel
internal import FlowdWire

/// `flow.answer`, `flow.pause`, `flow.resume` and `flow.rerun`: through the lane of the run's session.
extension Daemon {
  func answerInput(_ request: API.FlowServiceAnswerRequest, _ call: Call) throws(Refusal) {
    let run = try Fields.run(request.runID)
    try Fields.optional(request.stepID, "step_id", bytesMax: Limits.idBytesMax)
    try Fields.optional(request.inputID, "input_id", bytesMax: Limits.idBytesMax * 2)
    guard request.value.count <= Limits.resultBytesMax else {
      throw .invalid(
        field: "value", "takes \(request.value.count) bytes; at most \(Limits.resultBytesMax) are allowed")
    }
    var answer = AnswerRequest(run: run, step: request.stepID, input: request.inputID)
    if !request.value.isEmpty {
      do {
        answer.value = try JSONValue(parsing: request.value)
      } catch {
        throw .invalid(field: "value", "is not JSON: \(error)")
      }
    }
    submit(.answer(answer), call, toSessionOf: run)
  }

  func pauseRun(_ request: API.FlowServicePauseRequest, _ call: Call) throws(Refusal) {
    let run = try Fields.run(request.runID)
    submit(.pause(run), call, toSessionOf: run)
  }

  func resumeRun(_ request: API.FlowServiceResumeRequest, _ call: Call) throws(Refusal) {
    let run = try Fields.run(request.runID)
    submit(.resume(run, stepByStep: request.stepByStep), call, toSessionOf: run)
  }

  func rerunRun(_ request: API.FlowServiceRerunRequest, _ call: Call) throws(Refusal) {
    let run = try Fields.run(request.runID)
    try Fields.optional(request.requestID, "request_id", bytesMax: Limits.requestIDBytesMax)
    try Fields.optional(request.fromStepID, "from_step_id", bytesMax: Limits.idBytesMax)
    let start = StartRequest(
      requestID: request.requestID, expected: try Fields.expectation(request.expected),
      ifActive: try Fields.ifActive(request.ifActive), environment: try Fields.environment(request.env),
      umask: try Fields.umask(request.umask))
    let rerun = RerunRequest(
      run: run, fromStep: request.fromStepID, reuseSucceeded: request.reuseSucceeded, start: start)
    submit(.rerun(rerun), call, toSessionOf: run)
  }
}
