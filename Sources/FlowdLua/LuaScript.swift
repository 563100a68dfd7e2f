package import FlowdModel

/// Runs the scripts of `script` steps.
package enum LuaScript {
  /// Runs a script in a sandbox of its own. Blocks; for a thread that may.
  ///
  /// - Parameter isCancelled: Asked now and then while the script runs.
  /// - Returns: What the script returned; `null` for nothing.
  package static func run(
    _ request: ScriptRequest, limits: LuaLimits, isCancelled: @Sendable () -> Bool
  ) throws(ExpressionError) -> JSONValue {
    throw ExpressionError(.failed, "scripts are not built yet", line: request.firstLine)
  }
}
