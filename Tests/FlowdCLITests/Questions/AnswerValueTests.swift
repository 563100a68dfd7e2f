import FlowdModel
import FlowdWire
import Testing

@testable import FlowdCLI

@Suite struct AnswerValueTests {
  private let choice = API.PendingInput(type: "choice", options: ["small", "smart", "Large", "2"])

  @Test(
    arguments: [
      ("boolean", "yes", "true"), ("boolean", " Y\n", "true"), ("boolean", "TRUE", "true"), ("boolean", "no", "false"),
      ("number", "12", "12"), ("number", " -1.5e3 ", "-1.5e3"), ("string", " as it is ", "\" as it is \""),
      ("secret", "s3cret", "\"s3cret\""), ("json", "{\"a\": [1]}", "{\"a\":[1]}"), ("string", "true", "\"true\""),
    ])
  func textBecomesWhatTheQuestionAsksFor(_ type: String, _ text: String, _ json: String) throws {
    #expect(try AnswerValue.parse(text, for: .init(type: type)).text == json)
  }

  @Test(
    arguments: [
      ("small", "small"), ("SMALL", "small"), ("lar", "Large"), ("l", "Large"), ("1", "small"), ("3", "Large"),
      // A name goes before a number.
      ("2", "2"),
    ])
  func anOptionIsNamedInWholeInPartOrByItsNumber(_ text: String, _ option: String) throws {
    #expect(try AnswerValue.parse(text, for: choice) == .string(option))
  }

  @Test func whatDoesNotFitIsExplained() {
    func mistake(_ text: String, _ question: API.PendingInput) -> String? {
      #expect(throws: AnswerValue.Mistake.self) { try AnswerValue.parse(text, for: question) }?.message
    }
    #expect(mistake("maybe", .init(type: "boolean")) == "expected yes or no; found 'maybe'")
    #expect(mistake("", .init(type: "boolean")) == "expected yes or no")
    #expect(mistake("1,5", .init(type: "number")) == "expected a number; found '1,5'")
    #expect(mistake("\"1\"", .init(type: "number")) == "expected a number; found '\"1\"'")
    #expect(mistake("sma", choice) == "'sma' may mean small or smart")
    #expect(mistake("9", choice) == "expected one of small, smart, Large, 2; found '9'")
    #expect(mistake("{", .init(type: "json"))?.hasPrefix("expected JSON: ") == true)
  }

  @Test func preparedJSONIsCheckedByItsKind() throws {
    try AnswerValue.check(.bool(true), for: .init(type: "boolean"))
    try AnswerValue.check(.string("small"), for: choice)
    for (value, type) in [(JSONValue.string("yes"), "boolean"), (.number("1"), "string"), (.string("tiny"), "choice")] {
      #expect(throws: AnswerValue.Mistake.self) {
        try AnswerValue.check(value, for: .init(type: type, options: choice.options))
      }
    }
  }

  @Test func aMistakeDoesNotRepeatASecret() {
    let mistake = #expect(throws: AnswerValue.Mistake.self) {
      try AnswerValue.check(.number("424242"), for: .init(type: "secret"))
    }
    #expect(mistake?.message.contains("424242") == false)
  }
}
