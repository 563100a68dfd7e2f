/// A step of the flow as a script reads it: `steps.ID`.
package struct ReadableStep: Equatable, Sendable {
  package var id: String
  /// The `uses` value.
  package var kind: String
  /// What the step declares under `outputs`.
  package var outputNames: [String]
  package var results: StepResults
  /// Of a `foreach` step.
  package var children: [StepResults]?
  /// Of the same: what its list holds; `nil`: it is with the step's output.
  package var items: [JSONValue]?

  package init(
    id: String, kind: String, outputNames: [String] = [], results: StepResults, children: [StepResults]? = nil,
    items: [JSONValue]? = nil
  ) {
    self.id = id
    self.kind = kind
    self.outputNames = outputNames
    self.results = results
    self.children = children
    self.items = items
  }

  package var fieldNames: [String] {
    ScopeNames.fields(of: kind) + (children == nil ? [] : [ScopeNames.item])
  }
}

/// What may be read of a step, or of one child of a `foreach` step.
package struct StepResults: Equatable, Sendable {
  /// Where to find what it produced.
  package enum Output: Equatable, Sendable {
    case none
    indirect case inMemory(StepOutput)
    /// In the store, perhaps as another run's that it was taken over from.
    case stored(run: Int64, step: Int)
  }

  package var status: StepStatus
  package var error: String?
  package var attempt: Int
  package var exitCode: Int32?
  package var childRun: RunID?
  /// The reference that stands for a secret answer.
  package var secret: String?
  package var output: Output

  package init(_ record: StepRecord, secret: String? = nil, output: Output = .none) {
    status = record.status
    error = record.error?.message
    attempt = record.attempt
    exitCode = record.exitCode
    childRun = record.childRun
    self.secret = secret
    self.output = output
  }

  /// The value of a field; of a step that is not settled, or was not run, an empty one.
  ///
  /// - Parameters:
  ///   - kind: The `uses` value.
  ///   - outputNames: What the step declares under `outputs`; one that has no value, because the step was not run, is null.
  ///   - output: Gives what the step produced; called when the field is part of that.
  /// - Returns: `nil` when steps of the kind have no such field.
  package func value(
    of name: String, kind: String, outputNames: some Sequence<String>, output: () throws(ExpressionError) -> StepOutput
  ) throws(ExpressionError) -> JSONValue? {
    guard ScopeNames.fields(of: kind).contains(name) else { return nil }
    switch name {
    case "status": return .string(status.name)
    case "error": return error.map(JSONValue.string) ?? .null
    case "attempt": return .number(String(attempt))
    case "exit": return exitCode.map { .number(String($0)) } ?? .null
    case "run_id": return childRun.map { .string($0.description) } ?? .null
    case "result", "value":
      if let secret { return .string(secret) }
    default: break
    }
    return try output().value(of: name, outputNames: outputNames)
  }
}

extension StepOutput {
  /// The value of a field of a step that is a part of what the step produced.
  fileprivate func value(of name: String, outputNames: some Sequence<String>) -> JSONValue? {
    switch name {
    case "stdout", "text": .string(String(decoding: stdout, as: UTF8.self))
    case "stderr": .string(String(decoding: stderr, as: UTF8.self))
    case "truncated": .bool(stdoutTruncated || stderrTruncated)
    case "report": .string(details.report ?? "")
    case "outputs":
      .object(
        details.outputs
          + outputNames.filter { name in !details.outputs.contains { $0.name == name } }.map { .init($0, .null) })
    case "response": details.exchange?.value(body: stdout, isWhole: !stdoutTruncated) ?? .null
    case "model": .string(details.agent?.model ?? "")
    case "provider": .string(details.agent?.provider ?? "")
    case "usage": details.agent?.usage ?? .null
    case "partial": .bool(details.agent?.isPartial ?? false)
    case "result", "value": details.result ?? .null
    default: nil
    }
  }
}

/// Reads what a step produced from the store; blocks.
///
/// - Parameters:
///   - run: The key of the run that it is stored under, and the step's index there.
/// - Throws: `.failed` when it cannot be read.
package typealias OutputReader = @Sendable (_ run: Int64, _ step: Int) throws(ExpressionError) -> StepOutput
