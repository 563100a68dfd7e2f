/// One character reference of HTML, such as `&amp;`, `&#39;` or `&#x27;`, read byte by byte after its `&`.
///
/// Names are those with which programs escape, in upper or lower case; a number may begin with zeros. The semicolon has
/// to be there: every program writes it.
struct CharacterReference {
  private enum Part {
    case begun
    case name
    case numberSign
    case decimal
    case hexadecimalSign
    case hexadecimal
  }

  private var part = Part.begun
  /// How many bytes were taken.
  private var count = 0
  /// The letters of a name, one to a byte.
  private var name: UInt64 = 0
  private var number: UInt32 = 0

  static func mayBegin(with byte: UInt8) -> Bool { byte == UInt8(ascii: "#") || CharacterNames.mayBegin(with: byte) }

  mutating func take(_ byte: UInt8) -> EscapeDecoder.Meaning {
    count += 1
    guard count < Limits.characterReferenceBytesMax else { return .nothing }
    switch part {
    case .begun where byte == UInt8(ascii: "#"):
      part = .numberSign
      return .unfinished
    case .begun where !CharacterNames.mayBegin(with: byte): return .nothing
    case .begun, .name: return take(ofName: byte)
    case .numberSign where byte | 0x20 == UInt8(ascii: "x"):
      part = .hexadecimalSign
      return .unfinished
    case .numberSign, .decimal: return take(byte, radix: 10, .decimal)
    case .hexadecimalSign, .hexadecimal: return take(byte, radix: 16, .hexadecimal)
    }
  }

  private mutating func take(ofName byte: UInt8) -> EscapeDecoder.Meaning {
    if byte == UInt8(ascii: ";") { return CharacterNames.scalar(name).map { .scalar($0) } ?? .nothing }
    name = name << 8 | UInt64(byte | 0x20)
    part = .name
    return CharacterNames.mayBegin(with: name, letters: count) ? .unfinished : .nothing
  }

  private mutating func take(_ byte: UInt8, radix: UInt32, _ next: Part) -> EscapeDecoder.Meaning {
    if byte == UInt8(ascii: ";"), part == next { return Unicode.Scalar(number).map { .scalar($0) } ?? .nothing }
    guard let digit = EscapeDecoder.digit(byte), digit < radix else { return .nothing }
    part = next
    // Past the last scalar it stays no scalar.
    number = min(number * radix + UInt32(digit), 0x11_0000)
    return .unfinished
  }
}

/// The names that programs use when they escape a text for HTML or XML.
private enum CharacterNames {
  private static let all: [(name: UInt64, letters: Int, scalar: Unicode.Scalar)] = [
    named("amp", "&"), named("lt", "<"), named("gt", ">"), named("quot", "\""), named("apos", "'"),
    named("nbsp", "\u{A0}"),
  ]

  static func scalar(_ name: UInt64) -> Unicode.Scalar? { all.first { $0.name == name }?.scalar }

  static func mayBegin(with name: UInt64, letters: Int) -> Bool {
    all.contains { $0.letters >= letters && $0.name >> UInt64(8 * ($0.letters - letters)) == name }
  }

  static func mayBegin(with byte: UInt8) -> Bool {
    switch byte | 0x20 {
    case UInt8(ascii: "a"), UInt8(ascii: "g"), UInt8(ascii: "l"), UInt8(ascii: "n"), UInt8(ascii: "q"): true
    default: false
    }
  }

  private static func named(
    _ name: StaticString, _ scalar: Unicode.Scalar
  ) -> (name: UInt64, letters: Int, scalar: Unicode.Scalar) {
    name.withUTF8Buffer { ($0.reduce(0) { $0 << 8 | UInt64($1) }, $0.count, scalar) }
  }
}
