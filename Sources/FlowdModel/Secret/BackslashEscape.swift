/// What a backslash and the bytes after it mean.
///
/// In JSON (RFC 8259 §7), in the string literals of C, Python and their like, and in shells, both in `$'…'` and where a
/// backslash by itself quotes: `\n`, `\"`, `\&`, `\xHH`, `\303` (three octal digits), `\uHHHH` and pairs of them,
/// `\UHHHHHHHH`.
enum BackslashEscape {
  private enum Digits {
    case missing
    case wrong
    case number(UInt32)
  }

  /// - Parameter bytes: From the backslash on, at least two.
  static func meaning(_ bytes: [ReadByte]) -> EscapeDecoder.Meaning {
    switch bytes[1].value {
    case UInt8(ascii: "x"): return EscapeDecoder.byte(bytes, at: 2)
    case UInt8(ascii: "u"): return unicodeMeaning(bytes)
    case UInt8(ascii: "U"): return scalar(digits(bytes, 2..<10))
    case UInt8(ascii: "0")...UInt8(ascii: "3"): return octalMeaning(bytes)
    case let letter: return meaning(of: letter).map { .byte($0) } ?? .nothing
    }
  }

  /// What a backslash and one byte mean by themselves; every mark stands for itself.
  static func meaning(of byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "a"): 0x07
    case UInt8(ascii: "b"): 0x08
    case UInt8(ascii: "t"): 0x09
    case UInt8(ascii: "n"): 0x0A
    case UInt8(ascii: "v"): 0x0B
    case UInt8(ascii: "f"): 0x0C
    case UInt8(ascii: "r"): 0x0D
    case UInt8(ascii: "e"), UInt8(ascii: "E"): 0x1B
    case 0x09, 0x0A, 0x20...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: byte
    default: nil
    }
  }

  /// Whether more than one byte may follow the backslash.
  static func isLong(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "x"), UInt8(ascii: "u"), UInt8(ascii: "U"), UInt8(ascii: "0")...UInt8(ascii: "3"): true
    default: false
    }
  }

  private static func octalMeaning(_ bytes: [ReadByte]) -> EscapeDecoder.Meaning {
    switch digits(bytes, 1..<4, bits: 3) {
    case .missing: .unfinished
    case .wrong: .nothing
    case .number(let number): .byte(UInt8(truncatingIfNeeded: number))
    }
  }

  private static func unicodeMeaning(_ bytes: [ReadByte]) -> EscapeDecoder.Meaning {
    let first = digits(bytes, 2..<6)
    guard case .number(let unit) = first, (0xD800..<0xDC00).contains(unit) else { return scalar(first) }
    return surrogateMeaning(bytes, high: unit)
  }

  private static func surrogateMeaning(_ bytes: [ReadByte], high: UInt32) -> EscapeDecoder.Meaning {
    for (index, wanted) in zip(6..<8, "\\u".utf8) {
      guard index < bytes.count else { return .unfinished }
      guard bytes[index].value == wanted else { return .nothing }
    }
    let second = digits(bytes, 8..<12)
    guard case .number(let low) = second else { return scalar(second) }
    guard (0xDC00...0xDFFF).contains(low) else { return .nothing }
    return scalar(.number(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00)))
  }

  private static func scalar(_ digits: Digits) -> EscapeDecoder.Meaning {
    switch digits {
    case .missing: .unfinished
    case .wrong: .nothing
    case .number(let number): Unicode.Scalar(number).map { .scalar($0) } ?? .nothing
    }
  }

  private static func digits(_ bytes: [ReadByte], _ range: Range<Int>, bits: UInt32 = 4) -> Digits {
    var number: UInt32 = 0
    for index in range {
      guard index < bytes.count else { return .missing }
      guard let digit = EscapeDecoder.digit(bytes[index].value), digit < 1 << bits else { return .wrong }
      number = number << bits | UInt32(digit)
    }
    return .number(number)
  }
}
