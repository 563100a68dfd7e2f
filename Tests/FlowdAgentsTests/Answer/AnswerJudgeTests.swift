import FlowdModel
import Testing

@testable import FlowdAgents

@Suite struct AnswerJudgeTests {
  private func judge(_ answer: String, schema: String? = nil) throws -> AnswerJudge.Verdict {
    let schema = try schema.map { try JSONValue(parsing: Array($0.utf8)) }
    return AnswerJudge(schema: schema).judge(Array(answer.utf8))
  }

  @Test(arguments: [
    (#"{"a": 1}"#, #"{"a":1}"#),
    ("  [1, 2]\n", "[1,2]"),
    ("\u{FEFF}{}", "{}"),
    ("\"text\"", "\"text\""),
    ("42", "42"),
    ("Here you are:\n```json\n{\"a\": 1}\n```\nAnything else?", #"{"a":1}"#),
    ("```\n[1]\n```", "[1]"),
    ("~~~json\n[1]\n~~~", "[1]"),
    ("```swift\nlet a = 1\n```\nand\n```json\n{\"b\": 2}\n```", #"{"b":2}"#),
    ("```json\n{\"a\": \"~~~\"}\n```", #"{"a":"~~~"}"#),
    ("The answer is {\"a\": \"}\\\"\"} as you see", #"{"a":"}\""}"#),
    ("Sets {like this} and [1, 2] and {\"a\": 1}", "[1,2]"),
    ("An unbalanced { brace, then {\"a\": 1}", #"{"a":1}"#),
    ("<think>maybe {\"x\"}</think>\n{\"a\": [1, {\"b\": \"]\"}]}", #"{"a":[1,{"b":"]"}]}"#),
    ("```json\n{\"a\": 1}", #"{"a":1}"#),
  ])
  func jsonIsFoundInAnAnswer(answer: String, json: String) throws {
    guard case .accepted(let found) = try judge(answer) else {
      Issue.record("rejected")
      return
    }
    #expect(found.text == json)
  }

  @Test(arguments: [
    ("", "it is empty"), (" \n", "it is empty"), ("no JSON here", "it holds no JSON"),
    (#"{"a": 1"#, "it is no JSON: 1:8: "), ("{'a': 1}", "it is no JSON: 1:2: expected a member name in quotes"),
  ])
  func anAnswerWithoutJSONSaysWhy(answer: String, mistake: String) throws {
    guard case .rejected(let mistakes) = try judge(answer) else {
      Issue.record("accepted")
      return
    }
    #expect(mistakes.count == 1)
    #expect(mistakes[0].hasPrefix(mistake), "\(mistakes)")
  }

  @Test func mistakesAreThoseOfTheFirstJSON() throws {
    let schema = #"{"type": "object", "properties": {"severity": {"enum": ["low", "high"]}}, "required": ["id"]}"#
    let verdict = try judge("```json\n{\"severity\": \"x\"}\n```\n{}", schema: schema)
    #expect(
      verdict == .rejected([#"$: "id" is missing"#, #"$.severity: expected one of "low", "high"; found "x""#]))
  }

  @Test func ofSeveralTheFirstThatFitsIsTaken() throws {
    let answer = "I looked at [1] and {\"b\": 1}.\n```json\n{\"a\": 1}\n```\n{\"a\": 2}"
    let verdict = try judge(answer, schema: #"{"type": "object", "required": ["a"]}"#)
    #expect(verdict == .accepted(.object([.init("a", .number("1"))])))
  }

  @Test func anAnswerFullOfBracesIsTriedABoundedNumberOfTimes() {
    let hostile = Array(String(repeating: "{", count: 1 << 18).utf8)
    #expect(AnswerCandidates(hostile).all.count == 1)
    let many = Array(String(repeating: "{}", count: 1000).utf8)
    #expect(AnswerCandidates(many).all.count == 1 + Limits.answerCandidatesMax)
  }

  @Test func theRepairNamesEveryMistake() {
    let prompt = AnswerJudge.repairPrompt(["$.a: one", "$.b: two"], schema: .bool(true))
    #expect(prompt.contains("- $.a: one\n- $.b: two\n"))
    #expect(prompt.contains("fits the schema"))
    #expect(!AnswerJudge.repairPrompt(["x"], schema: nil).contains("schema"))
  }
}
