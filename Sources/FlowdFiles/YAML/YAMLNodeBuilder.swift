internal import FlowdModel

/// Builds nodes from JSON.
struct YAMLNodeBuilder: JSONBuilder {
  private let text: [UInt8]
  private var offset = 0
  private var position = SourcePosition.start
  private(set) var nodeCount: Int32 = 0
  private(set) var sawNUL = false

  init(_ text: [UInt8]) { self.text = text }

  /// Goes on from the last place, so that all places together cost one pass.
  mutating func mark(at target: Int) -> SourcePosition {
    while offset < target {
      let byte = text[offset]
      offset += 1
      let endsLine = byte == 0x0A || byte == 0x0D && (offset == text.count || text[offset] != 0x0A)
      if endsLine {
        position = SourcePosition(line: Int(position.line) + 1, column: 1)
      } else if byte & 0xC0 != 0x80 {
        position.column += 1
      }
    }
    return position
  }

  mutating func scalar(_ scalar: JSONScalar, from start: SourcePosition, to end: SourcePosition) -> YAMLNode {
    let content: YAMLNode.Content
    switch scalar {
    case .null: content = .scalar("null", .plain)
    case .bool(let value): content = .scalar(value ? "true" : "false", .plain)
    case .number(let text): content = .scalar(text, .plain)
    case .string(let text):
      if text.utf8.contains(0) { sawNUL = true }
      content = .scalar(text, .quoted)
    }
    return node(content, start, end)
  }

  mutating func array(_ elements: [YAMLNode], from start: SourcePosition) -> YAMLNode {
    node(.sequence(elements), start, start)
  }

  mutating func member(_ name: String, at mark: SourcePosition, value: YAMLNode) -> YAMLNode.Entry {
    if name.utf8.contains(0) { sawNUL = true }
    return YAMLNode.Entry(key: name, position: mark, value: value)
  }

  func name(of member: YAMLNode.Entry) -> String { member.key }

  mutating func object(_ members: [YAMLNode.Entry], from start: SourcePosition) -> YAMLNode {
    node(.mapping(members), start, start)
  }

  private mutating func node(_ content: YAMLNode.Content, _ start: SourcePosition, _ end: SourcePosition) -> YAMLNode {
    defer { nodeCount += 1 }
    return YAMLNode(content: content, start: start, end: end, index: nodeCount)
  }
}
