/// A Lua 5.4 expression as a flow file has it between `${{` and `}}`, and where it stands.
package struct Expression: Equatable, Sendable {
  /// Without the braces; not empty.
  package var source: String
  /// Of its first character in the flow file, from 1; 0 when it is not known.
  package var line: Int
  /// Names of the scope that it may read, so that the values are kept for it.
  package var reads: ExpressionReads
  /// The names of an expression that only follows them, such as `inputs.size`: no code has to run for it.
  package let path: [String]?

  package init(_ source: String, line: Int = 0, reads: ExpressionReads = ExpressionReads()) {
    self.source = source
    self.line = line
    self.reads = reads
    path = Expression.path(of: source)
  }

  private static func path(of source: String) -> [String]? {
    let names = source.split(separator: ".", omittingEmptySubsequences: false)
    guard names.count > 1, names.allSatisfy({ isName($0.utf8) }) else { return nil }
    return names.map(String.init)
  }

  private static func isName(_ name: Substring.UTF8View) -> Bool {
    guard let first = name.first, !(0x30...0x39).contains(first) else { return false }
    return name.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x5F
    }
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
