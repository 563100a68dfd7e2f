/// RFC 9110, sections 5.5 and 5.6.2: what names and values in a message may hold.
enum HTTPToken {
  /// What may be the name of a header or a method.
  static func isToken(_ text: String) -> Bool {
    !text.utf8.isEmpty
      && text.utf8.allSatisfy { byte in
        NameRule.isDigit(byte) || NameRule.isLetter(byte) || "!#$%&'*+-.^`|~".utf8.contains(byte)
      }
  }

  /// Whether a text may stand in a line of a message.
  static func isFieldText(_ text: String) -> Bool {
    text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }
  }
}
