/// Why bytes are not JSON, and where.
public struct JSONParseError: Error, Equatable, Sendable, CustomStringConvertible {
  /// In bytes, from 0.
  public var offset: Int
  /// From 1.
  public var line: Int
  /// From 1, in characters (Unicode scalars).
  public var column: Int
  /// What was found and what was expected.
  public var message: String

  init(_ message: String, at offset: Int, in bytes: [UInt8]) {
    self.offset = offset
    self.message = message
    line = 1
    column = 1
    for byte in bytes.prefix(offset) {
      if byte == UInt8(ascii: "\n") {
        line += 1
        column = 1
      } else if byte & 0xC0 != 0x80 {
        column += 1
      }
    }
  }

  /// `line:column: message`.
  public var description: String { "\(line):\(column): \(message)" }
}
