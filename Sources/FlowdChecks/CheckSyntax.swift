package import FlowdModel

/// Finds mistakes in checks before anything runs.
package enum CheckSyntax {
  /// What is wrong with a query's path, pattern or name, with its place; `nil` when nothing is.
  package static func problem(in query: CheckQuery) -> String? {
    switch query {
    case .json(let path):
      do {
        _ = try JSONPathParser.parse(path)
        return nil
      } catch {
        return "not a JSONPath: \(error.text)"
      }
    case .regex(let pattern): return problem(inPattern: pattern)
    case .header(let name), .cookie(let name): return name.isEmpty ? "needs a name" : nil
    case .status, .body, .duration, .bytes, .stdout, .stderr, .exit: return nil
    }
  }

  /// What is wrong with a predicate's value, as far as it is constant: a pattern of `matches`, the name after `type`, the
  /// number or the comparisons after `count`.
  package static func problem(in predicate: CheckPredicate) -> String? {
    guard let expected = predicate.expected.constantValue else { return nil }
    switch predicate.operator {
    case .matches:
      guard case .string(let pattern) = expected else { return "matches takes a pattern, not \(expected.kind)" }
      return problem(inPattern: pattern)
    case .type:
      guard case .string(let name) = expected else { return "type takes one of \(JSONTypeName.list)" }
      guard JSONTypeName(rawValue: name) == nil else { return nil }
      let hint = NearMiss.hint(for: name, among: JSONTypeName.allCases.map(\.rawValue))
      return "type takes one of \(JSONTypeName.list)\(hint)"
    case .count: return problem(inCount: expected)
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .exists, .contains, .startsWith, .endsWith,
      .isEmpty:
      return nil
    }
  }

  private static func problem(inPattern pattern: String) -> String? {
    do {
      _ = try RegularExpression(pattern)
      return nil
    } catch {
      return "not a regular expression: \(error.text)"
    }
  }

  private static func problem(inCount expected: JSONValue) -> String? {
    switch expected {
    case .number: return nil
    case .object(let members) where !members.isEmpty:
      for member in members where CheckPredicate.Operator.comparison(member.name) == nil {
        return "count cannot be compared by \(quoted(member.name)); use ==, !=, <, <=, > or >="
      }
      return nil
    case .null, .bool, .string, .array, .object: return "count takes a number or comparisons such as {\">=\": 2}"
    }
  }
}

extension ValueTemplate {
  /// The value of a template without expressions.
  fileprivate var constantValue: JSONValue? {
    switch self {
    case .constant(let value): return value
    case .string(let template): return template.constant.map { .string($0) }
    case .array(let elements):
      let values = elements.compactMap(\.constantValue)
      return values.count == elements.count ? .array(values) : nil
    case .object(let members):
      let values = members.compactMap { member in member.value.constantValue.map { (member.name, $0) } }
      return values.count == members.count ? .object(values.map { .init($0, $1) }) : nil
    }
  }
}
