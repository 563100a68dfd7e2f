/// Cuts Lua 5.4 source into tokens; white space and comments are skipped. Takes any bytes: what is not Lua becomes
/// symbols, and the compiler tells of it.
struct LuaLexer {
  struct Token: Equatable {
    enum Kind: Equatable {
      case name(String)
      /// A string without escapes.
      case string(String)
      /// A string that is spelled with escapes, or not ended.
      case otherString
      case number
      case symbol(String)
    }

    var kind: Kind
    /// Of its first byte.
    var offset: Int
  }

  private let bytes: [UInt8]
  private(set) var position: Int
  /// A comment to the end of the line ends before `}}` as well, as the reader of a template has it.
  private let commentsEndAtBraces: Bool
  /// A string, a long string or a long comment was not ended.
  private(set) var isCutOff = false

  init(_ bytes: [UInt8], from start: Int = 0, commentsEndAtBraces: Bool = false) {
    self.bytes = bytes
    position = start
    self.commentsEndAtBraces = commentsEndAtBraces
  }

  mutating func next() -> Token? {
    skipSpaceAndComments()
    guard let byte = byte(at: position) else { return nil }
    let start = position
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "'"):
      return Token(kind: shortString(), offset: start)
    case UInt8(ascii: "["):
      if let content = longBracket() {
        return Token(kind: .string(String(decoding: bytes[content], as: UTF8.self)), offset: start)
      }
      return Token(kind: symbol(), offset: start)
    default:
      if Self.beginsName(byte) {
        take { Self.beginsName($0) || Self.isDigit($0) }
        return Token(kind: .name(text(from: start)), offset: start)
      }
      if Self.isDigit(byte) || byte == UInt8(ascii: ".") && self.byte(at: position + 1).map(Self.isDigit) == true {
        number()
        return Token(kind: .number, offset: start)
      }
      return Token(kind: symbol(), offset: start)
    }
  }

  // MARK: parts

  private mutating func skipSpaceAndComments() {
    while let byte = byte(at: position) {
      if [0x20, 0x09, 0x0A, 0x0B, 0x0C, 0x0D].contains(byte) {
        position += 1
      } else if starts(with: "--") {
        position += 2
        if byte == UInt8(ascii: "-"), self.byte(at: position) == UInt8(ascii: "["), longBracket() != nil { continue }
        while let byte = self.byte(at: position), byte != 0x0A, byte != 0x0D {
          if commentsEndAtBraces, starts(with: "}}") { break }
          position += 1
        }
      } else {
        return
      }
    }
  }

  /// Reads `[[…]]` or `[==[…]==]`; the bytes between. `nil`, and nothing read, when it is an ordinary bracket.
  private mutating func longBracket() -> Range<Int>? {
    var cursor = position + 1
    while byte(at: cursor) == UInt8(ascii: "=") { cursor += 1 }
    guard byte(at: cursor) == UInt8(ascii: "[") else { return nil }
    let level = cursor - position - 1
    let content = cursor + 1
    let closing = Array(("]" + String(repeating: "=", count: level) + "]").utf8)
    cursor = content
    while cursor < bytes.count {
      if bytes[cursor] == closing[0], bytes[cursor...].starts(with: closing) {
        position = cursor + closing.count
        return content..<cursor
      }
      cursor += 1
    }
    isCutOff = true
    position = bytes.count
    return content..<max(content, bytes.count)
  }

  private mutating func shortString() -> Token.Kind {
    let quote = bytes[position]
    position += 1
    let start = position
    var hasEscapes = false
    while let byte = byte(at: position), byte != 0x0A {
      if byte == quote {
        position += 1
        return hasEscapes ? .otherString : .string(String(decoding: bytes[start..<position - 1], as: UTF8.self))
      }
      if byte == UInt8(ascii: "\\") {
        hasEscapes = true
        position += 1
        if self.byte(at: position) == UInt8(ascii: "z") { skipEscapedSpace() }
      }
      position += 1
    }
    position = min(position, bytes.count)
    isCutOff = true
    return .otherString
  }

  /// `\z` skips the white space after it, line ends too.
  private mutating func skipEscapedSpace() {
    while let byte = byte(at: position + 1), [0x20, 0x09, 0x0A, 0x0B, 0x0C, 0x0D].contains(byte) { position += 1 }
  }

  private mutating func number() {
    let isHexadecimal = byte(at: position) == UInt8(ascii: "0") && byte(at: position + 1).map { $0 | 0x20 } == 0x78
    let exponent = UInt8(ascii: isHexadecimal ? "p" : "e")
    while let byte = byte(at: position), Self.beginsName(byte) || Self.isDigit(byte) || byte == UInt8(ascii: ".") {
      position += 1
      if byte | 0x20 == exponent, let sign = self.byte(at: position),
        sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-")
      {
        position += 1
      }
    }
  }

  private mutating func symbol() -> Token.Kind {
    for text in ["...", "..", "==", "~=", "<=", ">=", "//", "::", "<<", ">>"] where starts(with: text) {
      position += text.utf8.count
      return .symbol(text)
    }
    let start = position
    position += 1
    // A character beyond ASCII is one symbol.
    if bytes[start] >= 0x80 { take { $0 & 0xC0 == 0x80 } }
    return .symbol(text(from: start))
  }

  private mutating func take(while condition: (UInt8) -> Bool) {
    while let byte = byte(at: position), condition(byte) { position += 1 }
  }

  private func byte(at index: Int) -> UInt8? { index < bytes.count ? bytes[index] : nil }

  private func starts(with text: String) -> Bool {
    position < bytes.count && bytes[position...].starts(with: text.utf8)
  }

  private func text(from start: Int) -> String { String(decoding: bytes[start..<position], as: UTF8.self) }

  private static func beginsName(_ byte: UInt8) -> Bool {
    byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A || byte == UInt8(ascii: "_")
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
}
