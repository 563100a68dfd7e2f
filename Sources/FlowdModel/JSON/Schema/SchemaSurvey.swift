/// Looks for what of a schema is wrong, or would not be taken into account.
struct SchemaSurvey {
  private let root: JSONValue
  private(set) var findings: [String] = []

  init(root: JSONValue) { self.root = root }

  private static let types: Set<String> = ["string", "number", "integer", "boolean", "null", "array", "object"]
  private static let schemas: Set<String> = [
    "additionalProperties", "additionalItems", "contains", "propertyNames", "not", "if", "then", "else",
  ]
  private static let schemaLists: Set<String> = ["allOf", "anyOf", "oneOf", "prefixItems"]
  private static let schemaMembers: Set<String> = [
    "properties", "patternProperties", "definitions", "$defs", "dependentSchemas",
  ]
  private static let counts: Set<String> = [
    "minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties", "minContains", "maxContains",
  ]
  private static let numbers: Set<String> = [
    "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
  ]
  private static let refused: Set<String> = [
    "unevaluatedProperties", "unevaluatedItems", "$dynamicRef", "$recursiveRef",
  ]

  /// Appends the findings in a schema and in those inside it.
  mutating func look(at schema: JSONValue, _ path: String, depth: Int) {
    guard findings.count < Limits.schemaMistakesMax, depth <= Limits.jsonDepthMax else { return }
    switch schema {
    case .bool: return
    case .object(let members):
      for member in members {
        look(at: member.name, member.value, SchemaText.path(path, member.name), depth: depth + 1)
      }
    case .null, .number, .string, .array: findings.append("\(path): a schema must be an object, true or false")
    }
  }

  private mutating func look(at keyword: String, _ value: JSONValue, _ path: String, depth: Int) {
    if Self.refused.contains(keyword) {
      findings.append("\(path): '\(keyword)' is not supported")
    } else if Self.schemas.contains(keyword) {
      look(at: value, path, depth: depth)
    } else if Self.schemaLists.contains(keyword) {
      lookAtList(value, path, depth: depth)
    } else if Self.schemaMembers.contains(keyword) {
      lookAtMembers(value, path, depth: depth)
      if keyword == "patternProperties" {
        for member in value.asMembers ?? [] { lookAtPattern(.string(member.name), path) }
      }
    } else if Self.counts.contains(keyword) {
      if JSONValue.object([.init("n", value)]).count(at: "n").map({ $0 < 0 }) ?? true {
        findings.append("\(path): must be a whole number that is not negative")
      }
    } else if Self.numbers.contains(keyword) {
      lookAtNumber(value, path, mustBePositive: keyword == "multipleOf")
    } else {
      lookAtOther(keyword, value, path, depth: depth)
    }
  }

  private mutating func lookAtOther(_ keyword: String, _ value: JSONValue, _ path: String, depth: Int) {
    switch keyword {
    case "type": lookAtTypes(value.asSchemaList ?? [value], path)
    case "enum": if value.asSchemaList == nil { findings.append("\(path): must be a list of values") }
    case "required": lookAtNames(value, path)
    case "uniqueItems": if case .bool = value { break } else { findings.append("\(path): must be true or false") }
    case "items":
      if value.asSchemaList == nil {
        look(at: value, path, depth: depth)
      } else {
        lookAtList(value, path, depth: depth)
      }
    case "pattern": lookAtPattern(value, path)
    case "$ref": lookAtReference(value, path)
    case "dependencies", "dependentRequired":
      for member in value.asMembers ?? [] {
        let path = SchemaText.path(path, member.name)
        if member.value.asSchemaList == nil, keyword == "dependencies" {
          look(at: member.value, path, depth: depth)
        } else {
          lookAtNames(member.value, path)
        }
      }
    default: break
    }
  }

  private mutating func lookAtList(_ value: JSONValue, _ path: String, depth: Int) {
    guard let elements = value.asSchemaList, !elements.isEmpty else {
      findings.append("\(path): must be a list of schemas")
      return
    }
    for (index, element) in elements.enumerated() { look(at: element, "\(path)[\(index)]", depth: depth) }
  }

  private mutating func lookAtMembers(_ value: JSONValue, _ path: String, depth: Int) {
    guard let members = value.asMembers else {
      findings.append("\(path): must be an object whose values are schemas")
      return
    }
    for member in members { look(at: member.value, SchemaText.path(path, member.name), depth: depth) }
  }

  private mutating func lookAtTypes(_ types: [JSONValue], _ path: String) {
    for type in types {
      guard case .string(let name) = type else {
        findings.append("\(path): must be the name of a type, or a list of them")
        continue
      }
      if !Self.types.contains(name) {
        let hint = NearMiss.hint(for: name, among: Self.types.sorted())
        findings.append("\(path): there is no type \(SchemaText.quoted(name))\(hint)")
      }
    }
  }

  private mutating func lookAtNames(_ value: JSONValue, _ path: String) {
    let isList = value.asSchemaList?.allSatisfy { if case .string = $0 { true } else { false } }
    if isList != true { findings.append("\(path): must be a list of names") }
  }

  private mutating func lookAtNumber(_ value: JSONValue, _ path: String, mustBePositive: Bool) {
    guard case .number(let text) = value, let number = DecimalNumber(text) else {
      findings.append("\(path): must be a number")
      return
    }
    if mustBePositive, number <= DecimalNumber(0) { findings.append("\(path): must be more than 0") }
  }

  private mutating func lookAtPattern(_ value: JSONValue, _ path: String) {
    guard case .string(let pattern) = value else {
      findings.append("\(path): must be a text")
      return
    }
    do throws(PatternParser.Mistake) {
      _ = try SchemaPattern(pattern)
    } catch {
      findings.append("\(path): the pattern \(SchemaText.quoted(pattern)) cannot be used: \(error.message)")
    }
  }

  private mutating func lookAtReference(_ value: JSONValue, _ path: String) {
    guard case .string(let reference) = value else {
      findings.append("\(path): must be a text")
      return
    }
    guard SchemaReference.target(reference, in: root) == nil else { return }
    let isLocal = reference.hasPrefix("#")
    let reason = isLocal ? "leads nowhere" : "is outside the schema; only #/… is supported"
    findings.append("\(path): \(SchemaText.quoted(reference)) \(reason)")
  }
}
