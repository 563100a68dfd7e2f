import FlowdModel
import Testing

@testable import FlowdLua

@Suite struct SandboxLimitTests {
  @Test(arguments: [
    "(function() while true do end end)()", "(function() repeat until false end)()", "(function() ::a:: goto a end)()",
    "(function() for i = 1, math.huge do end end)()",
    "(function() local function f() return f() end return f() end)()",
    "(function() local t = {} for i = 1, 1e9 do t[1] = i end end)()",
    // One call of a function of the library is charged too.
    "string.rep('a', 40):match(string.rep('a?', 40) .. string.rep('a', 40))",
    "('a'):rep(3000):find(('a*'):rep(20) .. 'b')", "('a'):rep(30000):find('.-.-.-b')",
    "match(('a'):rep(5000), '(.*)(.*)(.*)(.*)b')", "('a'):rep(100000):gsub('.-b', '')",
    "#('x'):rep(50000):gsub('', ('y'):rep(1000))", "('('):rep(100000):match('%b()')",
    "(function() for w in ('a'):rep(1e5):gmatch('a*b') do end end)()",
    "table.move({}, 1, 1e9, 2)", "table.move({}, -1e15, 1e15, 1)",
    "(function() local t = {} for i = 1, 20000 do t[i] = 20000 - i end table.sort(t) end)()",
    "(function() local t = {} for i = 1, 1e4 do table.insert(t, 1, i) end end)()",
    "(function() local s = ('x'):rep(1e6) for i = 1, 1e3 do sha256(s) end end)()",
    "(function() local s = ('0'):rep(1e6) for i = 1, 1e4 do local n = s + 1 end end)()",
    "(function() local s = ('x'):rep(1e6) for i = 1, 1e4 do s:upper() end end)()",
    "(function() local s, t = ('x'):rep(1e6), ('x'):rep(1e6) for i = 1, 1e6 do local b = s == t end end)()",
    "(function() while true do pcall(error) end end)()",
    "(function() while true do pcall(function() while true do end end) end end)()",
    "pcall(function() while true do end end)",
    "map({1, 2, 3}, function() while true do end end)",
    "('aaa'):gsub('a', function() while true do end end)",
    "table.sort({2, 1}, function() while true do end end)",
  ])
  func endlessWorkRunsOutOfInstructions(source: String) throws {
    let clock = ContinuousClock()
    let start = clock.now
    let error = try #require(mistake(in: source, line: 7))
    #expect(error.kind == .exhausted, "\(error)")
    #expect(error.line == 7)
    #expect(clock.now - start < .seconds(60))
  }

  @Test(arguments: [
    "('x'):rep(1e9)", "('x'):rep(1e18)", "('ab'):rep(1e17, 'cd')", "('x'):rep(2^62)", "('x'):rep(9223372036854775807)",
    "(function() local s = 'x' while true do s = s .. s end end)()",
    "(function() local t = {} for i = 1, 1e9 do t[i] = {} end end)()",
    "(function() local t = {} for i = 1, 1e9 do t[i] = ('x'):rep(1e5) .. i end end)()",
    "#('x'):rep(1e6):gsub('x', ('y'):rep(1e4))", "(function() local function f(...) return f(1, ...) end f() end)()",
    "(function() local s = ('x'):rep(1e6) local t = {} for i = 1, 100 do t[i] = s end return table.concat(t) end)()",
    "(function() local s = ('x'):rep(1e6) local t = {} for i = 1, 100 do t[i] = s end return join(t) end)()",
    "(function() local t = {} for i = 1, 60 do t = {t, t} end return t end)()",
    "(function() local t = {} for i = 1, 60 do t = {t, t} end return json.encode(t) end)()",
    "(function() local s = ('x'):rep(9e6) return base64(s) end)()",
    "(function() local s = ('x'):rep(1e6) return s:gsub('x', '%0%0%0%0%0%0%0%0%0%0%0%0%0%0%0%0%0%0%0%0%0') end)()",
    "format(('%99d'):rep(1e6), 1)",
    "(function() local s = ('x'):rep(1e6) while true do pcall(function() s = s .. s end) end end)()",
  ])
  func hugeValuesRunOutOfMemoryOrInstructions(source: String) throws {
    let error = try #require(mistake(in: source, line: 7))
    #expect(error.kind == .exhausted, "\(error)")
    #expect(error.line == 7)
  }

