internal import FlowdModel

/// What a query found.
enum Finding {
  /// Nothing can be said, not even that nothing is there; why.
  case failed(String)
  case nothing
  /// A value of a JSON document.
  case value(JSONValue)
  /// All that a path found which may find several; perhaps none.
  case values([JSONValue])
  /// The body or an output: one newline at its end does not count.
  case output(String)
  /// Part of a text.
  case text(String)
  /// The values of a header or a cookie that came once or more often.
  case texts([String])
  case number(Int)
  case milliseconds(Int64)

  /// What is shown as `seen`.
  var seen: String {
    switch self {
    case .failed(let reason): Excerpt.of(plain: reason, bytesMax: Limits.checkSeenBytesMax)
    case .nothing: "nothing"
    case .value(let value): Self.excerpt(value)
    case .values(let values): Self.list(values)
    case .output(let text), .text(let text): Self.excerpt(.string(text))
    case .texts(let texts): texts.count == 1 ? Self.excerpt(.string(texts[0])) : Self.list(texts.map { .string($0) })
    case .number(let number): String(number)
    case .milliseconds(let count): Milliseconds.text(count)
    }
  }

  private static func excerpt(_ value: JSONValue) -> String { Excerpt.of(value, bytesMax: Limits.checkSeenBytesMax) }

  private static func list(_ values: [JSONValue]) -> String {
    guard !values.isEmpty else { return "nothing" }
    return Excerpt.cut("\(values.count) found: \(excerpt(.array(values)))", bytesMax: Limits.checkSeenBytesMax)
  }
}
