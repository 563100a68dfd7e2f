/// A node of a YAML or JSON file, and where it stands.
package struct YAMLNode: Sendable {
  /// What kind of node it is, and what it holds.
  package enum Content: Sendable {
    case scalar(String, Style)
    case sequence([YAMLNode])
    case mapping([Entry])
    /// Something that is not allowed, such as an alias; already reported, so nothing more is said about it.
    case refused
  }

  /// How a scalar is written; only a plain one can be anything but a string.
  package enum Style: Equatable, Sendable {
    case plain
    case quoted
    /// `|` or `>`: the text begins on the line after the node.
    case block
  }

  /// A key of a mapping and its value. Keys of one mapping differ in their bytes.
  package struct Entry: Sendable {
    package var key: String
    package var position: SourcePosition
    package var value: YAMLNode
  }

  package var content: Content
  package var start: SourcePosition
  /// Of scalars: where they end. Otherwise the same as `start`.
  package var end: SourcePosition
  /// The node's number in its document, from 0; keys have none.
  package var index: Int32

  /// Whether it is a mapping in which a key has a text.
  func hasMember(_ key: String, _ text: String) -> Bool {
    guard case .mapping(let entries) = content, let entry = entries.first(where: { $0.key == key }),
      case .scalar(text, _) = entry.value.content
    else { return false }
    return true
  }
}
