/// Checks that bytes are text: well-formed UTF-8 (Unicode 15, table 3-7) without NUL.
enum UTF8Validation {
  static func isText(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var index = 0
    let count = bytes.count
    while index &+ 8 <= count {
      let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
      let hasZero = (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080
      guard (word & 0x8080_8080_8080_8080) | hasZero == 0 else { break }
      index &+= 8
    }
    while index < count {
      let length = scalarLength(bytes, at: index)
      guard length > 0 else { return false }
      index &+= length
    }
    return true
  }

  /// 1–4 for a well-formed scalar other than NUL, else 0.
  private static func scalarLength(_ bytes: UnsafeRawBufferPointer, at index: Int) -> Int {
    let first = bytes[index]
    switch first {
    case 0x01...0x7F: return 1
    case 0xC2...0xDF: return continues(bytes, at: index, count: 1, second: 0x80...0xBF)
    case 0xE0: return continues(bytes, at: index, count: 2, second: 0xA0...0xBF)
    case 0xE1...0xEC, 0xEE...0xEF: return continues(bytes, at: index, count: 2, second: 0x80...0xBF)
    case 0xED: return continues(bytes, at: index, count: 2, second: 0x80...0x9F)
    case 0xF0: return continues(bytes, at: index, count: 3, second: 0x90...0xBF)
    case 0xF1...0xF3: return continues(bytes, at: index, count: 3, second: 0x80...0xBF)
    case 0xF4: return continues(bytes, at: index, count: 3, second: 0x80...0x8F)
    default: return 0
    }
  }

  private static func continues(
    _ bytes: UnsafeRawBufferPointer, at index: Int, count: Int, second: ClosedRange<UInt8>
  ) -> Int {
    guard index + count < bytes.count, second.contains(bytes[index + 1]) else { return 0 }
    for offset in stride(from: 2, through: count, by: 1) where bytes[index + offset] & 0xC0 != 0x80 { return 0 }
    return count + 1
  }
}
