/// A 128-bit UUID, kept as two words so that it hashes and compares without touching memory.
///
/// New values are version 7 (RFC 9562 §5.7): 48 bits of Unix milliseconds, then random bits, so that ids sort by age.
package struct UUIDv7: Hashable, Comparable, Sendable {
  package let high: UInt64
  package let low: UInt64

  package init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// A version 7 value from a time and 74 random bits; surplus bits of `random` are ignored.
  package init(at time: Timestamp, random: (UInt64, UInt64)) {
    let milliseconds = UInt64(max(0, time.millisecondsSince1970)) & 0xFFFF_FFFF_FFFF
    high = milliseconds << 16 | 0x7000 | random.0 & 0x0FFF
    low = 0x8000_0000_0000_0000 | random.1 & 0x3FFF_FFFF_FFFF_FFFF
  }

  /// Parses the canonical 36-character text (either case); `nil` for anything else.
  package init?(text: UnsafeRawBufferPointer) {
    guard text.count == 36 else { return nil }
    var words: (UInt64, UInt64) = (0, 0)
    var digits = 0
    for index in 0..<36 {
      let byte = text[index]
      if index == 8 || index == 13 || index == 18 || index == 23 {
        guard byte == UInt8(ascii: "-") else { return nil }
        continue
      }
      let digit: UInt8
      switch byte {
      case 0x30...0x39: digit = byte &- 0x30
      case 0x61...0x66: digit = byte &- 0x57
      case 0x41...0x46: digit = byte &- 0x37
      default: return nil
      }
      if digits < 16 {
        words.0 = words.0 << 4 | UInt64(digit)
      } else {
        words.1 = words.1 << 4 | UInt64(digit)
      }
      digits &+= 1
    }
    high = words.0
    low = words.1
  }

  /// Parses the canonical 36-character text (either case); `nil` for anything else.
  package init?(_ text: String) {
    var text = text
    let parsed = text.withUTF8 { UUIDv7(text: UnsafeRawBufferPointer($0)) }
    guard let parsed else { return nil }
    self = parsed
  }

  /// The canonical lower-case text, 36 characters.
  package var text: String {
    String(unsafeUninitializedCapacity: 36) { buffer in
      UUIDv7.write(high >> 32, digits: 8, to: buffer, at: 0)
      buffer[8] = UInt8(ascii: "-")
      UUIDv7.write(high >> 16, digits: 4, to: buffer, at: 9)
      buffer[13] = UInt8(ascii: "-")
      UUIDv7.write(high, digits: 4, to: buffer, at: 14)
      buffer[18] = UInt8(ascii: "-")
      UUIDv7.write(low >> 48, digits: 4, to: buffer, at: 19)
      buffer[23] = UInt8(ascii: "-")
      UUIDv7.write(low, digits: 12, to: buffer, at: 24)
      return 36
    }
  }

  /// Writes the lowest hexadecimal digits of a word.
  @inline(__always)
  private static func write(_ word: UInt64, digits: Int, to buffer: UnsafeMutableBufferPointer<UInt8>, at start: Int) {
    var word = word
    var index = start &+ digits
    while index > start {
      index &-= 1
      let digit = UInt8(truncatingIfNeeded: word) & 15
      buffer[index] = digit &+ (digit < 10 ? 0x30 : 0x57)
      word >>= 4
    }
  }

  package static func < (left: UUIDv7, right: UUIDv7) -> Bool {
    left.high != right.high ? left.high < right.high : left.low < right.low
  }
}
