/// Passes over what no occurrence can begin with, which is nearly all of most texts.
///
/// `@unchecked Sendable`: the memory behind the pointers is written by `init` only.
final class PatternBeginnings: @unchecked Sendable {
  /// By byte.
  private let kinds: UnsafeMutableBufferPointer<UInt8>
  /// By two bytes: whether an occurrence may begin with them.
  private let pairs: UnsafeMutableBufferPointer<Bool>

  private static let ordinary: UInt8 = 0
  private static let beginning: UInt8 = 1
  private static let escape: UInt8 = 2

  init(_ trie: PatternTrie) {
    kinds = .allocate(capacity: 256)
    kinds.initialize(repeating: Self.ordinary)
    pairs = .allocate(capacity: 65_536)
    pairs.initialize(repeating: false)
    let leads = EscapeDecoder.Kind.leads.withUTF8Buffer { Array($0) }
    for state in trie.children(of: 0) {
      let seconds = trie.children(of: state).flatMap { Self.unfolded(trie.nodes[Int($0)].byte) }
      for first in Self.unfolded(trie.nodes[Int(state)].byte) {
        kinds[Int(first)] = Self.beginning
        for second in seconds + Array("\r\n".utf8) + leads { pairs[Int(first) << 8 | Int(second)] = true }
      }
    }
    for lead in leads { kinds[Int(lead)] = Self.escape }
  }

  deinit {
    kinds.deallocate()
    pairs.deallocate()
  }

  /// - Returns: The first place from `index` on where an occurrence or an escape may begin, or the end.
  func skip(_ bytes: UnsafeBufferPointer<UInt8>, from index: Int) -> Int {
    var index = index
    while index < bytes.count {
      let byte = bytes[index]
      let kind = kinds[Int(byte)]
      if kind == Self.ordinary {
        index += 1
        continue
      }
      if kind == Self.beginning {
        guard index + 1 < bytes.count, !mayBegin(bytes, at: index) else { return index }
        index += 1
      } else {
        guard let length = idleEscape(bytes, at: index) else { return index }
        index += length
      }
    }
    return bytes.count
  }

  /// The length of an escape that has to do with no occurrence, neither as it is nor once undone, such as most of JSON's
  /// `\n` and `\"`; `nil` if that cannot be told.
  private func idleEscape(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> Int? {
    guard let escape = CommonEscape(bytes, at: index) else { return nil }
    let end = index + escape.length
    guard isIdle(escape, before: end < bytes.count ? bytes[end] : nil) else { return nil }
    for place in index..<end where kinds[Int(bytes[place])] != Self.ordinary {
      guard place + 1 < bytes.count, !mayBegin(bytes, at: place) else { return nil }
    }
    return escape.length
  }

  /// - Parameter next: What follows the escape, if it is known.
  private func isIdle(_ escape: CommonEscape, before next: UInt8?) -> Bool {
    switch escape.meaning {
    case .unfinished: return false
    case .nothing: return true
    case .byte(let byte): return kinds[Int(byte)] == Self.ordinary
    case .scalar("&"):
      // Once more an escape only if a reference follows, as in "&amp;lt;".
      guard let next, !CharacterReference.mayBegin(with: next), kinds[Int(next)] != Self.escape else { return false }
      return !pairs[Int(UInt8(ascii: "&")) << 8 | Int(next)]
    case .scalar(let scalar):
      return UTF8.encode(scalar)?.allSatisfy { kinds[Int($0)] == Self.ordinary } ?? false
    }
  }

  private func mayBegin(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> Bool {
    pairs[Int(bytes[index]) << 8 | Int(bytes[index + 1])]
  }

  private static func unfolded(_ byte: UInt8) -> [UInt8] {
    byte == UInt8(ascii: " ") ? [byte, UInt8(ascii: "+")] : [byte]
  }
}
