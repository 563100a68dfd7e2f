/// A byte of a reading of a text, and what it was read from.
struct ReadByte: Equatable {
  var value: UInt8
  /// Where in the text it begins and ends; one byte apart if it stands there as it is.
  var start: Int
  var end: Int

  var isEscaped: Bool { end - start > 1 }
}

/// Undoes one kind of escapes, byte by byte; what looks like an escape and is none comes out as it was.
struct EscapeDecoder {
  enum Kind: Int, CaseIterable {
    /// Of JSON (RFC 8259 §7), of string literals, and of shells: `BackslashEscape`.
    case backslash
    /// Of URLs (RFC 3986 §2.1).
    case percent
    /// Of HTML: `CharacterReference`.
    case reference

    /// `nil`: no escape begins so.
    init?(lead: UInt8) {
      switch lead {
      case UInt8(ascii: "\\"): self = .backslash
      case UInt8(ascii: "%"): self = .percent
      case UInt8(ascii: "&"): self = .reference
      default: return nil
      }
    }

    static let leads: StaticString = "\\%&"
  }

  enum Meaning {
    case unfinished
    case nothing
    case byte(UInt8)
    case scalar(Unicode.Scalar)
  }

  let kind: Kind
  /// What may be an escape once more has come; at most `Limits.characterReferenceBytesMax`.
  private var pending: [ReadByte] = []
  private var reference = CharacterReference()

  init(_ kind: Kind) { self.kind = kind }

  /// Where the text begins that has not come out yet.
  var pendingStart: Int? { pending.first?.start }

  mutating func push(_ byte: ReadByte, into output: inout [ReadByte]) {
    guard !pending.isEmpty || Kind(lead: byte.value) == kind else {
      output.append(byte)
      return
    }
    pending.append(byte)
    switch meaning(with: byte.value) {
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
    if pending.count <= 2 {
      let next = pending.count == 2 ? pending[1] : nil
      pending.removeAll(keepingCapacity: true)
      if let next { push(next, into: &output) }
      return
    }
    let others = pending[1...]
    pending = []
    for byte in others { push(byte, into: &output) }
  }

  /// - Parameter newest: The last byte of `pending`.
  private mutating func meaning(with newest: UInt8) -> Meaning {
    guard pending.count > 1 else {
      reference = CharacterReference()
      return .unfinished
    }
    switch kind {
    case .backslash: return BackslashEscape.meaning(pending)
    case .percent: return Self.byte(pending, at: 1)
    case .reference: return reference.take(newest)
    }
  }

  /// A byte that is written as two hexadecimal digits.
  static func byte(_ bytes: [ReadByte], at index: Int) -> Meaning {
    guard index < bytes.count else { return .unfinished }
    guard let high = digit(bytes[index].value) else { return .nothing }
    guard index + 1 < bytes.count else { return .unfinished }
    guard let low = digit(bytes[index + 1].value) else { return .nothing }
    return .byte(high << 4 | low)
  }

  static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
