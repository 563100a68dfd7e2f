extension JSONValue {
  /// About what it takes in memory, which is a multiple of its text for many small values: each has a place of its own,
  /// a list and an object a block besides, and so has a text that is not short.
  package var memoryBytes: Int {
    let own = MemoryLayout<JSONValue>.stride
    switch self {
    case .null, .bool: return own
    case .number(let text), .string(let text): return own + Self.blockBytes(of: text)
    case .array(let elements):
      return elements.reduce(elements.isEmpty ? own : own + Self.headBytes) { $0 + $1.memoryBytes }
    case .object(let members):
      return members.reduce(members.isEmpty ? own : own + Self.headBytes) {
        $0 + MemoryLayout<String>.stride + Self.blockBytes(of: $1.name) + $1.value.memoryBytes
      }
    }
  }

  /// What a block on the heap has before its content.
  private static let headBytes = 32

  /// Swift keeps up to 15 bytes of a text in place.
  private static func blockBytes(of text: String) -> Int {
    let count = text.utf8.count
    return count > 15 ? count + headBytes : 0
  }
}
