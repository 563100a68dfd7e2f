/// One thing wrong with a file, and where.
package struct Diagnostic: Error, Equatable, Sendable, CustomStringConvertible {
  package enum Severity: String, Equatable, Sendable {
    case error, warning
  }

  package var severity: Severity
  package var file: String
  /// From 1; 0 when the whole file is meant.
  package var line: Int
  /// From 1, in characters (Unicode scalars); 0 when the whole line is meant.
  package var column: Int
  /// What was found and what was expected, in one sentence.
  package var message: String

  package init(
    severity: Severity = .error, file: String, line: Int = 0, column: Int = 0, message: String
  ) {
    self.severity = severity
    self.file = file
    self.line = line
    self.column = column
    self.message = message
  }

  /// `file:line:column: error: message`, as compilers print it, so that editors can jump there.
  package var description: String {
    let place = line == 0 ? file : column == 0 ? "\(file):\(line)" : "\(file):\(line):\(column)"
    return "\(place): \(severity.rawValue): \(message)"
  }
}
