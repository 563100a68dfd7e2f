/// A state of the automaton.
struct PatternNode {
  /// With which its parent comes to it.
  var byte: UInt8
  /// The first of its children, and the next child of its parent; 0 for none.
  var child: Int32 = 0
  var sibling: Int32 = 0
  var depth: Int32
  /// The length of the longest pattern that ends here, or 0.
  var match: Int32 = 0
}

/// The patterns' common beginnings.
struct PatternTrie {
  /// The children of state 0 by their byte.
  private(set) var first = [Int32](repeating: 0, count: 256)
  /// A child comes after its parent.
  private(set) var nodes = [PatternNode(byte: 0, depth: 0)]

  mutating func insert(_ pattern: [UInt8]) {
    var state: Int32 = 0
    for byte in pattern { state = descend(from: state, byte) }
    nodes[Int(state)].match = nodes[Int(state)].depth
  }

  func child(of state: Int32, _ byte: UInt8) -> Int32 {
    guard state != 0 else { return first[Int(byte)] }
    var child = nodes[Int(state)].child
    while child != 0, nodes[Int(child)].byte != byte { child = nodes[Int(child)].sibling }
    return child
  }

  func children(of state: Int32) -> [Int32] {
    guard state != 0 else { return first.filter { $0 != 0 } }
    var children: [Int32] = []
    var child = nodes[Int(state)].child
    while child != 0 {
      children.append(child)
      child = nodes[Int(child)].sibling
    }
    return children
  }

  /// Completes `match`.
  ///
  /// - Returns: By state, the state of its longest end that is another state.
  mutating func finish() -> [Int32] {
    var fallbacks = [Int32](repeating: 0, count: nodes.count)
    var queue = children(of: 0)
    var next = 0
    while next < queue.count {
      let parent = queue[next]
      next += 1
      if nodes[Int(parent)].match == 0 { nodes[Int(parent)].match = nodes[Int(fallbacks[Int(parent)])].match }
      for state in children(of: parent) {
        let byte = nodes[Int(state)].byte
        var end = fallbacks[Int(parent)]
        while end != 0, child(of: end, byte) == 0 { end = fallbacks[Int(end)] }
        fallbacks[Int(state)] = child(of: end, byte)
        queue.append(state)
      }
    }
    return fallbacks
  }

  private mutating func descend(from state: Int32, _ byte: UInt8) -> Int32 {
    let known = child(of: state, byte)
    guard known == 0 else { return known }
    let new = Int32(nodes.count)
    var node = PatternNode(byte: byte, depth: nodes[Int(state)].depth + 1)
    if state == 0 {
      first[Int(byte)] = new
    } else {
      node.sibling = nodes[Int(state)].child
      nodes[Int(state)].child = new
    }
    nodes.append(node)
    return new
  }
}
