import FlowdModel
import Testing

@testable import FlowdLua

@Suite struct LuaErrorTests {
  @Test(arguments: [
    ("zzzzzz", "unknown name 'zzzzzz'"), ("input.size", "unknown name 'input'; did you mean 'inputs'?"),
    ("defalt(1)", "unknown name 'defalt'; did you mean 'default'?"),
    ("step.diff", "unknown name 'step'; did you mean 'steps'?"),
    ("steps.dif.stdout", "unknown step 'dif'; did you mean 'diff'?"), ("steps.zzz", "unknown step 'zzz'"),
    ("inputs.missing.name", "cannot read a field of 'missing', which is nil"),
    ("inputs.nothing.name", "cannot read a field of 'nothing', which is null"),
    ("inputs.count.name", "cannot read a field of 'count', which is a number"),
    ("response.status", "cannot read a field of 'response', which is nil"),
    ("1 + {}", "attempt to perform arithmetic on a table value"),
    ("inputs.nothing + 1", "attempt to perform arithmetic on a null value (field 'nothing')"),
    ("inputs.nothing .. ''", "attempt to concatenate a null value (field 'nothing')"),
    ("steps.diff .. ''", "attempt to concatenate a step value (field 'diff')"),
    ("error('stop')", "stop"), ("error('stop', 0)", "stop"),
    ("error()", "the code raised an error that is a nil, not text"),
    ("error({})", "the code raised an error that is a table, not text"), ("assert(false, 'no')", "no"),
    ("map(1, len)", "bad argument #1 to 'map' (a list expected, got number)"),
    ("map(inputs, len)", "bad argument #1 to 'map' (a list expected, got an object)"),
    ("map(null, len)", "bad argument #1 to 'map' (a list expected, got null)"),
    ("('x'):rep()", "bad argument #1 to 'rep' (number expected, got no value)"),
    ("json.decode('{')", "the text is not JSON: 1:2: expected a member name in quotes, found the end"),
    ("json.decode('1e999')", "the number 1e999 is too large"),
    ("1 +", "unexpected symbol at the end"), ("1, 2", "')' expected near ','"),
    ("map", "the value is a function, which JSON cannot hold"),
    ("{a = {b = {1, map}}}", "the value at a.b[2] is a function, which JSON cannot hold"),
    ("0/0", "the value is not a number (NaN), which JSON cannot hold"),
    ("{1/0}", "the value at [1] is infinite, which JSON cannot hold"),
    ("{1, nil, 3}", "the value is neither a list (keys 1, 2, 3 ... without gaps) nor an object (names as keys)"),
    ("{1, a = 2}", "the value is neither a list (keys 1, 2, 3 ... without gaps) nor an object (names as keys)"),
    (
      "{x = {[5] = 1}}",
      "the value at x is neither a list (keys 1, 2, 3 ... without gaps) nor an object (names as keys)"
    ),
    ("'\\xff'", "the value is text that is not valid UTF-8"),
    ("{['\\xff'] = 1}", "the value has a name that is not valid UTF-8"),
    ("string", "the value is no JSON value"), ("_ENV", "the value is no JSON value"),
    ("(function() local t = {} t.t = t return t end)()", nil),
    ("pairs(1)", "bad argument #1 to 'pairs' (an object or a list expected, got number)"),
  ])
  func messagesArePlain(source: String, expected: String?) throws {
    let error = try #require(mistake(in: source))
    if let expected { #expect(error.message == expected) }
    #expect(!error.message.contains("\u{2}"))
    #expect(!error.message.contains("[string"))
  }

  @Test func aValueThatContainsItselfIsNamed() throws {
    let error = try #require(mistake(in: "(function() local t = {} t.t = t return t end)()"))
    #expect(error.message.hasSuffix("is nested too deep, or contains itself"))
    #expect(error.message.hasPrefix("the value at t.t.t"))
  }

  @Test func valuesNestAsDeepAsJSONDoes() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "{", count: depth) + "1" + String(repeating: "}", count: depth)
    }
    #expect(try text(of: nested(Limits.jsonDepthMax))?.count == 2 * Limits.jsonDepthMax + 1)
    #expect(
      mistake(in: nested(Limits.jsonDepthMax + 1))?.message.hasSuffix("is nested too deep, or contains itself") == true)
    let deepest = SampleScope.json(String(repeating: "[", count: 64) + String(repeating: "]", count: 64))
    #expect(try evaluate("x", in: SampleScope([("x", deepest)])) == deepest)
    #expect(mistake(in: "x", scope: SampleScope([("x", .array([deepest]))]))?.kind == .failed)
  }

  @Test func linesAreThoseOfTheFlowFile() throws {
    #expect(mistake(in: "inputs.missing.name", line: 12)?.line == 12)
    #expect(mistake(in: "1 +\n2 +\ninputs.missing.name", line: 12)?.line == 14)
    #expect(mistake(in: "1 +\n2 +\ninputs.missing.name")?.line == 0)
    #expect(mistake(in: "1 +\n\n+", line: 12)?.line == 14)
    #expect(mistake(in: "foo\n", line: 12)?.line == 12)
    #expect(mistake(in: "map({1},\nfunction()\nerror('x')\nend)", line: 12)?.line == 14)
    #expect(mistake(in: "map({'x'},\n\njson.decode)", line: 12)?.line == 12)
    #expect(LuaSyntax.check(expression: "\n\n1 1", line: 5)?.line == 7)
    #expect(LuaSyntax.check(script: "x = 1\ny =", firstLine: 5)?.line == 6)
    #expect(LuaSyntax.check(script: "x = 1\nreturn x", firstLine: 5) == nil)
    #expect(LuaSyntax.check(expression: "1 + x.y", line: 5) == nil)
  }

  @Test func aScriptsErrorHasItsLine() {
    let error = #expect(throws: ExpressionError.self) {
      try LuaScript.run(.sample("local x = {}\n\nreturn x.y.z", firstLine: 20), limits: .script, isCancelled: { false })
    }
    #expect(error == ExpressionError(.failed, "cannot read a field of 'y', which is nil", line: 22))
  }

  @Test func whatPcallCatchesIsAMessage() throws {
    let call = "(function() local ok, why = pcall(function() FAIL end) return {ok, why} end)()"
    func caught(_ failure: String) throws -> String? {
      try text(of: String(call.split(separator: "FAIL")[0]) + failure + String(call.split(separator: "FAIL")[1]))
    }
    #expect(try caught("error('no')") == #"[false,"no"]"#)
    #expect(try caught("return inputs.a.b") == #"[false,"attempt to index a nil value (field 'a')"]"#)
    #expect(try caught("return foo") == #"[false,"unknown name 'foo'"]"#)
    #expect(try caught("error({code = 7})") == #"[false,{"code":7}]"#)
    #expect(try text(of: "{pcall(function() return 1, 2 end)}") == "[true,1,2]")
  }
}
