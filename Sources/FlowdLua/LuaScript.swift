package import FlowdModel

/// Runs the scripts of `script` steps.
package enum LuaScript {
  /// Runs a script in a sandbox of its own. Blocks; for a thread that may.
  ///
  /// - Parameter isCancelled: Asked now and then while the script runs, on the same thread.
  /// - Returns: What the script returned; `null` for nothing.
  /// - Throws: `.failed` when it was cancelled, too.
  package static func run(
    _ request: ScriptRequest, limits: LuaLimits, isCancelled: @Sendable () -> Bool
  ) throws(ExpressionError) -> JSONValue {
    let sandbox = try LuaSandbox(limits, forScripts: true)
    let result = withoutActuallyEscaping(isCancelled) { isCancelled in
      let host = LuaHost(ScriptScope(request), isCancelled: isCancelled)
      let (outcome, line) = sandbox.run(request.source, host: host)
      return Result { () throws(ExpressionError) in
        try value(of: outcome, host: host, line: SourceLine.of(line, first: request.firstLine))
      }
    }
    return try result.get() ?? .null
  }
}

/// What a script can read: the values that were gathered for it.
private final class ScriptScope: ExpressionScope {
  private let request: ScriptRequest

  init(_ request: ScriptRequest) { self.request = request }

  var names: [String] { request.values.map(\.name) }
  var stepIDs: [String] { request.steps.map(\.name) }
  var now: Timestamp { request.now }
  var progress: RunProgress { request.progress }

  func value(of name: String) -> JSONValue? { request.values.first { $0.name == name }?.value }

  func shape(of step: String) -> StepShape? {
    switch fields(of: step) {
    case nil: nil
    case .array(let children): .list(count: children.count)
    case .null, .bool, .number, .string, .object: .single
    }
  }

  func field(_ name: String, of step: String, child: Int?) -> JSONValue? {
    guard let child else { return fields(of: step)?[name] }
    guard case .array(let children) = fields(of: step), children.indices.contains(child) else { return nil }
    return children[child][name]
  }

  func fieldNames(of step: String) -> [String] {
    switch fields(of: step) {
    case .object(let members): return members.map(\.name)
    case .array(let children):
      var names: [String] = []
      for case .object(let members) in children {
        for member in members where !names.contains(member.name) { names.append(member.name) }
      }
      return names
    case nil, .null, .bool, .number, .string: return []
    }
  }

  private func fields(of step: String) -> JSONValue? { request.steps.first { $0.name == step }?.value }
}
