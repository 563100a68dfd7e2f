internal import FlowdModel

extension JSONPathParser {
  /// The next byte; 0 at the end.
  var peek: UInt8 { position < bytes.count ? bytes[position] : 0 }

  /// The next character, for a message.
  var found: String {
    guard position < bytes.count else { return "the end" }
    let character = String(decoding: bytes[position...].prefix(4), as: UTF8.self).unicodeScalars.prefix(1)
    return quoted(String(character))
  }

  func mistake(_ message: String, at offset: Int? = nil) -> JSONPathMistake {
    let before = bytes.prefix(offset ?? position).count { $0 & 0xC0 != 0x80 }
    return JSONPathMistake(column: before + 1, message: message)
  }

  mutating func take(_ text: StaticString) -> Bool {
    let end = position + text.utf8CodeUnitCount
    guard end <= bytes.count, text.withUTF8Buffer({ $0.elementsEqual(bytes[position..<end]) }) else { return false }
    position = end
    return true
  }

  mutating func skipSpace() {
    while [0x20, 0x09, 0x0A, 0x0D].contains(peek) { position += 1 }
  }

  mutating func enter() throws(JSONPathMistake) {
    depth += 1
    if depth > Limits.jsonPathDepthMax { throw mistake("more than \(Limits.jsonPathDepthMax) levels") }
  }

  /// `member-name-shorthand`: letters, digits, `_` and everything beyond ASCII, not a digit first.
  mutating func shorthandName() throws(JSONPathMistake) -> String {
    let start = position
    guard Self.beginsName(peek) else { throw mistake("expected a name or '*', found \(found)") }
    while Self.beginsName(peek) || Self.isDigit(peek) { position += 1 }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private static func beginsName(_ byte: UInt8) -> Bool {
    byte >= 0x80 || byte == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }

  static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  /// An index or a bound of a slice: between -(2^53 - 1) and 2^53 - 1 (RFC 9535 §2.1).
  mutating func optionalInteger() throws(JSONPathMistake) -> Int? {
    let start = position
    guard Self.isDigit(peek) || peek == UInt8(ascii: "-") else { return nil }
    _ = take("-")
    let digits = position
    while Self.isDigit(peek) { position += 1 }
    guard position > digits else { throw mistake("expected a digit, found \(found)") }
    if bytes[digits] == UInt8(ascii: "0"), position > digits + 1 || digits > start {
      throw mistake("a number here may not begin with 0 or be -0", at: start)
    }
    let safe = 9_007_199_254_740_991
    guard let value = Int(String(decoding: bytes[start..<position], as: UTF8.self)), abs(value) <= safe else {
      throw mistake("the number is too large", at: start)
    }
    return value
  }

  /// A string in single or double quotes.
  mutating func string() throws(JSONPathMistake) -> String {
    let start = position
    let quote = peek
    position += 1
    var value: [UInt8] = []
    while position < bytes.count {
      let byte = bytes[position]
      guard byte >= 0x20 else { throw mistake("a control character in a text must be escaped") }
      if byte == quote {
        position += 1
        return String(decoding: value, as: UTF8.self)
      }
      if byte == UInt8(ascii: "\\") {
        value += try escape(quote)
      } else {
        value.append(byte)
        position += 1
      }
    }
    throw mistake("the text is not closed", at: start)
  }

  private mutating func escape(_ quote: UInt8) throws(JSONPathMistake) -> [UInt8] {
    let start = position
    position += 1
    let kind = peek
    position += 1
    switch kind {
    case quote, UInt8(ascii: "\\"), UInt8(ascii: "/"): return [kind]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "u"): return Array(String(try unicodeEscape(start)).utf8)
    default: throw mistake("unknown escape", at: start)
    }
  }

  private mutating func unicodeEscape(_ start: Int) throws(JSONPathMistake) -> Unicode.Scalar {
    let first = try fourHexDigits()
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard first < 0xDC00, take("\\u") else { throw mistake("a lone surrogate", at: start) }
    let second = try fourHexDigits()
    guard (0xDC00...0xDFFF).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    else { throw mistake("a lone surrogate", at: start) }
    return scalar
  }

  private mutating func fourHexDigits() throws(JSONPathMistake) -> UInt32 {
    let digits = String(decoding: bytes[position...].prefix(4), as: UTF8.self)
    guard digits.utf8.count == 4, !digits.hasPrefix("+"), !digits.hasPrefix("-"), let value = UInt32(digits, radix: 16)
    else { throw mistake("expected four hexadecimal digits") }
    position += 4
    return value
  }
}
