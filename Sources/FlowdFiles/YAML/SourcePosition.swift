/// A place in a file.
package struct SourcePosition: Equatable, Comparable, Sendable {
  /// From 1.
  package var line: Int32
  /// From 1, in characters (Unicode scalars).
  package var column: Int32

  package init(line: Int, column: Int) {
    self.line = Int32(clamping: line)
    self.column = Int32(clamping: column)
  }

  /// The first character of a file.
  package static let start = SourcePosition(line: 1, column: 1)

  package static func < (left: SourcePosition, right: SourcePosition) -> Bool {
    left.line != right.line ? left.line < right.line : left.column < right.column
  }
}
