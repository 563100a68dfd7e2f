/// Turns any bytes into UTF-8 without NUL, a piece at a time; where the pieces are cut makes no difference.
///
/// Each maximal part of an ill-formed sequence becomes one U+FFFD (Unicode 16, §3.9, "U+FFFD substitution of maximal
/// subparts"), and so does each NUL.
package struct UTF8Sanitizer {
  /// U+FFFD in UTF-8.
  static let replacement: [UInt8] = [0xEF, 0xBF, 0xBD]

  /// The beginning of a sequence whose rest has not arrived; at most 3 bytes.
  private var begun: [UInt8] = []
  /// How many continuation bytes are still to come; 0 when nothing is begun.
  private var missing = 0
  /// What the next continuation byte may be; narrower than 80...BF right after E0, ED, F0 and F4.
  private var allowed: ClosedRange<UInt8> = 0x80...0xBF

  package init() {}

  /// Appends what `input` gives to `output`; the beginning of a sequence at its end is kept for the next call.
  package mutating func append(_ input: UnsafeRawBufferPointer, to output: inout [UInt8]) {
    var at = 0
    while at < input.count {
      if missing > 0 {
        at += continueSequence(with: input[at], to: &output)
        continue
      }
      let runEnd = Self.endOfASCII(in: input, from: at)
      output.append(contentsOf: input[at..<runEnd])
      at = runEnd
      if at < input.count {
        begin(with: input[at], to: &output)
        at += 1
      }
    }
  }

  /// The input has ended: a sequence that was begun is ill-formed.
  package mutating func finish(to output: inout [UInt8]) {
    guard missing > 0 else { return }
    replace(to: &output)
  }

  /// The first position from `start` on that holds NUL or a byte above 7F, or the end.
  private static func endOfASCII(in input: UnsafeRawBufferPointer, from start: Int) -> Int {
    var at = start
    while at + 8 <= input.count {
      let word = input.loadUnaligned(fromByteOffset: at, as: UInt64.self)
      // The high bit of a byte is set in `word` above 7F, and after the subtraction for the first zero byte.
      let special = (word | (word &- 0x0101_0101_0101_0101)) & 0x8080_8080_8080_8080
      if special != 0 { break }
      at += 8
    }
    while at < input.count, 0x01...0x7F ~= input[at] { at += 1 }
    return at
  }

  /// Takes a byte that is not plain ASCII where no sequence is open.
  private mutating func begin(with byte: UInt8, to output: inout [UInt8]) {
    allowed = 0x80...0xBF
    switch byte {
    case 0xC2...0xDF: missing = 1
    case 0xE0: (missing, allowed) = (2, 0xA0...0xBF)
    case 0xED: (missing, allowed) = (2, 0x80...0x9F)
    case 0xE1...0xEF: missing = 2
    case 0xF0: (missing, allowed) = (3, 0x90...0xBF)
    case 0xF4: (missing, allowed) = (3, 0x80...0x8F)
    case 0xF1...0xF3: missing = 3
    default:
      output.append(contentsOf: Self.replacement)
      return
    }
    begun = [byte]
  }

  /// - Returns: How many bytes were taken: 0 when the sequence is broken off and `byte` begins something new.
  private mutating func continueSequence(with byte: UInt8, to output: inout [UInt8]) -> Int {
    guard allowed.contains(byte) else {
      replace(to: &output)
      return 0
    }
    begun.append(byte)
    allowed = 0x80...0xBF
    missing -= 1
    if missing == 0 { output.append(contentsOf: begun) }
    return 1
  }

  private mutating func replace(to output: inout [UInt8]) {
    output.append(contentsOf: Self.replacement)
    missing = 0
  }
}
