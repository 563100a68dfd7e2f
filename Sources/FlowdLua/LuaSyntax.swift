package import FlowdModel

/// Checks Lua without running it.
package enum LuaSyntax {
  /// - Parameter line: Of the expression in the flow file, from 1; 0 when it is not known.
  /// - Returns: The first mistake; `nil` when it is one expression.
  package static func check(expression: String, line: Int) -> ExpressionError? {
    check(expression, .expression, forScripts: false, firstLine: line)
  }

  /// - Parameter firstLine: Of the script in the flow file, from 1; 0 when it is not known.
  /// - Returns: The first mistake; `nil` when it is a chunk.
  package static func check(script: String, firstLine: Int) -> ExpressionError? {
    check(script, .script, forScripts: true, firstLine: firstLine)
  }

  private static func check(
    _ source: String, _ limits: LuaLimits, forScripts: Bool, firstLine: Int
  ) -> ExpressionError? {
    do {
      let sandbox = try LuaSandbox(limits, forScripts: forScripts)
      guard let mistake = sandbox.check(source) else { return nil }
      return ExpressionError(.syntax, mistake.message, line: SourceLine.of(mistake.line, first: firstLine))
    } catch {
      return error
    }
  }
}
