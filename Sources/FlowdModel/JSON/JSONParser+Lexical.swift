extension JSONParser {
  /// The next byte; 0, which no JSON text holds outside its errors, at the end.
  var peek: UInt8 { position < bytes.count ? bytes[position] : 0 }

  /// The next character, for a message.
  var found: String {
    guard position < bytes.count else { return "the end" }
    let rest = String(decoding: bytes[position...].prefix(4), as: UTF8.self)
    guard let scalar = rest.unicodeScalars.first, scalar.value >= 0x20 else { return "a control character" }
    return "'\(scalar)'"
  }

  func mistake(_ message: String, at offset: Int? = nil) -> JSONParseError {
    JSONParseError(message, at: offset ?? position, in: bytes)
  }

  mutating func take(_ byte: UInt8) -> Bool {
    guard position < bytes.count, bytes[position] == byte else { return false }
    position += 1
    return true
  }

  mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x0A, 0x0D, 0x09: position += 1
      default: return
      }
    }
  }

  /// A number's text as written (RFC 8259 §6).
  mutating func number() throws(JSONParseError) -> String {
    let start = position
    _ = take(UInt8(ascii: "-"))
    if !take(UInt8(ascii: "0")) { try digits() }
    if (0x30...0x39).contains(peek) { throw mistake("a number may not begin with 0") }
    if take(UInt8(ascii: ".")) { try digits() }
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
      if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
      try digits()
    }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private mutating func digits() throws(JSONParseError) {
    guard (0x30...0x39).contains(peek) else { throw mistake("expected a digit, found \(found)") }
    while (0x30...0x39).contains(peek) { position += 1 }
  }

  /// A string's value, from its opening quote to its closing one.
  mutating func string() throws(JSONParseError) -> String {
    position += 1
    let start = position
    try skipUnescaped()
    if take(UInt8(ascii: "\"")) { return String(decoding: bytes[start..<position - 1], as: UTF8.self) }
    var value = Array(bytes[start..<position])
    while !take(UInt8(ascii: "\"")) {
      try escape(into: &value)
      let run = position
      try skipUnescaped()
      value += bytes[run..<position]
    }
    return String(decoding: value, as: UTF8.self)
  }

  /// Goes to the next quote or backslash.
  private mutating func skipUnescaped() throws(JSONParseError) {
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return }
      guard byte >= 0x20 else { throw mistake("a control character in a string must be escaped") }
      position += 1
    }
    throw mistake("expected '\"' to close the string, found the end")
  }

  private mutating func escape(into value: inout [UInt8]) throws(JSONParseError) {
    let start = position
    position += 1
    let kind = peek
    position += 1
    switch kind {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): value.append(kind)
    case UInt8(ascii: "b"): value.append(0x08)
    case UInt8(ascii: "f"): value.append(0x0C)
    case UInt8(ascii: "n"): value.append(0x0A)
    case UInt8(ascii: "r"): value.append(0x0D)
    case UInt8(ascii: "t"): value.append(0x09)
    case UInt8(ascii: "u"): value += Array(String(try unicodeEscape(from: start)).utf8)
    default: throw mistake("unknown escape in a string", at: start)
    }
  }

  /// One or, for a surrogate pair, two `\u` escapes.
  private mutating func unicodeEscape(from start: Int) throws(JSONParseError) -> Unicode.Scalar {
    let first = try fourHexDigits()
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard first < 0xDC00, take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
      throw mistake("a lone surrogate in a string", at: start)
    }
    let second = try fourHexDigits()
    guard (0xDC00...0xDFFF).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    else { throw mistake("a lone surrogate in a string", at: start) }
    return scalar
  }

  private mutating func fourHexDigits() throws(JSONParseError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      let digit: UInt8
      switch peek {
      case 0x30...0x39: digit = peek - 0x30
      case 0x41...0x46: digit = peek - 0x37
      case 0x61...0x66: digit = peek - 0x57
      default: throw mistake("expected four hexadecimal digits, found \(found)")
      }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }
}
