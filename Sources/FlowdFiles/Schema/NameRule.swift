/// What a name in a file may look like.
enum NameRule {
  /// Of steps and inputs: `[A-Za-z_][A-Za-z0-9_-]{0,63}`.
  case identifier
  /// Of environment variables: `[A-Za-z_][A-Za-z0-9_]*`.
  case variable

  /// The rule for identifiers, for messages.
  static let identifierRule = "use at most 64 letters, digits, _ and -, a letter or _ first"

  func admits(_ name: String) -> Bool {
    guard let first = name.utf8.first, Self.isLetter(first) else { return false }
    switch self {
    case .identifier:
      return name.utf8.count <= 64
        && name.utf8.allSatisfy { Self.isLetter($0) || Self.isDigit($0) || $0 == UInt8(ascii: "-") }
    case .variable:
      return name.utf8.allSatisfy { Self.isLetter($0) || Self.isDigit($0) }
    }
  }

  static func isLetter(_ byte: UInt8) -> Bool {
    (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == UInt8(ascii: "_")
  }

  static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
