package import FlowdModel

/// The language of flow files as a JSON Schema, for editors.
package enum FlowSchema {
  /// The schema (draft-07) of a flow file. What it refuses is wrong; what it accepts may still be refused by the reader,
  /// which also knows names, references and expressions.
  package static func jsonSchema() -> JSONValue {
    var schema: [JSONValue.Member] = [
      .init("$schema", .string("http://json-schema.org/draft-07/schema#")),
      .init("title", .string("A flow file of flowd")),
    ]
    schema += body(of: Language.flow)
    let definitions = objects.map { JSONValue.Member($0.name, .object(body(of: $0))) }
    schema.append(.init("definitions", .object(definitions)))
    return .object(schema)
  }

  /// Every mapping below the file itself.
  package static let objects: [SchemaObject] =
    [
      Language.input, Language.defaults, Language.concurrency, Language.network, Language.failure, Language.expiry,
      Language.step, Language.foreach, Language.until, Language.retry, Language.check, Language.predicates,
      Language.comparison,
    ] + StepKind.allCases.flatMap { [Language.with($0)] + Language.parts(of: $0) }

  // MARK: mappings

  private static func body(of object: SchemaObject) -> [JSONValue.Member] {
    var body: [JSONValue.Member] = [
      .init("type", .string("object")),
      .init("properties", .object(object.keys.map { .init($0.name, property($0)) })),
      .init("additionalProperties", .bool(false)),
    ]
    let required = object.keys.filter(\.isRequired).map { JSONValue.string($0.name) }
    if !required.isEmpty { body.append(.init("required", .array(required))) }
    var conditions = object.exactlyOne.map { names in
      Self.object(("oneOf", .array(names.map { Self.object(("required", .array([.string($0)]))) })))
    }
    if !object.atMostOne.isEmpty { conditions.append(atMostOne(of: object.atMostOne)) }
    if object.name == Language.step.name { conditions += StepKind.allCases.map(condition) }
    if !conditions.isEmpty { body.append(.init("allOf", .array(conditions))) }
    return body
  }

  private static func atMostOne(of names: [String]) -> JSONValue {
    let given = names.map { Self.object(("required", .array([.string($0)]))) }
    let none = Self.object(("not", Self.object(("anyOf", .array(given)))))
    return Self.object(("oneOf", .array(given + [none])))
  }

  /// What holds of a step by its `uses`.
  private static func condition(_ kind: StepKind) -> JSONValue {
    let uses = object(("uses", object(("const", .string(kind.rawValue)))))
    var properties = [JSONValue.Member("with", reference(to: Language.with(kind)))]
    for key in Language.step.keys where !key.applies(to: kind) { properties.append(.init(key.name, .bool(false))) }
    return object(
      ("if", object(("properties", uses), ("required", .array([.string("uses")])))),
      ("then", object(("properties", .object(properties)))))
  }

  private static func property(_ key: SchemaKey) -> JSONValue {
    var description = key.meaning
    if let standard = key.standard { description += " Otherwise: \(standard)." }
    if let kinds = key.kinds, kinds.count < StepKind.allCases.count {
      description += " Only for \(kinds.map { "`\($0.rawValue)`" }.joined(separator: ", "))."
    }
    // Beside `$ref`, draft-07 ignores everything else.
    guard case .object(var members) = type(key.type), !members.contains(where: { $0.name == "$ref" }) else {
      return object(("description", .string(description)), ("allOf", .array([type(key.type)])))
    }
    members.insert(.init("description", .string(description)), at: 0)
    return .object(members)
  }

  private static func reference(to object: SchemaObject) -> JSONValue {
    Self.object(("$ref", .string("#/definitions/\(object.name)")))
  }

  // MARK: types

  private static func type(_ type: SchemaType) -> JSONValue {
    switch type {
    case .text, .template, .expression, .networkRule: scalar
    case .constant: object(("type", scalarTypes), ("not", object(("pattern", .string(#"\$\{\{"#)))))
    case .value, .json, .with: .object([])
    case .plainValue: object(("not", object(("type", .string("object")))))
    case .boolean: object(("type", .string("boolean")))
    case .integer(let range): number("integer", "\(range.lowerBound)", "\(range.upperBound)")
    case .number(let range): number("number", "\(range.lowerBound)", "\(range.upperBound)")
    case .duration: string(pattern: SchemaPattern.duration)
    case .durationTemplate: string(pattern: "\(SchemaPattern.duration)|\\$\\{\\{")
    case .size: object(("type", scalarTypes), ("pattern", .string(SchemaPattern.size)))
    case .words(let words): object(("enum", .array(words.flatMap(spellings))))
    case .identifier: string(pattern: SchemaPattern.identifier)
    case .variable: string(pattern: SchemaPattern.variable)
    case .list(let element, let max, let min):
      object(
        ("type", .string("array")), ("items", Self.type(element)), ("minItems", .number("\(min)")),
        ("maxItems", .number("\(max)")))
    case .map(let value, let names, let max): map(of: value, names, max: max)
    case .object(let object): reference(to: object)
    case .either(let types): object(("anyOf", .array(types.map(Self.type))))
    }
  }

  private static let scalarTypes = JSONValue.array(["string", "number", "boolean"].map { .string($0) })

  /// A word that looks like a number may be written as one.
  private static func spellings(of word: String) -> [JSONValue] {
    Double(word) == nil ? [.string(word)] : [.string(word), .number(word)]
  }

  /// Numbers and truth values are taken as they are written.
  private static let scalar = object(("type", scalarTypes))

  private static func number(_ type: String, _ minimum: String, _ maximum: String) -> JSONValue {
    object(("type", .string(type)), ("minimum", .number(minimum)), ("maximum", .number(maximum)))
  }

  private static func string(pattern: String) -> JSONValue {
    object(("type", .string("string")), ("pattern", .string(pattern)))
  }

  private static func map(of value: SchemaType, _ names: SchemaNames, max: Int) -> JSONValue {
    let pattern =
      switch names {
      case .identifiers: SchemaPattern.identifier
      case .variables: SchemaPattern.variable
      case .headers: SchemaPattern.header
      case .any: SchemaPattern.any
      }
    return object(
      ("type", .string("object")), ("propertyNames", object(("pattern", .string(pattern)))),
      ("additionalProperties", type(value)), ("maxProperties", .number("\(max)")))
  }

  private static func object(_ members: (name: String, value: JSONValue)...) -> JSONValue {
    .object(members.map { .init($0.name, $0.value) })
  }
}

/// Regular expressions that JavaScript, which JSON Schema goes by, and Python read alike.
private enum SchemaPattern {
  static let identifier = "^[A-Za-z_][A-Za-z0-9_-]{0,63}$"
  static let variable = "^[A-Za-z_][A-Za-z0-9_]*$"
  static let header = "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"
  static let any = "^"
  static let size = "^[0-9]+(KiB|MiB|GiB)?$"
  static let duration = "^(?=[0-9])([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$"
}
