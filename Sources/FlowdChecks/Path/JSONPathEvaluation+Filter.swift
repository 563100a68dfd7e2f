internal import FlowdModel

extension JSONPathEvaluation {
  mutating func holds(_ condition: JSONPath.Condition, of value: JSONValue) throws(GaveUp) -> Bool {
    try step()
    switch condition {
    case .any(let conditions):
      for condition in conditions where try holds(condition, of: value) { return true }
      return false
    case .all(let conditions):
      for condition in conditions where try !holds(condition, of: value) { return false }
      return true
    case .not(let condition): return try !holds(condition, of: value)
    case .exists(let query): return try !values(of: query, at: value).isEmpty
    case .test(.match(let text, let pattern)): return try matches(text, pattern, .pathMatch, at: value)
    case .test(.search(let text, let pattern)): return try matches(text, pattern, .pathSearch, at: value)
    case .test(.length), .test(.count), .test(.value):
      preconditionFailure("the parser lets only match and search stand alone")
    case .comparison(let left, let comparison, let right):
      return try compare(try self.value(of: left, at: value), comparison, try self.value(of: right, at: value))
    }
  }

  /// RFC 9535 §2.3.5.2.2; `nil` is nothing, which equals nothing only.
  private mutating func compare(
    _ left: JSONValue?, _ comparison: CheckPredicate.Operator, _ right: JSONValue?
  ) throws(GaveUp) -> Bool {
    switch comparison {
    case .equal: return try equal(left, right)
    case .notEqual: return try !equal(left, right)
    case .less, .lessOrEqual, .greater, .greaterOrEqual:
      guard let order = try order(left, right) else {
        let includesEqual = comparison == .lessOrEqual || comparison == .greaterOrEqual
        return includesEqual ? try equal(left, right) : false
      }
      return order == 0
        ? comparison == .lessOrEqual || comparison == .greaterOrEqual
        : (order < 0) == (comparison == .less || comparison == .lessOrEqual)
    case .exists, .contains, .startsWith, .endsWith, .matches, .count, .isEmpty, .type:
      preconditionFailure("the parser makes no such comparison")
    }
  }

  private mutating func equal(_ left: JSONValue?, _ right: JSONValue?) throws(GaveUp) -> Bool {
    guard let left, let right else { return left == nil && right == nil }
    return try comparison.equal(left, right)
  }

  private mutating func order(_ left: JSONValue?, _ right: JSONValue?) throws(GaveUp) -> Int? {
    guard let left, let right else { return nil }
    return try comparison.order(left, right)
  }

  private mutating func value(of operand: JSONPath.Operand, at value: JSONValue) throws(GaveUp) -> JSONValue? {
    switch operand {
    case .literal(let literal): literal
    case .query(let query): try singleValue(of: query, at: value)
    case .function(let function): try self.value(of: function, at: value)
    }
  }

  private mutating func value(of function: JSONPath.Function, at value: JSONValue) throws(GaveUp) -> JSONValue? {
    switch function {
    case .length(let operand):
      switch try self.value(of: operand, at: value) {
      case .string(let text):
        try step(text.utf8.count / 16)
        return .number(String(text.unicodeScalars.count))
      case .array(let elements): return .number(String(elements.count))
      case .object(let members): return .number(String(members.count))
      case nil, .null, .bool, .number: return nil
      }
    case .count(let query): return .number(String(try values(of: query, at: value).count))
    case .value(let query):
      let values = try values(of: query, at: value)
      return values.count == 1 ? values[0] : nil
    case .match, .search: preconditionFailure("the parser lets match and search stand alone only")
    }
  }

  private mutating func values(of query: JSONPath.Query, at value: JSONValue) throws(GaveUp) -> [JSONValue] {
    if query.path.isSingular { return try singleValue(of: query, at: value).map { [$0] } ?? [] }
    return try values(at: query.path, from: query.isRelative ? value : root)
  }

  private mutating func singleValue(of query: JSONPath.Query, at value: JSONValue) throws(GaveUp) -> JSONValue? {
    var current = query.isRelative ? value : root
    for segment in query.path.segments {
      try step()
      let next: JSONValue?
      switch segment.selectors[0] {
      case .name(let name): next = try member(name, of: current)
      case .index(let index): next = Self.element(index, of: current)
      case .wildcard, .slice, .filter: preconditionFailure("a singular path has names and indexes only")
      }
      guard let next else { return nil }
      current = next
    }
    return current
  }

  private mutating func matches(
    _ text: JSONPath.Operand, _ pattern: JSONPath.Operand, _ form: RegularExpression.Form, at value: JSONValue
  ) throws(GaveUp) -> Bool {
    guard case .string(let text)? = try self.value(of: text, at: value),
      case .string(let pattern)? = try self.value(of: pattern, at: value)
    else { return false }
    if !regexes.has(pattern, form) { try step(RegexCache.compilingSteps) }
    guard let expression = try? regexes.expression(pattern, form) else { return false }
    return try expression.matches(text, budget: &searching)
  }
}
