/// A Lua 5.4 expression as a flow file has it between `${{` and `}}`, and where it stands.
package struct Expression: Equatable, Sendable {
  /// Without the braces; not empty.
  package var source: String
  /// Of its first character in the flow file, from 1; 0 when it is not known.
  package var line: Int
  /// Names of the scope that it may read, so that the values are kept for it.
  package var reads: ExpressionReads

  package init(_ source: String, line: Int = 0, reads: ExpressionReads = ExpressionReads()) {
    self.source = source
    self.line = line
    self.reads = reads
  }
}

/// What an expression mentions, found without evaluating it.
package struct ExpressionReads: Equatable, Sendable {
  /// Indices of the steps it names, ascending.
  package var steps: [Int]
  /// It computes the name of a step (`steps[x]`), so it may read any.
  package var readsAnyStep: Bool
  /// It asks how the run goes with `always()`, `failure()` or `cancelled()`.
  package var asksForStatus: Bool

  package init(steps: [Int] = [], readsAnyStep: Bool = false, asksForStatus: Bool = false) {
    self.steps = steps
    self.readsAnyStep = readsAnyStep
    self.asksForStatus = asksForStatus
  }
}
