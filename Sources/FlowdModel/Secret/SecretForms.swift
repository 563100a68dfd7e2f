/// What a value may look like, before anything is escaped.
enum SecretForms {
  /// What the automaton looks for: folded, none shorter than `Limits.redactedBytesMin`.
  static func patterns(of value: [UInt8]) -> [[UInt8]] {
    let singleByte = SingleByteText.bytes(of: value).map { [$0] } ?? []
    let spellings = [value] + singleByte
    var forms = spellings + SingleByteText.misread(value) + singleByte.compactMap(SingleByteText.repaired)
    if let mixed = SingleByteText.mixed(value) { forms += [mixed] + QuotedForms.all(of: mixed) }
    for spelling in spellings {
      forms += QuotedForms.all(of: spelling)
      forms += ["0123456789abcdef", "0123456789ABCDEF"].map { hexadecimal(spelling, digits: $0) }
      for alphabet in [standardAlphabet, urlAlphabet] {
        forms += (0..<3).map { base64(spelling, preceding: $0, alphabet) }
      }
    }
    return (forms + lines(of: value)).map { folded($0) }.filter { $0.count >= Limits.redactedBytesMin }
  }

  /// The bytes as texts are compared: without line breaks, and a space for each `+`.
  static func folded(_ bytes: some Sequence<UInt8>) -> [UInt8] {
    bytes.compactMap { isLineBreak($0) ? nil : fold($0) }
  }

  static func fold(_ byte: UInt8) -> UInt8 { byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte }

  static func isLineBreak(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }

  /// As many as may stand in a row within an occurrence: a value's own, each of which may have become two bytes.
  static func lineBreaksMax(in values: [[UInt8]]) -> Int {
    var longest = 1
    for value in values {
      var length = 0
      for byte in value {
        length = isLineBreak(byte) ? length + 1 : 0
        longest = max(longest, length)
      }
    }
    return 2 * longest
  }

  /// The lines of a value that has several, without indentation. The first and last lines of PEM are no secrets.
  private static func lines(of value: [UInt8]) -> [[UInt8]] {
    guard value.contains(where: isLineBreak) else { return [] }
    let blank: (UInt8) -> Bool = { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    return value.split(whereSeparator: isLineBreak).map { line in
      Array(line.drop(while: blank).reversed().drop(while: blank).reversed())
    }.filter { $0.count >= Limits.redactedLineBytesMin && !$0.starts(with: "-----".utf8) }
  }

  /// The characters of base64 that hold nothing but bits of the value.
  ///
  /// - Parameter preceding: Bytes before the value in its group of three.
  private static func base64(_ value: [UInt8], preceding: Int, _ alphabet: [UInt8]) -> [UInt8] {
    let bytes = [UInt8](repeating: 0, count: preceding) + value + [0]
    let first = (preceding * 8 + 5) / 6
    let end = (preceding + value.count) * 8 / 6
    return (first..<end).map { index in
      let (byte, bit) = (index * 6).quotientAndRemainder(dividingBy: 8)
      let pair = UInt16(bytes[byte]) << 8 | UInt16(bytes[byte + 1])
      return alphabet[Int(pair >> UInt16(10 - bit)) & 0x3F]
    }
  }

  private static func hexadecimal(_ value: [UInt8], digits: StaticString) -> [UInt8] {
    digits.withUTF8Buffer { digits in value.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 0xF)]] } }
  }

  private static let alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
  private static let standardAlphabet = Array((alphanumeric + "+/").utf8)
  private static let urlAlphabet = Array((alphanumeric + "-_").utf8)
}
