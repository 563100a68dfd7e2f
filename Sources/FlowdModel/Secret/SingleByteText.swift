/// Text as programs write it that know no UTF-8, or read it so.
enum SingleByteText {
  /// A value in Latin-1 and, where its letters are the same, in Windows-1252; none if it is ASCII or has other letters.
  static func bytes(of value: [UInt8]) -> [UInt8]? {
    guard value.contains(where: { $0 >= 0x80 }) else { return nil }
    var bytes: [UInt8] = []
    for scalar in String(decoding: value, as: UTF8.self).unicodeScalars {
      guard let byte = byte(of: scalar) else { return nil }
      bytes.append(byte)
    }
    return bytes
  }

  /// What becomes of those bytes where they are taken for UTF-8: U+FFFD in place of each letter. None if too few of a
  /// value's bytes remain to know it by.
  static func repaired(_ bytes: [UInt8]) -> [UInt8]? {
    let text = String(decoding: bytes, as: UTF8.self)
    let kept = text.unicodeScalars.filter { $0 != "\u{FFFD}" }.count
    return kept < Limits.redactedBytesMin ? nil : Array(text.utf8)
  }

  /// UTF-8 that is taken for Latin-1 and for Windows-1252, as many programs do with headers; none of ASCII.
  static func misread(_ value: [UInt8]) -> [[UInt8]] {
    guard value.contains(where: { $0 >= 0x80 }) else { return [] }
    return [
      value.flatMap { utf8(of: Unicode.Scalar($0)) },
      value.flatMap { utf8(of: windows1252[$0] ?? Unicode.Scalar($0)) },
    ]
  }

  /// With a byte for each letter of Latin-1 and UTF-8 for the others, as Python's `\xe9` and `\u65e5` are undone; none of
  /// ASCII.
  static func mixed(_ value: [UInt8]) -> [UInt8]? {
    guard value.contains(where: { $0 >= 0x80 }) else { return nil }
    return String(decoding: value, as: UTF8.self).unicodeScalars.flatMap { scalar in
      UInt8(exactly: scalar.value).map { [$0] } ?? utf8(of: scalar)
    }
  }

  private static func byte(of scalar: Unicode.Scalar) -> UInt8? {
    UInt8(exactly: scalar.value) ?? windows1252.first { $0.value == scalar }?.key
  }

  private static func utf8(of scalar: Unicode.Scalar) -> [UInt8] {
    Array(UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
  }

  /// Where Windows-1252 has letters and Latin-1 control characters.
  private static let windows1252: [UInt8: Unicode.Scalar] = [
    0x80: "€", 0x82: "‚", 0x83: "ƒ", 0x84: "„", 0x85: "…", 0x86: "†", 0x87: "‡", 0x88: "ˆ", 0x89: "‰", 0x8A: "Š",
    0x8B: "‹", 0x8C: "Œ", 0x8E: "Ž", 0x91: "‘", 0x92: "’", 0x93: "“", 0x94: "”", 0x95: "•", 0x96: "–", 0x97: "—",
    0x98: "˜", 0x99: "™", 0x9A: "š", 0x9B: "›", 0x9C: "œ", 0x9E: "ž", 0x9F: "Ÿ",
  ]
}
