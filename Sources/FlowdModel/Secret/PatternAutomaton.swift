/// Finds many patterns in one pass: Aho and Corasick's automaton (1975).
///
/// A state stands for the longest end of what was read with which a pattern begins; state 0 for none. A state's children
/// are a list, because nearly all states have one; state 0 has a table.
///
/// `@unchecked Sendable`: the memory behind the pointers is written by `init` only.
final class PatternAutomaton: @unchecked Sendable {
  typealias State = Int32

  /// Line breaks in a row that may stand within an occurrence.
  let lineBreaksMax: Int
  /// Of the longest pattern.
  let depthMax: Int
  private let nodes: UnsafeMutableBufferPointer<PatternNode>
  private let fallbacks: UnsafeMutableBufferPointer<State>
  private let first: UnsafeMutableBufferPointer<State>
  private let beginnings: PatternBeginnings

  /// - Parameter patterns: Folded, at least two bytes each.
  init(_ patterns: [[UInt8]], lineBreaksMax: Int) {
    var trie = PatternTrie()
    for pattern in patterns { trie.insert(pattern) }
    self.lineBreaksMax = lineBreaksMax
    depthMax = patterns.map(\.count).max() ?? 0
    beginnings = PatternBeginnings(trie)
    let fallbacks = trie.finish()
    self.fallbacks = .allocate(capacity: fallbacks.count)
    _ = self.fallbacks.initialize(from: fallbacks)
    nodes = .allocate(capacity: trie.nodes.count)
    _ = nodes.initialize(from: trie.nodes)
    first = .allocate(capacity: trie.first.count)
    _ = first.initialize(from: trie.first)
  }

  deinit {
    nodes.deallocate()
    fallbacks.deallocate()
    first.deallocate()
  }

  /// How many bytes a state stands for.
  func depth(_ state: State) -> Int { Int(nodes[Int(state)].depth) }

  /// The length of the longest pattern that ends in a state, or 0.
  func match(_ state: State) -> Int { Int(nodes[Int(state)].match) }

  /// The state after one more byte, which is folded and no line break.
  func next(_ state: State, _ byte: UInt8) -> State {
    var state = state
    while state != 0 {
      var child = nodes[Int(state)].child
      while child != 0 {
        if nodes[Int(child)].byte == byte { return child }
        child = nodes[Int(child)].sibling
      }
      state = fallbacks[Int(state)]
    }
    return first[Int(byte)]
  }

  /// The first place from `index` on where in state 0 more is to be done than to go on.
  func skip(_ bytes: UnsafeBufferPointer<UInt8>, from index: Int) -> Int {
    beginnings.skip(bytes, from: index)
  }
}
