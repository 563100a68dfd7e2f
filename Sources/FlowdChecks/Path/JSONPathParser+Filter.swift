internal import FlowdModel

extension JSONPathParser {
  /// `logical-expr` (RFC 9535 §2.3.5.1).
  mutating func condition() throws(JSONPathMistake) -> JSONPath.Condition {
    try enter()
    var choices = [try conjunction()]
    while takeOperator("||") { choices.append(try conjunction()) }
    depth -= 1
    return choices.count == 1 ? choices[0] : .any(choices)
  }

  private mutating func conjunction() throws(JSONPathMistake) -> JSONPath.Condition {
    var parts = [try basic()]
    while takeOperator("&&") { parts.append(try basic()) }
    return parts.count == 1 ? parts[0] : .all(parts)
  }

  /// Takes an operator and the space on both sides of it, or nothing.
  private mutating func takeOperator(_ text: StaticString) -> Bool {
    let before = position
    skipSpace()
    guard take(text) else {
      position = before
      return false
    }
    skipSpace()
    return true
  }

  private mutating func basic() throws(JSONPathMistake) -> JSONPath.Condition {
    if take("!") {
      skipSpace()
      if peek == UInt8(ascii: "(") { return .not(try parenthesised()) }
      let start = position
      let condition = try test(try operand(), at: start)
      let before = position
      skipSpace()
      if try comparisonOperator() != nil {
        throw mistake("'!' before a comparison needs parentheses around it", at: start)
      }
      position = before
      return .not(condition)
    }
    if peek == UInt8(ascii: "(") { return try parenthesised() }
    let start = position
    let left = try operand()
    let afterLeft = position
    skipSpace()
    guard let comparison = try comparisonOperator() else {
      position = afterLeft
      return try test(left, at: start)
    }
    skipSpace()
    let rightStart = position
    let right = try operand()
    return .comparison(try comparable(left, at: start), comparison, try comparable(right, at: rightStart))
  }

  private mutating func parenthesised() throws(JSONPathMistake) -> JSONPath.Condition {
    position += 1
    skipSpace()
    let condition = try condition()
    skipSpace()
    guard take(")") else { throw mistake("expected ')', '&&' or '||', found \(found)") }
    return condition
  }

  private func test(_ operand: JSONPath.Operand, at start: Int) throws(JSONPathMistake) -> JSONPath.Condition {
    switch operand {
    case .query(let query): return .exists(query)
    case .function(let function):
      guard function.isTest else { throw mistake("the result of this function must be compared", at: start) }
      return .test(function)
    case .literal: throw mistake("a constant must be compared with something", at: start)
    }
  }

  private mutating func comparisonOperator() throws(JSONPathMistake) -> CheckPredicate.Operator? {
    if take("==") { return .equal }
    if take("!=") { return .notEqual }
    if take("<=") { return .lessOrEqual }
    if take(">=") { return .greaterOrEqual }
    if take("<") { return .less }
    if take(">") { return .greater }
    if peek == UInt8(ascii: "=") { throw mistake("equality is written '=='") }
    return nil
  }

  /// The operand, if it gives one value at most.
  func comparable(_ operand: JSONPath.Operand, at start: Int) throws(JSONPathMistake) -> JSONPath.Operand {
    switch operand {
    case .literal: break
    case .query(let query):
      guard query.path.isSingular else {
        throw mistake("this path may find several values, which cannot be compared", at: start)
      }
    case .function(let function):
      guard !function.isTest else { throw mistake("match and search give no value to compare", at: start) }
    }
    return operand
  }

  /// A constant, a path or a function.
  mutating func operand() throws(JSONPathMistake) -> JSONPath.Operand {
    switch peek {
    case UInt8(ascii: "'"), UInt8(ascii: "\""): return .literal(.string(try string()))
    case UInt8(ascii: "@"), UInt8(ascii: "$"): return .query(try query())
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .literal(.number(try number()))
    case UInt8(ascii: "a")...UInt8(ascii: "z"): return try word()
    default: throw mistake("expected a path, a constant or a function, found \(found)")
    }
  }

  mutating func query() throws(JSONPathMistake) -> JSONPath.Query {
    let isRelative = peek == UInt8(ascii: "@")
    position += 1
    return .init(isRelative: isRelative, path: JSONPath(segments: try segments()))
  }

  /// A JSON number.
  private mutating func number() throws(JSONPathMistake) -> String {
    let start = position
    while Self.isDigit(peek) || "+-.eE".utf8.contains(peek) { position += 1 }
    let text = bytes[start..<position]
    guard case .number(let number)? = try? JSONValue(parsing: Array(text)) else {
      throw mistake("not a number", at: start)
    }
    return number
  }
}
