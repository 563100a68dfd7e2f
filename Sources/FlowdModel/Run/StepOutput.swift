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

  /// What it takes in the store.
  package var byteCount: Int { stdout.count + stderr.count + details.byteCount }

  /// About what it takes in memory.
  package var memoryBytes: Int { stdout.count + stderr.count + details.memoryBytes }

  /// How long standard output or the body is when only its beginning is kept; 0: that is not known.
  package var cutStdoutBytes: Int? {
    stdoutTruncated ? details.exchange?.bodyBytes ?? details.written?.stdout ?? 0 : nil
  }

  /// The same of standard error.
  package var cutStderrBytes: Int? { stderrTruncated ? details.written?.stderr ?? 0 : nil }

  /// What is to be said where the whole of a text is needed of which only the beginning is kept.
  ///
  /// - Parameter byteCount: Of the whole; 0: it is not known.
  package static func notice(ofCut byteCount: Int) -> String {
    let kept = ByteCountText.describe(Limits.capturedOutputBytesMax)
    return "only the first \(kept) of \(byteCount > 0 ? "\(byteCount) bytes" : "it") is kept"
  }

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
  /// Of a command that wrote more than is kept.
  package var written: WrittenBytes?

  package init(
    result: JSONValue? = nil, outputs: [JSONValue.Member] = [], checks: [CheckResult] = [], items: [JSONValue]? = nil,
    report: String? = nil, exchange: HTTPExchange? = nil, agent: AgentUse? = nil,
    written: WrittenBytes? = nil
  ) {
    self.result = result
    self.outputs = outputs
    self.checks = checks
    self.items = items
    self.report = report
    self.exchange = exchange
    self.agent = agent
    self.written = written
  }
}

/// How much a command wrote.
package struct WrittenBytes: Equatable, Sendable {
  package var stdout: Int
  package var stderr: Int

  package init(stdout: Int, stderr: Int) {
    self.stdout = stdout
    self.stderr = stderr
  }
}
