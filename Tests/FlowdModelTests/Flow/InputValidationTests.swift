import FlowdModel
import Testing

struct InputValidationTests {
  private let definitions = [
    InputDefinition(name: "question", required: true),
    InputDefinition(name: "count", kind: .number, defaultValue: .number("3")),
    InputDefinition(name: "deep", kind: .boolean),
    InputDefinition(name: "size", kind: .choice, defaultValue: .string("small"), options: ["small", "large"]),
    InputDefinition(name: "data", kind: .json),
  ]

  private func validate(_ json: String) throws -> Result<[JSONValue.Member], InputProblems> {
    InputValidation.validate(given: try JSONValue(parsing: Array(json.utf8)), against: definitions)
  }

  @Test func defaultsAreFilledInAndTheOrderIsTheFlows() throws {
    let members = try validate(#"{"data":[1],"question":"why"}"#).get()
    #expect(members.map(\.name) == ["question", "count", "size", "data"])
    #expect(members.map(\.value.text) == [#""why""#, "3", #""small""#, "[1]"])
  }

  @Test func givenValuesReplaceDefaults() throws {
    let members = try validate(#"{"question":"","count":-1.5,"deep":false,"size":"large","data":null}"#).get()
    #expect(members.map(\.value.text) == [#""""#, "-1.5", "false", #""large""#, "null"])
  }

  @Test(arguments: [
    ("[]", ["inputs must be an object, found an array"]),
    ("null", ["inputs must be an object, found null"]),
    ("{}", ["input 'question' is required"]),
    (#"{"question":5}"#, ["input 'question' must be a string, found the number 5"]),
    (#"{"question":null}"#, ["input 'question' must be a string, found null"]),
    (#"{"question":"a\u0000b"}"#, ["input 'question' must not hold a NUL character"]),
    (#"{"question":"q","count":"3"}"#, ["input 'count' must be a number, found the string '3'"]),
    (#"{"question":"q","deep":"true"}"#, ["input 'deep' must be a boolean, found the string 'true'"]),
    (#"{"question":"q","deep":{}}"#, ["input 'deep' must be a boolean, found an object"]),
    (
      #"{"question":"q","size":"medium"}"#,
      ["input 'size' must be one of 'small', 'large'; found the string 'medium'"]
    ),
    (#"{"question":"q","size":true}"#, ["input 'size' must be one of 'small', 'large'; found true"]),
    (
      #"{"qestion":"q","zzz":1}"#,
      ["unknown input 'qestion'; did you mean 'question'?", "unknown input 'zzz'", "input 'question' is required"]
    ),
  ])
  func everyMistakeIsNamed(json: String, messages: [String]) throws {
    #expect(throws: InputProblems.self) { try validate(json).get() }
    guard case .failure(let problems) = try validate(json) else { return }
    #expect(problems.messages == messages)
  }

  @Test func problemsCarryTheirField() throws {
    guard case .failure(let problems) = try validate(#"{"x":1,"count":{}}"#) else { return #expect(Bool(false)) }
    #expect(problems.problems.map(\.field) == ["x", "question", "count"])
  }

  @Test func problemsAreBounded() throws {
    let json = "{" + (0..<5000).map { "\"x\($0)\":0" }.joined(separator: ",") + "}"
    guard case .failure(let problems) = try validate(json) else { return #expect(Bool(false)) }
    #expect(problems.problems.count == Limits.diagnosticsMax)
  }
}

struct InputEnvironmentTests {
  @Test(arguments: [
    ("name", "INPUT_NAME"), ("max-size", "INPUT_MAX_SIZE"), ("a_1", "INPUT_A_1"), ("Ünï", "INPUT__N_"),
  ])
  func namesAreUpperCaseWithUnderscores(name: String, variable: String) {
    #expect(InputDefinition(name: name).environmentName == variable)
  }

  @Test(arguments: [
    (#""a b""#, "a b"), ("1.50", "1.50"), ("true", "true"), ("null", "null"),
    (#"{"b":[1],"a":"é"}"#, #"{"b":[1],"a":"é"}"#),
  ])
  func valuesAreTextOrCompactJSON(json: String, text: String) throws {
    #expect(environmentText(of: try JSONValue(parsing: Array(json.utf8))) == text)
  }
}
