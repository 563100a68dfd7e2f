package import FlowdModel

/// Checks many expressions, as those of a flow file, without running them. Used by one thread at a time.
package final class LuaChecker {
  /// Source that was compiled stays in a state until it is left.
  private final class State {
    let sandbox: LuaSandbox
    private let emptyBytes: Int

    init() throws(ExpressionError) {
      sandbox = try LuaSandbox(.expression, forScripts: false)
      emptyBytes = sandbox.memoryBytes
    }

    var isWorn: Bool { sandbox.memoryBytes - emptyBytes > 1_048_576 }
  }

  private var state: State?

  package init() {}

  /// - Parameter line: Of the expression in the flow file, from 1; 0 when it is not known.
  /// - Returns: The first mistake; `nil` when it is one expression.
  package func check(expression: String, line: Int) -> ExpressionError? {
    do throws(ExpressionError) {
      let state: State = if let kept = self.state { kept } else { try State() }
      self.state = nil
      let mistake = state.sandbox.check(expression)
      if !state.isWorn { self.state = state }
      guard let mistake else { return nil }
      return ExpressionError(.syntax, mistake.message, line: SourceLine.of(mistake.line, first: line))
    } catch {
      return error
    }
  }
}
