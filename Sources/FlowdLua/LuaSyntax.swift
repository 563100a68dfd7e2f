package import FlowdModel

/// Checks Lua without running it.
package enum LuaSyntax {
  /// - Parameter line: Of the expression in the flow file, from 1; 0 when it is not known.
  /// - Returns: The first mistake; `nil` when it is one expression.
  package static func check(expression: String, line: Int) -> ExpressionError? { nil }

  /// - Parameter firstLine: Of the script in the flow file, from 1; 0 when it is not known.
  /// - Returns: The first mistake; `nil` when it is a chunk.
  package static func check(script: String, firstLine: Int) -> ExpressionError? { nil }
}
