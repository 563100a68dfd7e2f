internal import FlowdClient
internal import FlowdWire

extension Context {
  /// A run with all its steps, in as many calls as it takes.
  func wholeRun(_ id: String, includeOutput: Bool = false) throws(CLIError) -> API.Run {
    let request = API.FlowServiceGetRunRequest(runID: id, includeOutput: includeOutput)
    let response = try call(API.FlowGetRun.self, request)
    return try completed(response.run ?? API.Run(), response.nextStepPageToken, includeOutput: includeOutput)
  }

  /// Adds the steps that an answer had no room for.
  func completed(_ run: API.Run, _ token: String, includeOutput: Bool = false) throws(CLIError) -> API.Run {
    var pages = RunPages(run, next: token, includeOutput: includeOutput)
    while let request = pages.request { pages.take(try call(API.FlowGetRun.self, request)) }
    return pages.run
  }
}
