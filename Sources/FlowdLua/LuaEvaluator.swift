package import FlowdModel

/// Evaluates expressions with Lua 5.4, in a sandbox.
package final class LuaEvaluator: ExpressionEvaluator {
  private let limits: LuaLimits

  package init(limits: LuaLimits = .expression) { self.limits = limits }

  package func evaluate(
    _ expression: Expression, in scope: any ExpressionScope
  ) throws(ExpressionError) -> JSONValue? {
    throw ExpressionError(.failed, "expressions are not built yet", line: expression.line)
  }
}
