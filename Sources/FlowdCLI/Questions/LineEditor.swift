internal import FlowdModel

/// A line that a person types, key by key.
///
/// It knows the keys of a terminal without line editing of its own: Backspace, Ctrl-U (all), Ctrl-W (a word), Enter and
/// Ctrl-D. Sequences of other keys, such as the arrows', are passed over.
struct LineEditor: Equatable, Sendable {
  enum Key: Equatable {
    case enter
    /// Ctrl-D on an empty line.
    case end
  }

  private(set) var text = ""
  private var pending: [UInt8] = []
  private var escape = Escape.none

  private enum Escape: Equatable {
    case none, begun, sequence
  }

  /// Takes what the terminal sent.
  ///
  /// - Returns: The first key that ends the line; what was typed behind it is dropped.
  mutating func type(_ bytes: [UInt8]) -> Key? {
    for byte in bytes {
      if skips(byte) { continue }
      switch byte {
      case 0x0A, 0x0D: return .enter
      case 0x04:
        if text.isEmpty { return .end }
      case 0x08, 0x7F: if !text.isEmpty { text.removeLast() }
      case 0x15: text = ""
      case 0x17: removeWord()
      case 0x1B: escape = .begun
      case 0x09: append(0x20)
      case 0..<0x20: break
      default: append(byte)
      }
    }
    return nil
  }

  mutating func clear() { self = LineEditor() }

  /// Whether a byte belongs to a sequence of a key that means nothing here.
  private mutating func skips(_ byte: UInt8) -> Bool {
    switch escape {
    case .none: return false
    case .begun:
      escape = byte == UInt8(ascii: "[") || byte == UInt8(ascii: "O") ? .sequence : .none
      return true
    case .sequence:
      if (0x40...0x7E).contains(byte) { escape = .none }
      return true
    }
  }

  /// A byte of a character, which shows once it is whole.
  private mutating func append(_ byte: UInt8) {
    guard text.utf8.count + pending.count < Limits.clientAnswerBytesMax else { return }
    pending.append(byte)
    if let whole = String(validating: pending, as: UTF8.self) {
      text += whole
      pending = []
    } else if pending.count >= 4 {
      pending = []
    }
  }

  private mutating func removeWord() {
    while text.last == " " { text.removeLast() }
    while let last = text.last, last != " " { text.removeLast() }
  }
}
