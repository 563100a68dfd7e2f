internal import FlowdModel

extension JSONPathParser {
  /// `true`, `false`, `null`, or a function with its arguments (RFC 9535 §2.4).
  mutating func word() throws(JSONPathMistake) -> JSONPath.Operand {
    let start = position
    while (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(peek) || Self.isDigit(peek) || peek == UInt8(ascii: "_") {
      position += 1
    }
    let name = String(decoding: bytes[start..<position], as: UTF8.self)
    guard peek == UInt8(ascii: "(") else {
      switch name {
      case "true": return .literal(.bool(true))
      case "false": return .literal(.bool(false))
      case "null": return .literal(.null)
      default: throw mistake("expected a path, a constant or a function, found \(quoted(name))", at: start)
      }
    }
    position += 1
    try enter()
    let function = try function(name, at: start)
    depth -= 1
    skipSpace()
    guard take(")") else { throw mistake("expected ')', found \(found)") }
    return .function(function)
  }

  private mutating func function(_ name: String, at start: Int) throws(JSONPathMistake) -> JSONPath.Function {
    switch name {
    case "length": return .length(try valueArgument())
    case "count": return .count(try nodesArgument())
    case "value": return .value(try nodesArgument())
    case "match":
      let text = try valueArgument()
      return .match(text, try patternArgument(.pathMatch))
    case "search":
      let text = try valueArgument()
      return .search(text, try patternArgument(.pathSearch))
    default:
      let hint = NearMiss.hint(for: name, among: ["length", "count", "value", "match", "search"])
      throw mistake("there is no function \(quoted(name))\(hint)", at: start)
    }
  }

  private mutating func valueArgument() throws(JSONPathMistake) -> JSONPath.Operand {
    skipSpace()
    let start = position
    return try comparable(try operand(), at: start)
  }

  private mutating func nodesArgument() throws(JSONPathMistake) -> JSONPath.Query {
    skipSpace()
    guard peek == UInt8(ascii: "@") || peek == UInt8(ascii: "$") else {
      throw mistake("expected a path, found \(found)")
    }
    return try query()
  }

  /// A constant pattern is compiled here, so that a mistake in it is told instead of never matching.
  private mutating func patternArgument(_ form: RegularExpression.Form) throws(JSONPathMistake) -> JSONPath.Operand {
    skipSpace()
    guard take(",") else { throw mistake("expected ',', found \(found)") }
    skipSpace()
    let start = position
    let operand = try valueArgument()
    if case .literal(.string(let pattern)) = operand {
      do {
        _ = try RegularExpression(pattern, form)
      } catch {
        throw mistake("in the regular expression, \(error.text)", at: start)
      }
    }
    return operand
  }
}
