package import FlowdModel

/// Evaluates expressions with Lua 5.4, in a sandbox. Used by one thread at a time.
///
/// A Lua state and the compiled expressions are kept between evaluations. Nothing else is: what code can reach is
/// either made anew for it or cannot be changed.
package final class LuaEvaluator: ExpressionEvaluator {
  /// Made when it is first needed, and again when it holds many expressions.
  private final class State {
    let sandbox: LuaSandbox

    init(_ limits: LuaLimits) throws(ExpressionError) {
      sandbox = try LuaSandbox(limits, forScripts: false)
    }
  }

  private let limits: LuaLimits
  /// `nil` also while it is in use: a scope's value may be an expression of its own.
  private var state: State?

  package init(limits: LuaLimits = .expression) { self.limits = limits }

  /// Expressions that are kept compiled.
  package var compiledCount: Int { state?.sandbox.compiledCount ?? 0 }

  package func evaluate(
    _ expression: Expression, in scope: any ExpressionScope
  ) throws(ExpressionError) -> JSONValue? {
    let state: State
    if let kept = self.state, kept.sandbox.compiledCount < Limits.compiledExpressionsMax {
      state = kept
    } else {
      state = try State(limits)
    }
    self.state = nil
    defer { self.state = state }
    let host = LuaHost(scope)
    let (outcome, line) = state.sandbox.run(expression.source, host: host)
    return try value(of: outcome, host: host, line: SourceLine.of(line, first: expression.line))
  }
}

/// What an outcome gives its caller.
func value(of outcome: LuaSandbox.Outcome, host: LuaHost, line: Int) throws(ExpressionError) -> JSONValue? {
  switch outcome {
  case .value(let value): return value
  case .none: return nil
  case .failed(let kind, let message): throw ExpressionError(kind, host.explained(message), line: line)
  case .halted:
    guard var error = host.thrown else { throw ExpressionError(.failed, "it was stopped", line: line) }
    if error.line == 0 { error.line = line }
    throw error
  }
}

/// Lines of sources in the flow file.
enum SourceLine {
  /// - Parameters:
  ///   - line: Of the source, from 1; 0 when it is not known.
  ///   - first: Where the source begins in the flow file; 0 when it is not known.
  static func of(_ line: Int, first: Int) -> Int { first > 0 ? first + max(line, 1) - 1 : 0 }
}
