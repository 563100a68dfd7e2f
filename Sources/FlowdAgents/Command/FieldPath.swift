internal import FlowdModel

/// A way into a JSON value: `type`, `message.role`, `message.content[*].text`, `choices[0].text`.
struct FieldPath: Equatable, Sendable {
  private enum Segment: Equatable, Sendable {
    case member(String)
    case element(Int)
    case each
  }

  private let segments: [Segment]

  /// What is no path is the name of one member.
  init(_ text: String) {
    var segments: [Segment] = []
    for part in text.split(separator: ".", omittingEmptySubsequences: true) {
      let name = part.prefix { $0 != "[" }
      if !name.isEmpty { segments.append(.member(String(name))) }
      for bracket in part.dropFirst(name.count).split(separator: "[") {
        let inside = bracket.hasSuffix("]") ? bracket.dropLast() : bracket
        segments.append(inside == "*" ? .each : Int(inside).map(Segment.element) ?? .member(String(inside)))
      }
    }
    self.segments = segments
  }

  /// All values that the path leads to, in their order; the empty path leads to the value itself.
  func values(in value: JSONValue) -> [JSONValue] {
    var found = [value]
    for segment in segments {
      found = found.flatMap { Self.step(segment, from: $0) }
    }
    return found
  }

  /// The texts that the path leads to, put together; `nil` when there is none.
  ///
  /// Numbers, truth values and whole objects are texts as they are written; null is none.
  func text(in value: JSONValue) -> String? {
    let texts = values(in: value).compactMap(Self.text)
    return texts.isEmpty ? nil : texts.joined()
  }

  private static func text(of value: JSONValue) -> String? {
    switch value {
    case .null: nil
    case .string(let text): text
    case .bool, .number, .array, .object: value.text
    }
  }

  private static func step(_ segment: Segment, from value: JSONValue) -> [JSONValue] {
    switch (segment, value) {
    case (.member(let name), .object): value[name].map { [$0] } ?? []
    case (.element(let index), .array(let elements)): elements.indices.contains(index) ? [elements[index]] : []
    case (.each, .array(let elements)): elements
    case (.each, .object(let members)): members.map(\.value)
    default: []
    }
  }
}
