/// Base64 (RFC 4648): written in the standard alphabet with padding, read in either alphabet with or without it.
enum Base64 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  static func text(of bytes: UnsafeRawBufferPointer) -> String {
    let padding = UInt8(ascii: "=")
    return String(unsafeUninitializedCapacity: (bytes.count + 2) / 3 * 4) { output in
      var at = 0
      for start in stride(from: 0, to: bytes.count, by: 3) {
        let count = min(3, bytes.count - start)
        var word = UInt32(bytes[start]) << 16
        if count > 1 { word |= UInt32(bytes[start + 1]) << 8 }
        if count > 2 { word |= UInt32(bytes[start + 2]) }
        output[at] = alphabet[Int(word >> 18)]
        output[at + 1] = alphabet[Int(word >> 12 & 63)]
        output[at + 2] = count > 1 ? alphabet[Int(word >> 6 & 63)] : padding
        output[at + 3] = count > 2 ? alphabet[Int(word & 63)] : padding
        at += 4
      }
      return at
    }
  }

  /// - Returns: `nil` for a character of neither alphabet, a length no bytes encode to, or padding out of place.
  static func bytes(of text: String) -> [UInt8]? {
    var digits = Array(text.utf8)
    let length = digits.count
    while digits.last == UInt8(ascii: "="), length - digits.count < 2 { digits.removeLast() }
    let isPadded = digits.count < length
    guard digits.count % 4 != 1, !isPadded || length % 4 == 0 else { return nil }
    var output: [UInt8] = []
    output.reserveCapacity(digits.count * 3 / 4)
    var word: UInt32 = 0
    var bits = 0
    for digit in digits {
      guard let value = value(of: digit) else { return nil }
      word = word << 6 | value
      bits += 6
      if bits >= 8 {
        bits -= 8
        output.append(UInt8(truncatingIfNeeded: word >> UInt32(bits)))
      }
    }
    return output
  }

  private static func value(of digit: UInt8) -> UInt32? {
    switch digit {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(digit) - 65
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(digit) - 71
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(digit) + 4
    case UInt8(ascii: "+"), UInt8(ascii: "-"): 62
    case UInt8(ascii: "/"), UInt8(ascii: "_"): 63
    default: nil
    }
  }
}
