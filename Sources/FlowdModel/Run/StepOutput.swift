/// What a step produced, as later steps and the report see it.
package struct StepOutput: Equatable, Sendable {
  package var stdout: [UInt8]
  package var stderr: [UInt8]
  package var stdoutTruncated: Bool
  package var stderrTruncated: Bool
  package var details: StepDetails

  package init(
    stdout: [UInt8] = [], stderr: [UInt8] = [], stdoutTruncated: Bool = false, stderrTruncated: Bool = false,
    details: StepDetails = StepDetails()
  ) {
    self.stdout = stdout
    self.stderr = stderr
    self.stdoutTruncated = stdoutTruncated
    self.stderrTruncated = stderrTruncated
    self.details = details
  }

  /// About what it takes in memory.
  package var byteCount: Int { stdout.count + stderr.count + details.byteCount }

  package var isEmpty: Bool { stdout.isEmpty && stderr.isEmpty && details == StepDetails() }
}

/// The parts of a step's output that are JSON.
package struct StepDetails: Equatable, Sendable {
  /// What a script returned or a person answered.
  package var result: JSONValue?
  /// `outputs` of the flow file; of a `flow` step: its flow's.
  package var outputs: [JSONValue.Member]
  package var checks: [CheckResult]
  /// Of a `foreach` step: the list its children were made from.
  package var items: [JSONValue]?
  /// Of a `flow` step: its run's report.
  package var report: String?
  /// Of an `http` step.
  package var exchange: HTTPExchange?
  /// Of an `agent` step; while it runs: what it was given.
  package var agent: AgentUse?

  package init(
    result: JSONValue? = nil, outputs: [JSONValue.Member] = [], checks: [CheckResult] = [], items: [JSONValue]? = nil,
    report: String? = nil, exchange: HTTPExchange? = nil, agent: AgentUse? = nil
  ) {
    self.result = result
    self.outputs = outputs
    self.checks = checks
    self.items = items
    self.report = report
    self.exchange = exchange
    self.agent = agent
  }
}
