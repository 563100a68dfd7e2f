import FlowdModel
import Testing

@testable import FlowdLua

@Suite struct SandboxEscapeTests {
  @Test(arguments: [
    "os", "io", "package", "require", "load", "loadstring", "loadfile", "dofile", "debug", "coroutine",
    "collectgarbage", "print", "rawset", "rawget", "rawequal", "rawlen", "setmetatable", "getmetatable", "xpcall",
    "_G", "next", "warn", "arg", "_VERSION",
  ])
  func namesOfTheOutsideAreUnknown(name: String) throws {
    let error = try #require(mistake(in: name))
    #expect(error.kind == .failed)
    #expect(error.message.hasPrefix("unknown name '\(name)'"))
  }

  @Test(arguments: [
    "string.dump", "string.pack", "string.unpack", "string.packsize", "math.random", "math.randomseed",
    "('').dump", "table.nothing", "json.nothing", "utf8.nothing",
  ])
  func dangerousFunctionsAreMissing(source: String) throws {
    #expect(try evaluate(source) == nil)
  }

  @Test func everyNameThatIsBuiltInExists() throws {
    for name in LuaNames.builtIn { #expect(try text(of: "type(\(name))") != #""nil""#, "\(name)") }
  }

  @Test(arguments: [
    "1) os.exit(", "1) or (2", "1, 2", "1;", "return 1", "local x = 1", "x = 1", "1 end", "goto a", "::a::", "",
    "  ", "--", "--[[ ]]", "1 --[[", "1 --[==[ \n", "'abc", "[[abc", "\u{1b}LuaT", "#!/bin/sh", "1 return 2", ") (",
    "function f() end", "do end", "1 ]]", "\\", "1 \\", "\"\\\n", "1)\nreturn (2",
  ])
  func whatIsNotOneExpressionIsRefused(source: String) throws {
    let error = try #require(mistake(in: source))
    #expect(error.kind == .syntax, "\(error)")
    #expect(LuaSyntax.check(expression: source, line: 0)?.kind == .syntax)
  }

  @Test(arguments: [
    "(function() string.upper = nil end)()", "(function() string['new'] = 1 end)()", "table.insert(string, 1)",
    "table.move({1}, 1, 1, 1, string)", "(function() math.pi = 3 end)()", "(function() json.null = 1 end)()",
    "(function() inputs = 1 end)()", "(function() foo = 1 end)()", "(function() _ENV.foo = 1 end)()",
    "table.insert(_ENV, 1)", "table.move({1}, 1, 1, 1, _ENV)", "json.object(_ENV)", "json.array(_ENV)", "_ENV",
    "{_ENV}", "json.encode(_ENV)", "(function() steps.diff.stdout = 1 end)()", "(function() steps.x = 1 end)()",
    "(function() steps.review[1] = 1 end)()", "table.remove(_ENV)", "table.sort(steps.review)",
    "(function() null.x = 1 end)()", "(function() ('x').y = 1 end)()", "table.insert(steps.review, 1)",
  ])
  func nothingSharedCanBeChanged(source: String) throws {
    let evaluator = LuaEvaluator()
    var error: ExpressionError?
    do { _ = try evaluator.evaluate(Expression(source), in: SampleScope.usual()) } catch let thrown { error = thrown }
    #expect(error?.kind == .failed)
    let after = Expression(
      "type(string.upper) .. type(string.new) .. type(math.pi) .. type(json.null) .. #steps.review")
    #expect(try evaluator.evaluate(after, in: SampleScope.usual()) == .string("functionnilnumbernull2"))
  }

  @Test func valuesOfOneEvaluationAreGoneInTheNext() throws {
    let evaluator = LuaEvaluator()
    let change = Expression(
      "(function() inputs.size = 'changed'; inputs.tags[1] = 'changed'; return inputs.size end)()")
    let read = Expression("inputs.size .. inputs.tags[1]")
    for _ in 0..<3 {
      #expect(try evaluator.evaluate(change, in: SampleScope.usual()) == .string("changed"))
      #expect(try evaluator.evaluate(read, in: SampleScope.usual()) == .string("smalla"))
    }
    #expect(
      try evaluator.evaluate(read, in: SampleScope([("inputs", SampleScope.json(#"{"size":"b","tags":["c"]}"#))]))
        == .string("bc"))
  }

  @Test func closuresOfOneEvaluationShareNothingWithTheNext() throws {
    let evaluator = LuaEvaluator()
    let count = Expression(
      "(function() local n = 0; local function up() n = n + 1; return n end; up(); return up() end)()")
    for _ in 0..<3 { #expect(try evaluator.evaluate(count, in: SampleScope()) == .number("2")) }
  }

  @Test func anotherEnvironmentReachesNothing() throws {
    #expect(try text(of: "(function() local _ENV = {x = 1}; return x end)()") == "1")
    #expect(try text(of: "(function(_ENV) return type end)({type = 7})") == "7")
    #expect(try text(of: "(function() local _ENV = {}; return os end)()") == nil)
    #expect(try text(of: "len(keys(_ENV))") == "0")
  }

  @Test func addressesAreNotShown() throws {
    for value in ["{}", "map", "function() end", "string", "steps", "steps.diff", "null", "_ENV", "math.floor"] {
      #expect(try text(of: "match(tostring(\(value)), '%d')") == "null")
      #expect(try text(of: "match(format('%s', \(value)), '%d')") == "null")
    }
    #expect(mistake(in: "format('%p', {})")?.kind == .failed)
    #expect(mistake(in: "('%5p'):format({})")?.kind == .failed)
    #expect(mistake(in: "('%s%p'):format({}, {})")?.kind == .failed)
    #expect(try #require(mistake(in: "error({})")).message.contains("0x") == false)
    #expect(try #require(mistake(in: "table.concat({{}})")).message.contains("0x") == false)
  }

  @Test func aTableWithAKeyThatHasNoOrderIsNotWalked() throws {
    #expect(try #require(mistake(in: "keys({[{}] = 1})")).message.contains("has no order"))
    #expect(try #require(mistake(in: "keys({[map] = 1})")).message.contains("has no order"))
  }

  @Test func bytecodeIsNotTaken() {
    #expect(LuaSyntax.check(script: "\u{1b}LuaT\0\u{19}", firstLine: 0)?.kind == .syntax)
  }

  @Test func scriptsOfOneRunShareNothingWithTheNext() throws {
    let run = { (source: String) in try LuaScript.run(.sample(source), limits: .script, isCancelled: { false }) }
    #expect(try run("shared = 1 return shared") == .number("1"))
    #expect(throws: ExpressionError.self) { try run("return shared") }
    #expect(throws: ExpressionError.self) { try run("string.upper = nil") }
    #expect(throws: ExpressionError.self) { try run("return os") }
  }
}
