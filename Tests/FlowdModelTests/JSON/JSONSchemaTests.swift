import FlowdModel
import Testing

private struct SchemaCase: Sendable, CustomTestStringConvertible {
  var schema: String
  var value: String
  /// Whole, or their beginnings.
  var mistakes: [String]

  init(_ schema: String, _ value: String, _ mistakes: String...) {
    self.schema = schema
    self.value = value
    self.mistakes = mistakes
  }

  var testDescription: String { "\(schema) ← \(value)" }
}

private func json(_ text: String) throws -> JSONValue { try JSONValue(parsing: Array(text.utf8)) }

private let anyValue: [SchemaCase] = [
  SchemaCase("true", "1"),
  SchemaCase("{}", "[null]"),
  SchemaCase("false", "1", "$: nothing is allowed here"),
  SchemaCase(#"{"type": "string"}"#, #""x""#),
  SchemaCase(#"{"type": "string"}"#, "5", "$: expected a string, found 5"),
  SchemaCase(#"{"type": "object"}"#, "[]", "$: expected an object, found an array"),
  SchemaCase(#"{"type": ["string", "null"]}"#, "null"),
  SchemaCase(#"{"type": ["string", "null"]}"#, "true", "$: expected a string or null, found a boolean"),
  SchemaCase(#"{"type": "integer"}"#, "3"),
  SchemaCase(#"{"type": "integer"}"#, "3.0"),
  SchemaCase(#"{"type": "integer"}"#, "30e-1"),
  SchemaCase(#"{"type": "integer"}"#, "3.5", "$: expected an integer, found 3.5"),
  SchemaCase(#"{"type": "number"}"#, "3.5"),
  SchemaCase(#"{"enum": ["low", "high"]}"#, #""low""#),
  SchemaCase(#"{"enum": ["low", "high"]}"#, #""urgent""#, #"$: expected one of "low", "high"; found "urgent""#),
  SchemaCase(#"{"enum": [1, {"a": [1, 2]}]}"#, #"{"a": [1.0, 2e0]}"#),
  SchemaCase(#"{"enum": [1, null]}"#, #""1""#, #"$: expected one of 1, null; found "1""#),
  SchemaCase(#"{"const": {"a": 1, "b": 2}}"#, #"{"b": 2, "a": 1}"#),
  SchemaCase(#"{"const": "a"}"#, #""b""#, #"$: expected "a", found "b""#),
  SchemaCase(#"{"const": 0}"#, "false", "$: expected 0, found false"),
  SchemaCase(#"{"const": "\u00e9"}"#, #""e\u0301""#, "$: expected"),
]

private let scalars: [SchemaCase] = [
  SchemaCase(#"{"minimum": 1}"#, "1"),
  SchemaCase(#"{"minimum": 1}"#, "0.99", "$: expected at least 1, found 0.99"),
  SchemaCase(#"{"minimum": 1}"#, #""0""#),
  SchemaCase(#"{"maximum": 10}"#, "10.0"),
  SchemaCase(#"{"maximum": 10}"#, "1e2", "$: expected at most 10, found 1e2"),
  SchemaCase(#"{"maximum": 9007199254740993}"#, "9007199254740993"),
  SchemaCase(#"{"maximum": 9007199254740992}"#, "9007199254740993", "$: expected at most"),
  SchemaCase(#"{"exclusiveMinimum": 0}"#, "0", "$: expected more than 0, found 0"),
  SchemaCase(#"{"exclusiveMaximum": 1}"#, "1", "$: expected less than 1, found 1"),
  SchemaCase(#"{"exclusiveMaximum": 1}"#, "0.999"),
  SchemaCase(#"{"multipleOf": 0.01}"#, "4.35"),
  SchemaCase(#"{"multipleOf": 0.01}"#, "4.355", "$: expected a multiple of 0.01, found 4.355"),
  SchemaCase(#"{"multipleOf": 7}"#, "49e3"),
  SchemaCase(#"{"multipleOf": 7}"#, "50", "$: expected a multiple of 7, found 50"),
  SchemaCase(#"{"multipleOf": 2.5}"#, "-5"),
  SchemaCase(#"{"multipleOf": 3}"#, "0"),
  SchemaCase(#"{"minLength": 2}"#, #""é🌍""#),
  SchemaCase(#"{"minLength": 2}"#, #""é""#, "$: expected at least 2 characters, found 1"),
  SchemaCase(#"{"maxLength": 1}"#, #""ab""#, "$: expected at most 1 character, found 2"),
  SchemaCase(#"{"maxLength": 1.0}"#, #""a""#),
  SchemaCase(#"{"pattern": "^[A-Z]+-\\d{1,4}$"}"#, #""FLOW-42""#),
  SchemaCase(#"{"pattern": "^[A-Z]+$"}"#, #""a""#, #"$: expected a match of "^[A-Z]+$", found "a""#),
  SchemaCase(#"{"pattern": "x"}"#, "5"),
  SchemaCase(#"{"format": "email"}"#, #""no address""#),
]

private let containers: [SchemaCase] = [
  SchemaCase(#"{"items": {"type": "number"}}"#, "[1, 2]"),
  SchemaCase(
    #"{"items": {"type": "number"}}"#, #"[1, "x", null]"#, "$[1]: expected a number, found a string",
    "$[2]: expected a number, found null"),
  SchemaCase(#"{"prefixItems": [{"type": "string"}], "items": false}"#, #"["a"]"#),
  SchemaCase(#"{"prefixItems": [{"type": "string"}], "items": false}"#, #"["a", 1]"#, "$[1]: nothing is allowed here"),
  SchemaCase(#"{"items": [{"type": "string"}], "additionalItems": {"type": "null"}}"#, #"["a", null]"#),
  SchemaCase(
    #"{"items": [{"type": "string"}], "additionalItems": {"type": "null"}}"#, #"["a", 1]"#, "$[1]: expected null"),
  SchemaCase(#"{"items": [{"type": "string"}]}"#, "[1]", "$[0]: expected a string, found 1"),
  SchemaCase(#"{"minItems": 1}"#, "[]", "$: expected at least 1 element, found 0"),
  SchemaCase(#"{"maxItems": 2}"#, "[1, 2, 3]", "$: expected at most 2 elements, found 3"),
  SchemaCase(#"{"uniqueItems": true}"#, #"[1, "1", [1], {"a": 1}]"#),
  SchemaCase(#"{"uniqueItems": true}"#, "[1, 2, 1.0]", "$: the elements 0 and 2 are equal"),
  SchemaCase(
    #"{"uniqueItems": true}"#, #"[{"a": 1, "b": 2}, {"b": 2, "a": 1}]"#, "$: the elements 0 and 1 are equal"),
  SchemaCase(#"{"uniqueItems": false}"#, "[1, 1]"),
  SchemaCase(#"{"contains": {"const": 1}}"#, "[2, 1]"),
  SchemaCase(#"{"contains": {"const": 1}}"#, "[2]", "$: expected at least 1 that fit 'contains', found 0"),
  SchemaCase(#"{"contains": {"const": 1}, "minContains": 0}"#, "[]"),
  SchemaCase(#"{"contains": {"const": 1}, "maxContains": 1}"#, "[1, 1]", "$: expected at most 1 that fit"),
  SchemaCase(#"{"required": ["a", "b"]}"#, #"{"b": null}"#, #"$: "a" is missing"#),
  SchemaCase(#"{"required": ["a"]}"#, "[]"),
  SchemaCase(#"{"properties": {"a": {"type": "string"}}}"#, #"{"b": 1}"#),
  SchemaCase(#"{"properties": {"a": {"type": "string"}}}"#, #"{"a": 1}"#, "$.a: expected a string, found 1"),
  SchemaCase(#"{"properties": {"a b": {"type": "string"}}}"#, #"{"a b": 1}"#, #"$["a b"]: expected a string, found 1"#),
  SchemaCase(#"{"properties": {"a": true}, "additionalProperties": false}"#, #"{"a": 1}"#),
  SchemaCase(
    #"{"properties": {"severity": true}, "additionalProperties": false}"#, #"{"severty": 1}"#,
    #"$: "severty" is not allowed; did you mean 'severity'?"#),
  SchemaCase(#"{"additionalProperties": {"type": "number"}}"#, #"{"a": 1, "b": "x"}"#, "$.b: expected a number"),
  SchemaCase(
    #"{"patternProperties": {"^x-": {"type": "number"}}, "additionalProperties": false}"#,
    #"{"x-a": 1, "x-b": "2", "y": 3}"#,
    #"$.x-b: expected a number, found a string"#, #"$: "y" is not allowed"#),
  SchemaCase(#"{"minProperties": 1}"#, "{}", "$: expected at least 1 member, found 0"),
  SchemaCase(#"{"maxProperties": 1}"#, #"{"a": 1, "b": 1}"#, "$: expected at most 1 member, found 2"),
  SchemaCase(#"{"propertyNames": {"maxLength": 2}}"#, #"{"ab": 1}"#),
  SchemaCase(#"{"propertyNames": {"maxLength": 2}}"#, #"{"abc": 1}"#, #"$: the name "abc": expected at most 2"#),
  SchemaCase(#"{"dependentRequired": {"a": ["b"]}}"#, #"{"c": 1}"#),
  SchemaCase(#"{"dependentRequired": {"a": ["b"]}}"#, #"{"a": 1}"#, #"$: "b" is missing, which "a" needs"#),
  SchemaCase(#"{"dependencies": {"a": {"required": ["b"]}}}"#, #"{"a": 1}"#, #"$: "b" is missing"#),
]

private let combinations: [SchemaCase] = [
  SchemaCase(#"{"allOf": [{"minimum": 1}, {"maximum": 3}]}"#, "2"),
  SchemaCase(#"{"allOf": [{"minimum": 1}, {"maximum": 3}]}"#, "4", "$: expected at most 3, found 4"),
  SchemaCase(#"{"anyOf": [{"type": "string"}, {"type": "null"}]}"#, "null"),
  SchemaCase(
    #"{"anyOf": [{"type": "string"}, {"type": "null"}]}"#, "1",
    "$: fits none of 2 alternatives; of the nearest: expected a string, found 1"),
  SchemaCase(
    #"{"anyOf": [{"type": "string"}, {"properties": {"a": {"minimum": 1}}}]}"#, #"{"a": 0}"#,
    "$: fits none of 2 alternatives; of the nearest: $.a: expected at least 1, found 0"),
  SchemaCase(#"{"oneOf": [{"multipleOf": 2}, {"multipleOf": 3}]}"#, "4"),
  SchemaCase(
    #"{"oneOf": [{"multipleOf": 2}, {"multipleOf": 3}]}"#, "6",
    "$: fits the alternatives 1 and 2, where one only is allowed"),
  SchemaCase(#"{"oneOf": [{"multipleOf": 2}, {"multipleOf": 3}]}"#, "5", "$: fits none of 2 alternatives"),
  SchemaCase(#"{"oneOf": [{"type": "string"}]}"#, "5", "$: expected a string, found 5"),
  SchemaCase(#"{"not": {"type": "null"}}"#, "1"),
  SchemaCase(#"{"not": {"type": "null"}}"#, "null", "$: null fits what 'not' excludes"),
  SchemaCase(#"{"if": {"const": 1}, "then": false, "else": {"minimum": 5}}"#, "7"),
  SchemaCase(#"{"if": {"const": 1}, "then": false, "else": {"minimum": 5}}"#, "1", "$: nothing is allowed here"),
  SchemaCase(#"{"if": {"const": 1}, "then": false, "else": {"minimum": 5}}"#, "2", "$: expected at least 5"),
  SchemaCase(##"{"$ref": "#/$defs/a", "$defs": {"a": {"type": "null"}}}"##, "null"),
  SchemaCase(##"{"$ref": "#/$defs/a", "$defs": {"a": {"type": "null"}}}"##, "1", "$: expected null, found 1"),
  SchemaCase(
    ##"{"$ref": "#/definitions/a~1b%20c", "definitions": {"a/b c": false}}"##, "1", "$: nothing is allowed here"),
  SchemaCase(##"{"properties": {"next": {"$ref": "#"}}, "required": ["v"]}"##, #"{"v": 1, "next": {"v": 2}}"#),
  SchemaCase(
    ##"{"properties": {"next": {"$ref": "#"}}, "required": ["v"]}"##, #"{"v": 1, "next": {}}"#,
    #"$.next: "v" is missing"#),
  SchemaCase(##"{"allOf": [{"$ref": "#"}]}"##, "1", "$: the schema refers to itself more than"),
  SchemaCase(
    #"{"properties": {"findings": {"items": {"properties": {"severity": {"enum": ["low", "high"]}}}}}}"#,
    #"{"findings": [{"severity": "low"}, {"severity": "high"}, {"severity": "x"}]}"#,
    #"$.findings[2].severity: expected one of "low", "high"; found "x""#),
]

@Suite struct JSONSchemaTests {
  @Test(arguments: anyValue + scalars + containers + combinations)
  fileprivate func valuesAreComparedWithTheirSchema(row: SchemaCase) throws {
    let found = JSONSchemaValidator(try json(row.schema)).mistakes(in: try json(row.value)).map(\.description)
    #expect(found.count == row.mistakes.count, "\(found)")
    for (found, expected) in zip(found, row.mistakes) { #expect(found.hasPrefix(expected)) }
  }

  @Test(arguments: anyValue + scalars + containers + combinations)
  fileprivate func noSchemaOfTheTableIsUnsupported(row: SchemaCase) throws {
    #expect(JSONSchemaValidator.unsupported(in: try json(row.schema)) == [])
  }

  @Test(arguments: [
    ("5", "$: a schema must be an object, true or false"),
    (#"{"type": "strng"}"#, #"$.type: there is no type "strng"; did you mean 'string'?"#),
    (#"{"type": 5}"#, "$.type: must be the name of a type"),
    (#"{"properties": {"a": {"pattern": "(?=x)"}}}"#, #"$.properties.a.pattern: the pattern "(?=x)" cannot be used: "#),
    (#"{"pattern": 5}"#, "$.pattern: must be a text"),
    (#"{"patternProperties": {"[": true}}"#, #"$.patternProperties: the pattern "[" cannot be used: a ']' is missing"#),
    (#"{"unevaluatedProperties": false}"#, "$.unevaluatedProperties: 'unevaluatedProperties' is not supported"),
    (#"{"items": {"enum": 1}}"#, "$.items.enum: must be a list of values"),
    (#"{"items": [{"minItems": -1}]}"#, "$.items[0].minItems: must be a whole number"),
    (#"{"minimum": "1"}"#, "$.minimum: must be a number"),
    (#"{"exclusiveMinimum": true}"#, "$.exclusiveMinimum: must be a number"),
    (#"{"multipleOf": 0}"#, "$.multipleOf: must be more than 0"),
    (#"{"required": "a"}"#, "$.required: must be a list of names"),
    (#"{"anyOf": []}"#, "$.anyOf: must be a list of schemas"),
    (#"{"properties": []}"#, "$.properties: must be an object whose values are schemas"),
    (##"{"not": {"$ref": "#/$defs/x"}}"##, ##"$.not["$ref"]: "#/$defs/x" leads nowhere"##),
    (#"{"$ref": "http://x/y"}"#, #"$["$ref"]: "http://x/y" is outside the schema"#),
    (#"{"uniqueItems": 1}"#, "$.uniqueItems: must be true or false"),
    (#"{"$defs": {"a": {"if": 1}}}"#, #"$["$defs"].a.if: a schema must be an object"#),
  ])
  func whatIsWrongWithASchemaIsFoundWithItsPlace(schema: String, finding: String) throws {
    let found = JSONSchemaValidator.unsupported(in: try json(schema))
    #expect(found.count == 1)
    #expect(found.first?.hasPrefix(finding) == true, "\(found)")
  }

  @Test func valuesThatLookLikeKeywordsAreLeftAlone() throws {
    let schema =
      #"{"enum": [{"pattern": "x"}], "default": {"type": 5}, "properties": {"pattern": {}}, "x-any": {"type": 1}}"#
    #expect(JSONSchemaValidator.unsupported(in: try json(schema)) == [])
  }

  @Test func mistakesAreBounded() throws {
    let value = JSONValue.array((0..<1000).map { .number(String($0)) })
    let found = JSONSchemaValidator(try json(#"{"items": {"type": "string"}}"#)).mistakes(in: value)
    #expect(found.count == Limits.schemaMistakesMax)
  }

  @Test func aComparisonThatTakesTooMuchIsGivenUp() throws {
    var definitions = (0..<40).map { number in
      let next = "{\"$ref\": \"#/$defs/a\(number + 1)\"}"
      return "\"a\(number)\": {\"allOf\": [\(next), \(next)]}"
    }
    definitions.append("\"a40\": true")
    let schema = "{\"$ref\": \"#/$defs/a0\", \"$defs\": {\(definitions.joined(separator: ", "))}}"
    let found = JSONSchemaValidator(try json(schema), stepsMax: 10_000).mistakes(in: .null)
    #expect(found.map(\.message) == ["comparing it with the schema takes more than 10000 steps"])
  }

  @Test func theDeepestValueFitsWithoutOverflow() throws {
    var value = JSONValue.array([])
    for _ in 0..<62 { value = .array([value]) }
    let schema = ##"{"anyOf": [{"type": "string"}, {"allOf": [{"items": {"$ref": "#"}}]}]}"##
    #expect(JSONSchemaValidator(try json(schema)).mistakes(in: value) == [])
  }
}
