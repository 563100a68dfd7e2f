import FlowdModel
import Testing

@testable import FlowdCLI

@Suite struct StartInputsTests {
  private static let definitions = StartInputs.definitions(
    try? JSONValue(
      parsing: Array(
        """
        {"n": "number", "b": {"type": "boolean"}, "c": {"type": "choice", "options": ["small", "large"]}, "j": "json",
         "s": {"required": true}, "t": {"type": "string", "default": "x"}}
        """.utf8)))

  private func merged(_ words: [(String, String)], _ given: [JSONValue.Member] = []) throws(CLIError) -> String {
    let assignments = words.compactMap { Assignment("\($0.0)=\($0.1)") }
    return JSONValue.object(try StartInputs.merged(assignments, into: given, Self.definitions)).text
  }

  @Test func valuesAreOfTheKindThatTheFlowAsksFor() throws {
    #expect(
      try merged([("n", "1.50"), ("b", "true"), ("c", "small"), ("j", "[1]"), ("s", "2"), ("z", "3")])
        == #"{"n":1.50,"b":true,"c":"small","j":[1],"s":"2","z":"3"}"#)
  }

  @Test func theLastValueOfANameCounts() throws {
    #expect(
      try merged([("n", "1"), ("n", "2")], [.init("n", .bool(true)), .init("s", .string("a"))]) == #"{"s":"a","n":2}"#)
    let error = #expect(throws: CLIError.self) { try merged([("n", "1"), ("n", "x")], [.init("s", .string("a"))]) }
    #expect(error?.message == "input 'n': expected a number, found 'x'")
  }

  @Test func allThatIsWrongIsToldAtOnce() {
    let error = #expect(throws: CLIError.self) {
      try merged([("n", "abc"), ("b", "maybe"), ("c", "smal"), ("j", "{"), ("zz", "1")])
    }
    #expect(error?.exitCode == .usage)
    let messages = error?.message.replacing("; ", with: "\n").split(separator: "\n").map(String.init) ?? []
    #expect(
      messages[0...1] == [
        "input 'n': expected a number, found 'abc'", "input 'b': expected true or false, found 'maybe'",
      ])
    #expect(messages[2].hasPrefix("input 'j' is not JSON: "))
    #expect(
      messages[3...] == [
        "unknown input 'zz'", "input 'c' must be one of 'small', 'large'", "found the string 'smal'",
        "input 's' is required",
      ])
  }

  @Test func whatIsOfTheRightKindIsLeftToTheStart() throws {
    #expect(try merged([("c", "smal"), ("zz", "1")]) == #"{"c":"smal","zz":"1"}"#)
  }
}