  @Test(arguments: [
    "(function() local function f() return 1 + f() end return f() end)()",
    "(function() local function f() return pcall(f) end return f() end)()",
    "(function() local function f() map({1}, f) end return f() end)()",
    "(function() local function f() ('x'):gsub('x', f) end return f() end)()",
    "(function() local function f() table.sort({1, 2}, f) end return f() end)()",
    "((" + String(repeating: "(", count: 300) + "1" + String(repeating: ")", count: 300) + "))",
    String(repeating: "{", count: 300) + String(repeating: "}", count: 300),
    String(repeating: "- ", count: 300) + "1",
    "('x'):match(('('):rep(300))", "('x'):rep(300):match(('x?'):rep(300))",
  ])
  func deepNestingEndsWithAnError(source: String) {
    // Either is right: too deep, or caught by the code itself at some depth.
    #expect(
      (try? evaluate(source)) == .bool(false) || mistake(in: source) != nil || (try? evaluate(source)) == .bool(true))
  }

  @Test func anEvaluatorGoesOnAfterEachLimit() throws {
    let evaluator = LuaEvaluator()
    for source in [
      "('x'):rep(1e9)", "(function() while true do end end)()",
      "(function() local t = {} while true do t[#t + 1] = {} end end)()",
    ] {
      #expect(throws: ExpressionError.self) { try evaluator.evaluate(Expression(source), in: SampleScope.usual()) }
      #expect(try evaluator.evaluate(Expression("inputs.count + 1"), in: SampleScope.usual()) == .number("4"))
    }
  }

  @Test func theBudgetIsTheSameEachTime() throws {
    let evaluator = LuaEvaluator()
    func isEnough(_ count: Int) -> Bool {
      let source = "(function() local n = 0 for i = 1, \(count) do n = n + 1 end return n end)()"
      return (try? evaluator.evaluate(Expression(source), in: SampleScope())) != nil
    }
    let first = (0..<200).map { isEnough(90_000 + 200 * $0) }
    #expect(first.contains(true) && first.contains(false))
    #expect((0..<200).map { isEnough(90_000 + 200 * $0) } == first)
  }

  @Test func aScriptEndsAtItsDeadline() throws {
    let limits = LuaLimits(memoryBytes: 1 << 24, instructions: .max / 8, deadline: .milliseconds(50))
    let error = #expect(throws: ExpressionError.self) {
      try LuaScript.run(
        .sample("local n = 0\nwhile true do n = n + 1 end", firstLine: 10), limits: limits, isCancelled: { false })
    }
    #expect(error == ExpressionError(.exhausted, "it takes longer than is allowed", line: 11))
  }

  @Test func aScriptThatCatchesErrorsEndsAtItsDeadlineToo() throws {
    let limits = LuaLimits(memoryBytes: 1 << 24, instructions: .max / 8, deadline: .milliseconds(50))
    let source = "while true do pcall(function() while true do pcall(error, 'x') end end) end"
    let error = #expect(throws: ExpressionError.self) {
      try LuaScript.run(.sample(source), limits: limits, isCancelled: { false })
    }
    #expect(error?.kind == .exhausted)
  }

  @Test func aCancelledScriptStops() throws {
    let error = #expect(throws: ExpressionError.self) {
      try LuaScript.run(.sample("while true do end"), limits: .script, isCancelled: { true })
    }
    #expect(error?.message == "it was cancelled")
  }

  @Test func aScriptMayMakeMuchGarbage() throws {
    let source = "local s = 0 for i = 1, 200000 do local t = {i, tostring(i)} s = s + #t end return s"
    #expect(try LuaScript.run(.sample(source), limits: .script, isCancelled: { false }) == .number("400000"))
  }

  @Test func aScriptThatKeepsTooMuchEnds() throws {
    for source in [
      "local t = {} while true do t[#t + 1] = {#t} end", "local s = 'x' while true do s = s .. s end",
      "local t = {} while true do pcall(function() t[#t + 1] = ('x'):rep(1000) .. #t end) end",
    ] {
      let limits = LuaLimits(memoryBytes: 4 << 20, instructions: 50_000_000, deadline: .seconds(10))
      let error = #expect(throws: ExpressionError.self) {
        try LuaScript.run(.sample(source, firstLine: 3), limits: limits, isCancelled: { false })
      }
      #expect(error?.kind == .exhausted)
      #expect(error?.line == 3)
    }
  }

  @Test func anEvaluatorKeepsABoundedNumberOfExpressions() throws {
    let evaluator = LuaEvaluator()
    for number in 0..<(2 * Limits.compiledExpressionsMax + 10) {
      #expect(try evaluator.evaluate(Expression("\(number) + 0"), in: SampleScope()) == .number("\(number)"))
    }
    #expect(evaluator.compiledCount <= Limits.compiledExpressionsMax)
  }
}
