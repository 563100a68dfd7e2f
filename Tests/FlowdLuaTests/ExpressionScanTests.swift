import Testing

@testable import FlowdLua

@Suite struct ExpressionScanTests {
  @Test func stepsAndTheirFieldsAreFound() {
    let found = ExpressionScan.scan(#"steps.a.stdout .. steps['my-id'].exit .. steps["b"] .. steps.c[1]"#)
    #expect(
      found.steps == [
        .init(id: "a", field: "stdout", offset: 0), .init(id: "my-id", field: "exit", offset: 18),
        .init(id: "b", field: nil, offset: 41), .init(id: "c", field: nil, offset: 55),
      ])
    #expect(!found.readsAnyStep)
  }

  @Test(arguments: [
    "steps[x].stdout", "map(steps, f)", "#steps", "steps['a' .. 'b']", "steps['\\97']", "_ENV['st' .. 'eps']", "_ENV",
  ])
  func anythingElseMayReadAnyStep(source: String) {
    let found = ExpressionScan.scan(source)
    #expect(found.readsAnyStep)
    #expect(found.steps.isEmpty)
  }

  @Test func inputsAndGlobalsAreFound() {
    let found = ExpressionScan.scan("inputs.size == inputs['my-name'] and angle")
    #expect(found.inputs == [.init(name: "size", offset: 0), .init(name: "my-name", offset: 15)])
    #expect(found.globals.map(\.name) == ["inputs", "inputs", "angle"])
    #expect(found.globals.last?.offset == 37)
    #expect(!found.readsAnyInput)
    #expect(ExpressionScan.scan("keys(inputs)").readsAnyInput)
  }

  @Test func statusFunctionsCountWhenTheyAreCalled() {
    #expect(ExpressionScan.scan("always() or failure()").statusFunctions == [.always, .failure])
    #expect(ExpressionScan.scan("x.always() and success").statusFunctions.isEmpty)
  }

  @Test(arguments: [
    "'steps.a'", "\"steps.a\"", "[[steps.a]]", "[==[ ]] steps.a ]==]", "x -- steps.a", "x --[[ steps.a\n]] + y",
    "x.steps.a", "x:steps()", "{ steps = 1 }", "'\\'steps.a'",
  ])
  func whatIsNotReadIsNotFound(source: String) {
    let found = ExpressionScan.scan(source)
    #expect(found.steps.isEmpty)
    #expect(!found.readsAnyStep)
    #expect(!found.globals.contains { $0.name == "steps" })
  }

  @Test func namesOfTheLanguageAreTaken() {
    for name in ["angle", "_x1", "inputs", "steps", "item"] { #expect(!LuaNames.isTaken(name), "\(name)") }
    for name in ["map", "json", "null", "_ENV"] { #expect(LuaNames.isTaken(name), "\(name)") }
  }

  @Test func declaredNamesAreNotGlobals() {
    let found = ExpressionScan.scan(
      "(function(a, b) local c <const>, d = a, x; for i = 1, 2 do y = i end local function f() end return f end)(z)")
    #expect(found.globals.map(\.name) == ["x", "y", "z"])
  }

  @Test func aParameterNamedStepsCountsAsReading() {
    #expect(ExpressionScan.scan("(function(steps) return steps.a.stdout end)(z)").steps.map(\.id) == ["a"])
    #expect(!ExpressionScan.scan("(function(steps) return 1 end)(z)").readsAnyStep)
  }

  @Test(arguments: [
    ("a }} b", 2), ("{ {1},{2}} }}", 11), ("{1}}}", 3), ("'}}' }}", 5), ("[[ }} ]] }}", 9), ("\"\\\"}}\" }}", 7),
    ("x -- note }} more", 10), ("--[[ }} ]] x }}", 13), ("}}", 0), ("{ a = '}' }}}", 11), ("a ..'é}}'}}", 10),
  ])
  func theClosingBracesAreFound(source: String, end: Int) {
    #expect(ExpressionScan.endOfExpression(in: Array(source.utf8), from: 0) == end)
    #expect(ExpressionScan.endOfExpression(in: Array(("${{" + source).utf8), from: 3) == end + 3)
  }

  @Test(arguments: ["", "a }", "{ }}", "'abc }}", "[[ }}", "a } }", "{{1}}"])
  func anOpenExpressionHasNoEnd(source: String) {
    #expect(ExpressionScan.endOfExpression(in: Array(source.utf8), from: 0) == nil)
  }
}
