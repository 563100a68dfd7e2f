/// An escape as it stands in nearly every text, told at once and without a decoder.
struct CommonEscape {
  let length: Int
  /// `nothing`: none begins there, or each reading stays where it was.
  let meaning: EscapeDecoder.Meaning

  /// `nil`: it cannot be told so.
  ///
  /// - Parameter index: Of what may begin an escape.
  init?(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) {
    guard index + 3 < bytes.count else { return nil }
    switch EscapeDecoder.Kind(lead: bytes[index]) {
    case .backslash: self.init(backslash: bytes, at: index)
    case .percent: self.init(percent: bytes, at: index)
    case .reference: self.init(reference: bytes, at: index)
    case nil: return nil
    }
  }

  private init(_ length: Int, _ meaning: EscapeDecoder.Meaning) {
    self.length = length
    self.meaning = meaning
  }

  private init?(backslash bytes: UnsafeBufferPointer<UInt8>, at index: Int) {
    let backslash = UInt8(ascii: "\\")
    let second = bytes[index + 1]
    if second == backslash {
      // Four of them have no meaning of their own.
      guard bytes[index + 2] == backslash, bytes[index + 3] == backslash else { return nil }
      self.init(4, .nothing)
      return
    }
    guard !BackslashEscape.isLong(second) else { return nil }
    self = BackslashEscape.meaning(of: second).map { CommonEscape(2, .byte($0)) } ?? CommonEscape(1, .nothing)
  }

  private init?(percent bytes: UnsafeBufferPointer<UInt8>, at index: Int) {
    guard let high = EscapeDecoder.digit(bytes[index + 1]) else {
      self.init(brokenBy: bytes[index + 1])
      return
    }
    guard let low = EscapeDecoder.digit(bytes[index + 2]) else {
      self.init(brokenBy: bytes[index + 2])
      return
    }
    self.init(3, .byte(high << 4 | low))
  }

  private init?(reference bytes: UnsafeBufferPointer<UInt8>, at index: Int) {
    var next = index + 1
    while next < bytes.count, bytes[next] == UInt8(ascii: "&") { next += 1 }
    guard next < bytes.count else { return nil }
    guard CharacterReference.mayBegin(with: bytes[next]) else {
      self.init(next - index, brokenBy: bytes[next])
      return
    }
    guard next == index + 1 else { return nil }
    var reference = CharacterReference()
    for place in (index + 1)..<min(bytes.count, index + Limits.characterReferenceBytesMax) {
      let meaning = reference.take(bytes[place])
      switch meaning {
      case .unfinished: continue
      case .nothing:
        self.init(brokenBy: bytes[place])
        return
      case .byte, .scalar:
        self.init(place + 1 - index, meaning)
        return
      }
    }
    return nil
  }

  /// The lead stands for itself, unless that which stands where the escape ends is itself escaped.
  private init?(_ length: Int = 1, brokenBy byte: UInt8) {
    guard EscapeDecoder.Kind(lead: byte) == nil else { return nil }
    self.init(length, .nothing)
  }
}
