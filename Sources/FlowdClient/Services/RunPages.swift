package import FlowdWire

/// Puts a run together that has more steps than fit into an answer.
package struct RunPages: Sendable {
  package private(set) var run: API.Run
  /// What to ask for next; `nil` once everything is there.
  package private(set) var request: API.FlowServiceGetRunRequest?

  /// - Parameters:
  ///   - run: As the first answer has it.
  ///   - next: The token that came with it; empty: it is whole.
  package init(_ run: API.Run, next: String, includeOutput: Bool) {
    self.run = run
    guard !next.isEmpty else { return }
    request = .init(runID: run.runID, includeOutput: includeOutput, stepPageToken: next)
  }

  package mutating func take(_ page: API.FlowServiceGetRunResponse) {
    let steps = page.run?.steps ?? []
    run.steps += steps
    // A daemon that does not go on would be asked for ever.
    if page.nextStepPageToken.isEmpty || steps.isEmpty {
      request = nil
    } else {
      request?.stepPageToken = page.nextStepPageToken
    }
  }
}
