import FlowdModel
import Testing

@testable import FlowdLua

@Suite struct LuaEvaluatorTests {
  @Test(arguments: [
    ("1 + 1", "2"), ("inputs.size == 'small'", "true"), ("#inputs.tags", "2"), ("steps.diff.stdout", #""one\ntwo\n""#),
    ("steps['my-id'].result.a[2]", "2"), ("#steps.review", "2"), ("steps.review[2].text", #""second""#),
    ("map(steps.review, function(r) return r.text end)", #"["first","second"]"#),
    ("steps.review", #"[{"text":"first","exit":0},{"text":"second","exit":1}]"#),
    ("steps['my-id'].result", #"{"z":1,"a":[1,2]}"#), ("inputs.nothing == null", "true"), ("{}", "[]"),
    ("inputs.big", "{}"), ("3.0", "3"), ("0.1", "0.1"), ("{b = 1, a = {1, 2}}", #"{"a":[1,2],"b":1}"#),
    ("now()", #""2024-02-29T12:00:00.250Z""#), ("1 -- a remark", "1"), ("(\"x\"):rep(3)", #""xxx""#),
  ])
  func expressionsHaveValues(source: String, expected: String) throws {
    #expect(try text(of: source) == expected)
  }

  @Test(arguments: ["nil", "inputs.missing", "response", "steps.diff.unknown", "steps.review[3]"])
  func whatHasNoValueIsNil(source: String) throws {
    #expect(try evaluate(source) == nil)
  }
}
