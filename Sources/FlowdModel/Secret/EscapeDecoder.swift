/// A byte of a reading of a text, and what it was read from.
struct ReadByte: Equatable {
  var value: UInt8
  /// Where in the text it begins and ends; one byte apart if it stands there as it is.
  var start: Int
  var end: Int
}

/// Undoes one kind of escapes, byte by byte; what looks like an escape and is none comes out as it was.
struct EscapeDecoder {
  enum Kind {
    /// Of JSON (RFC 8259 §7), and of string literals: `\'` and `\xHH`.
    case backslash
    /// Of URLs (RFC 3986 §2.1).
    case percent

    var lead: UInt8 {
      switch self {
      case .backslash: UInt8(ascii: "\\")
      case .percent: UInt8(ascii: "%")
      }
    }
  }

  private enum Meaning {
    case unfinished
    case nothing
    case byte(UInt8)
    case scalar(Unicode.Scalar)
  }

  private enum Digits {
    case missing
    case wrong
    case number(UInt32)
  }

  let kind: Kind
  /// What may be an escape once more has come; at most 12 bytes, a pair of `\uXXXX`.
  private var pending: [ReadByte] = []

  init(_ kind: Kind) { self.kind = kind }

  /// Where the text begins that has not come out yet.
  var pendingStart: Int? { pending.first?.start }

  /// What a backslash and a letter mean by themselves.
  static func meaning(ofBackslashAnd letter: UInt8) -> UInt8? {
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "'"): letter
    case UInt8(ascii: "b"): 0x08
    case UInt8(ascii: "f"): 0x0C
    case UInt8(ascii: "n"): 0x0A
    case UInt8(ascii: "r"): 0x0D
    case UInt8(ascii: "t"): 0x09
    default: nil
    }
  }

  /// The length and the value of a common escape that stands there; four backslashes have none, but leave each reading
  /// where it was.
  static func escape(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> (length: Int, value: UInt8?)? {
    let backslash = UInt8(ascii: "\\")
    guard index + 3 < bytes.count else { return nil }
    let (second, third) = (bytes[index + 1], bytes[index + 2])
    if bytes[index] != backslash {
      guard let high = digit(second), let low = digit(third) else { return nil }
      return (3, high << 4 | low)
    }
    if second == backslash { return third == backslash && bytes[index + 3] == backslash ? (4, nil) : nil }
    return meaning(ofBackslashAnd: second).map { (2, $0) }
  }

  mutating func push(_ byte: ReadByte, into output: inout [ReadByte]) {
    guard !pending.isEmpty || byte.value == kind.lead else {
      output.append(byte)
      return
    }
    pending.append(byte)
    switch meaning {
    case .unfinished: return
    case .nothing: giveUp(into: &output)
    case .byte(let value):
      output.append(ReadByte(value: value, start: pending[0].start, end: byte.end))
      pending.removeAll(keepingCapacity: true)
    case .scalar(let scalar):
      for value in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter {
        output.append(ReadByte(value: value, start: pending[0].start, end: byte.end))
      }
      pending.removeAll(keepingCapacity: true)
    }
  }

  mutating func finish(into output: inout [ReadByte]) {
    while !pending.isEmpty { giveUp(into: &output) }
  }

  /// The lead is no escape's; another may begin after it.
  private mutating func giveUp(into output: inout [ReadByte]) {
    output.append(pending[0])
    let others = pending[1...]
    pending.removeAll(keepingCapacity: others.isEmpty)
    for byte in others { push(byte, into: &output) }
  }

  private var meaning: Meaning {
    switch kind {
    case .percent: meaning(ofByteAt: 1)
    case .backslash: backslashMeaning
    }
  }

  private var backslashMeaning: Meaning {
    guard pending.count > 1 else { return .unfinished }
    switch pending[1].value {
    case UInt8(ascii: "x"): return meaning(ofByteAt: 2)
    case UInt8(ascii: "u"): return unicodeMeaning
    case let letter: return Self.meaning(ofBackslashAnd: letter).map { .byte($0) } ?? .nothing
    }
  }

  private func meaning(ofByteAt index: Int) -> Meaning {
    switch digits(index..<index + 2) {
    case .missing: .unfinished
    case .wrong: .nothing
    case .number(let number): .byte(UInt8(number))
    }
  }

  private var unicodeMeaning: Meaning {
    switch digits(2..<6) {
    case .missing: return .unfinished
    case .wrong: return .nothing
    case .number(let unit):
      if let scalar = Unicode.Scalar(unit) { return .scalar(scalar) }
      return unit < 0xDC00 ? surrogateMeaning(high: unit) : .nothing
    }
  }

  private func surrogateMeaning(high: UInt32) -> Meaning {
    for (index, wanted) in zip(6..<8, "\\u".utf8) {
      guard index < pending.count else { return .unfinished }
      guard pending[index].value == wanted else { return .nothing }
    }
    switch digits(8..<12) {
    case .missing: return .unfinished
    case .wrong: return .nothing
    case .number(let low):
      guard (0xDC00...0xDFFF).contains(low),
        let scalar = Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
      else { return .nothing }
      return .scalar(scalar)
    }
  }

  private func digits(_ range: Range<Int>) -> Digits {
    var number: UInt32 = 0
    for index in range {
      guard index < pending.count else { return .missing }
      guard let digit = Self.digit(pending[index].value) else { return .wrong }
      number = number << 4 | UInt32(digit)
    }
    return .number(number)
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
