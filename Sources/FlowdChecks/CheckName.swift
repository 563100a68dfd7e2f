internal import FlowdModel

/// Writes checks the way people say them.
enum CheckName {
  /// Such as `not stdout contains "x"`.
  static func of(_ query: CheckQuery, _ predicate: CheckPredicate, _ expected: JSONValue) -> String {
    var words = predicate.isNegated ? ["not"] : []
    words += [of(query), predicate.operator.rawValue]
    switch predicate.operator {
    case .exists, .isEmpty: break
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .contains, .startsWith, .endsWith, .matches,
      .count, .type:
      words.append(of(expected, for: query))
    }
    return words.joined(separator: " ")
  }

  /// What a duration is compared with is written as one.
  private static func of(_ expected: JSONValue, for query: CheckQuery) -> String {
    if case .duration = query {
      if case .number(let text) = expected, let count = Int64(text), count >= 0 { return Milliseconds.text(count) }
      if case .string(let text) = expected { return part(text) }
    }
    return Excerpt.of(expected, bytesMax: Limits.checkPartBytesMax)
  }

  private static func of(_ query: CheckQuery) -> String {
    switch query {
    case .status: "status"
    case .header(let name): "header \(part(name))"
    case .cookie(let name): "cookie \(part(name))"
    case .body: "body"
    case .json(let path): "json \(part(path))"
    case .regex(let pattern): "regex \(part(pattern))"
    case .duration: "duration"
    case .bytes: "bytes"
    case .stdout: "stdout"
    case .stderr: "stderr"
    case .exit: "exit"
    }
  }

  private static func part(_ text: String) -> String { Excerpt.of(plain: text, bytesMax: Limits.checkPartBytesMax) }
}
