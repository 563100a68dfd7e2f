/// Finds many patterns in one pass: Aho and Corasick's automaton (1975).
///
/// A state stands for the longest end of what was read with which a pattern begins; state 0 for none. A state's children
/// are a list, because nearly all states have one; state 0 has a table.
final class PatternAutomaton: Sendable {
  typealias State = Int32

  /// Line breaks in a row that may stand within an occurrence.
  let lineBreaksMax: Int
  /// Of the longest pattern.
  let depthMax: Int
  /// By state: how many bytes it stands for.
  let depth: [Int32]
  /// By state: the length of the longest pattern that ends here, or 0.
  let match: [Int32]
  /// By byte, as it is in a text: whether an occurrence may begin with it.
  let begins: [Bool]

  private let first: [State]
  private let byte: [UInt8]
  private let child: [State]
  private let sibling: [State]
  private let fallback: [State]

  /// - Parameter patterns: Folded, none empty.
  init(_ patterns: [[UInt8]], lineBreaksMax: Int) {
    var trie = Trie()
    for pattern in patterns { trie.insert(pattern) }
    let fallback = trie.fallbacks()
    for state in trie.breadthFirst where trie.match[Int(state)] == 0 {
      trie.match[Int(state)] = trie.match[Int(fallback[Int(state)])]
    }
    self.lineBreaksMax = lineBreaksMax
    self.fallback = fallback
    depth = trie.depth
    match = trie.match
    first = trie.first
    byte = trie.byte
    child = trie.child
    sibling = trie.sibling
    depthMax = patterns.map(\.count).max() ?? 0
    begins = (0...UInt8.max).map { [first = trie.first] in first[Int(SecretForms.fold($0))] != 0 }
  }

  /// The state after one more byte, which is folded and no line break.
  func next(_ state: State, _ byte: UInt8) -> State {
    var state = state
    while state != 0 {
      var child = self.child[Int(state)]
      while child != 0 {
        if self.byte[Int(child)] == byte { return child }
        child = sibling[Int(child)]
      }
      state = fallback[Int(state)]
    }
    return first[Int(byte)]
  }
}

/// The patterns' common beginnings.
private struct Trie {
  var first = [Int32](repeating: 0, count: 256)
  var byte: [UInt8] = [0]
  var child: [Int32] = [0]
  var sibling: [Int32] = [0]
  var depth: [Int32] = [0]
  var match: [Int32] = [0]

  mutating func insert(_ pattern: [UInt8]) {
    var state: Int32 = 0
    for byte in pattern { state = descend(from: state, byte) }
    match[Int(state)] = depth[Int(state)]
  }

  /// All states but 0, the shallow ones first.
  var breadthFirst: [Int32] {
    let states = (1..<Int32(depth.count))
    return states.sorted { depth[Int($0)] < depth[Int($1)] }
  }

  /// By state: the state of its longest end that is another state.
  func fallbacks() -> [Int32] {
    var fallbacks = [Int32](repeating: 0, count: depth.count)
    var parents = [Int32](repeating: 0, count: depth.count)
    for state in 1..<Int32(depth.count) {
      var child = self.child[Int(state)]
      while child != 0 {
        parents[Int(child)] = state
        child = sibling[Int(child)]
      }
    }
    for state in breadthFirst where parents[Int(state)] != 0 {
      var end = fallbacks[Int(parents[Int(state)])]
      while end != 0, existing(from: end, byte[Int(state)]) == 0 { end = fallbacks[Int(end)] }
      fallbacks[Int(state)] = existing(from: end, byte[Int(state)])
    }
    return fallbacks
  }

  private func existing(from state: Int32, _ wanted: UInt8) -> Int32 {
    guard state != 0 else { return first[Int(wanted)] }
    var child = self.child[Int(state)]
    while child != 0, byte[Int(child)] != wanted { child = sibling[Int(child)] }
    return child
  }

  private mutating func descend(from state: Int32, _ wanted: UInt8) -> Int32 {
    let known = existing(from: state, wanted)
    guard known == 0 else { return known }
    let new = Int32(depth.count)
    byte.append(wanted)
    child.append(0)
    depth.append(depth[Int(state)] + 1)
    match.append(0)
    if state == 0 {
      first[Int(wanted)] = new
      sibling.append(0)
    } else {
      sibling.append(child[Int(state)])
      child[Int(state)] = new
    }
    return new
  }
}
