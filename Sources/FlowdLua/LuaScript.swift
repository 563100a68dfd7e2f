package import FlowdModel

/// Runs the scripts of `script` steps.
package enum LuaScript {
  /// Runs a script in a sandbox of its own. Blocks; for a thread that may.
  ///
  /// - Parameters:
  ///   - read: Called on the same thread for what the script reads of earlier steps and did not come with it.
  ///   - isCancelled: Asked now and then while the script runs, on the same thread.
  /// - Returns: What the script returned; `null` for nothing.
  /// - Throws: `.failed` when it was cancelled, too.
  package static func run(
    _ request: ScriptRequest, limits: LuaLimits, read: @escaping OutputReader, isCancelled: @Sendable () -> Bool
  ) throws(ExpressionError) -> JSONValue {
    let sandbox = try LuaSandbox(limits, forScripts: true)
    let result = withoutActuallyEscaping(isCancelled) { isCancelled in
      let scope = ScriptScope(request, read)
      let host = LuaHost(scope, isCancelled: isCancelled)
      let (outcome, line) = sandbox.run(request.source, host: host)
      return Result { () throws(ExpressionError) in
        try value(of: outcome, host: host, line: SourceLine.of(line, first: request.firstLine))
      }.mapError { explained($0, scope.readBytes, limits) }
    }
    return try result.get() ?? .null
  }

  /// What a script that reads much has used up its memory or its instructions for.
  private static func explained(_ error: ExpressionError, _ readBytes: Int, _ limits: LuaLimits) -> ExpressionError {
    guard error.kind == .exhausted, readBytes > limits.memoryBytes / 2 else { return error }
    var error = error
    let (read, room) = (ByteCountText.describe(readBytes), ByteCountText.describe(limits.memoryBytes))
    error.message += " (it has read \(read) of the results of steps, and has room for \(room))"
    return error
  }
}

/// What a script can read: the values that came with it, and what the store has of earlier steps, one step at a time.
private final class ScriptScope: ExpressionScope {
  private let request: ScriptRequest
  private let read: OutputReader
  /// Most scripts read several fields of a step before they go on to the next.
  private var last: (output: StepResults.Output, value: StepOutput)?
  /// Of the values that were read so far, together.
  private(set) var readBytes = 0
  /// Of the list whose elements were read last.
  private var lastItems: (step: String, items: [JSONValue])?

  init(_ request: ScriptRequest, _ read: @escaping OutputReader) {
    self.request = request
    self.read = read
  }

  var names: [String] { request.values.map(\.name) }
  var stepIDs: [String] { request.steps.map(\.id) }
  var now: Timestamp { request.now }
  var progress: RunProgress { request.progress }

  func value(of name: String) -> JSONValue? { request.values.first { $0.name == name }?.value }

  func shape(of step: String) -> StepShape? {
    self.step(step).map { $0.children.map { .list(count: $0.count) } ?? .single }
  }

  func field(_ name: String, of id: String, child: Int?) throws(ExpressionError) -> JSONValue? {
    guard let step = step(id) else { return nil }
    guard let child else { return try value(of: name, step.results, step) }
    guard let children = step.children, children.indices.contains(child) else { return nil }
    guard name == ScopeNames.item else { return try value(of: name, children[child], step) }
    let items = try items(of: step)
    return items.indices.contains(child) ? items[child] : nil
  }

  func fieldNames(of step: String) -> [String] { self.step(step)?.fieldNames ?? [] }

  private func step(_ id: String) -> ReadableStep? { request.steps.first { $0.id == id } }

  private func value(
    of name: String, _ results: StepResults, _ step: ReadableStep
  ) throws(ExpressionError) -> JSONValue? {
    let value = try results.value(of: name, kind: step.kind, outputNames: step.outputNames) {
      () throws(ExpressionError) in try output(results.output)
    }
    readBytes += value?.memoryBytes ?? 0
    return value
  }

  private func items(of step: ReadableStep) throws(ExpressionError) -> [JSONValue] {
    if let items = step.items { return items }
    if let lastItems, lastItems.step == step.id { return lastItems.items }
    let items = try output(step.results.output).details.items ?? []
    lastItems = (step.id, items)
    return items
  }

  private func output(_ output: StepResults.Output) throws(ExpressionError) -> StepOutput {
    switch output {
    case .none: return StepOutput()
    case .inMemory(let value): return value
    case .stored(let run, let step):
      if let last, last.output == output { return last.value }
      last = nil
      let value = try read(run, step)
      last = (output, value)
      return value
    }
  }
}
