import FlowdModel
import Testing

@testable import FlowdLua

@Suite struct LazyReadingTests {
  @Test(arguments: [
    ("1", []), ("inputs.size", ["inputs"]), ("inputs.size .. inputs.count", ["inputs"]),
    ("steps.diff.stdout", ["diff.stdout"]), ("steps.diff.stdout == steps.diff.stdout", ["diff.stdout"]),
    ("steps.diff.exit == 1 and steps.diff.stdout", ["diff.exit"]), ("#steps.review", []), ("len(steps.review)", []),
    ("steps.review[2].text", ["review[1].text"]),
    ("map(steps.review, function(r) return r.exit end)", ["review[0].exit", "review[1].exit"]),
    (
      "filter(steps.review, function(r) return r.exit == 0 end)[1].text",
      ["review[0].exit", "review[1].exit", "review[0].text"]
    ),
    ("steps.diff", ["diff.stdout", "diff.exit", "diff.status"]), ("keys(steps)", []),
    ("type(steps.diff)", []), ("steps.diff == steps.diff", []),
  ])
  func onlyWhatIsReadIsAskedFor(source: String, asked: [String]) throws {
    let scope = SampleScope.usual()
    _ = try? evaluate(source, in: scope)
    #expect(scope.asked == asked)
  }

  @Test(arguments: [
    "steps.diff.stdout", "map(steps.review, function(r) return r.text end)",
    "pcall(function() return steps.diff.stdout end)",
    "(function() while true do pcall(function() return steps.diff.stdout end) end end)()",
    "('x'):gsub('x', function() return steps.diff.stdout end)",
    "table.sort({1, 2}, function() return steps.diff.stdout end)",
    "json.encode(steps.diff)", "steps.diff", "steps", "keys(steps.diff)",
    "(function() for k, v in pairs(steps.review[1]) do end end)()",
    "default(steps.diff.stdout, 1)", "select('#', pcall(pcall, function() return steps.review[1].text end))",
  ])
  func aNeededOutputStopsTheEvaluationWhateverTheCodeDoes(source: String) throws {
    let scope = SampleScope.usual()
    scope.needed = ["diff": 4, "review": 4]
    #expect(mistake(in: source, scope: scope, line: 9) == ExpressionError(.needsOutput(step: 4), "not loaded", line: 9))
  }

  @Test func onceTheOutputIsThereTheValueIs() throws {
    let evaluator = LuaEvaluator()
    let scope = SampleScope.usual()
    scope.needed = ["diff": 4]
    let expression = Expression("steps.diff.stdout")
    #expect(throws: ExpressionError(.needsOutput(step: 4), "not loaded")) {
      try evaluator.evaluate(expression, in: scope)
    }
    scope.needed = [:]
    #expect(try evaluator.evaluate(expression, in: scope) == .string("one\ntwo\n"))
  }

  @Test func viewsAreOrdinaryTablesToTheAuthor() throws {
    #expect(
      try text(of: "{type(steps), type(steps.diff), type(steps.review), type(inputs)}")
        == #"["table","table","table","table"]"#)
    #expect(try text(of: "keys(steps)") == #"["diff","my-id","review"]"#)
    #expect(try text(of: "keys(steps.diff)") == #"["stdout","exit","status"]"#)
    #expect(
      try text(
        of: "(function() local t = {} for i, r in ipairs(steps.review) do t[i] = i .. r.text end return t end)()")
        == #"["1first","2second"]"#)
    #expect(
      try text(
        of: "(function() local t = {} for k, v in pairs(steps.diff) do t[#t + 1] = k .. '=' .. v end return t end)()")
        == ##"["stdout=one\ntwo\n","exit=0","status=succeeded"]"##)
    #expect(try text(of: "join(map(steps.review, function(r, i) return i .. r.text end), ';')") == #""1first;2second""#)
    #expect(try text(of: "{a = steps.review[1]}") == #"{"a":{"text":"first","exit":0}}"#)
    #expect(
      try text(of: "table.concat(map({table.unpack(steps.review)}, function(r) return r.text end), '+')")
        == #""first+second""#)
  }

  @Test func anEvaluatorMayBeUsedWhileItEvaluates() throws {
    final class Nested: ExpressionScope {
      let evaluator = LuaEvaluator()
      let names = ["outer"]
      let stepIDs: [String] = []
      let now = Timestamp(microsecondsSince1970: 0)
      let progress = RunProgress.good
      func value(of name: String) throws(ExpressionError) -> JSONValue? {
        try evaluator.evaluate(Expression("6 * 7"), in: SampleScope())
      }
      func shape(of step: String) -> StepShape? { nil }
      func field(_ name: String, of step: String, child: Int?) -> JSONValue? { nil }
      func fieldNames(of step: String) -> [String] { [] }
    }
    let scope = Nested()
    #expect(try scope.evaluator.evaluate(Expression("outer + 1"), in: scope) == .number("43"))
  }

  @Test func aScriptReadsTheValuesItWasGiven() throws {
    let source = """
      local texts = map(steps.review, function(r) return r.stdout end)
      total = 0
      for _, line in ipairs(split(steps.diff.stdout, '\\n')) do total = total + len(line) end
      return { texts = texts, total = total, size = inputs.size, missing = steps.review[1].error, at = now() }
      """
    let value = try LuaScript.run(.sample(source), limits: .script, isCancelled: { false })
    #expect(
      value.text
        == #"{"at":"2024-02-29T12:00:00.250Z","missing":null,"size":"small","texts":["first","second"],"total":6}"#)
    #expect(try LuaScript.run(.sample("local x = 1"), limits: .script, isCancelled: { false }) == .null)
  }
}
