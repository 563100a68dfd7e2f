import FlowdModel
import TestSupport
import Testing

@testable import FlowdLua

/// Expressions made at random out of everything that code can reach.
@Suite struct InventedExpressionTests {
  private static let names = [
    "inputs", "steps", "null", "nil", "true", "steps.diff", "steps.review", "steps.review[1]", "inputs.size", "_ENV",
    "string", "table", "json", "x",
  ]
  private static let literals = [
    "0", "1", "-1", "2", "1e9", "2^53", "0.5", "1/0", "0/0", "math.maxinteger", "math.mininteger", "''", "'a'", "'abc'",
    "'%a+'", "'(.-)b'", #"'\xff'"#, #"'\0'"#, "('ab'):rep(7000)", "'%s %d %q'", #"'[1,{"a":null}]'"#, "'é'", "'a,b'",
    "'%b()'", "'[%a'", "'Zm8='",
  ]
  private static let functions =
    LuaNames.builtIn.filter { !["json", "math", "null", "string", "table", "utf8"].contains($0) } + [
      "json.encode", "json.decode", "json.object", "json.array", "string.rep", "string.find", "string.match",
      "string.gmatch", "string.gsub", "string.format", "string.byte", "string.char", "string.sub", "table.insert",
      "table.remove", "table.concat", "table.sort", "table.unpack", "table.pack", "table.move", "math.floor",
      "math.max",
      "math.fmod", "utf8.char", "utf8.len", "utf8.codepoint", "utf8.offset", "utf8.codes",
    ]

  private struct Inventor {
    var random: SplitMix64

    mutating func pick(_ choices: [String]) -> String { choices.randomElement(using: &random) ?? "nil" }

    mutating func list(_ depth: Int, most: Int) -> String {
      (0..<Int.random(in: 0...most, using: &random)).map { _ in expression(depth) }.joined(separator: ", ")
    }

    mutating func expression(_ depth: Int) -> String {
      switch depth == 0 ? 0 : Int.random(in: 0..<10, using: &random) {
      case 0: return pick(Bool.random(using: &random) ? literals : names)
      case 1...4: return "\(pick(functions))(\(list(depth - 1, most: 4)))"
      case 5:
        return "{\(pick(["", "a = ", "[\(expression(0))] = "]))\(expression(depth - 1)), \(expression(depth - 1))}"
      case 6: return "(function(a, b, ...) \(statement(depth - 1)) return \(pick(["t", "a", "b"])) end)"
      case 7:
        let operation = pick([" + ", " .. ", " == ", " < ", " and ", " // ", " & ", " ^ "])
        return "(\(expression(depth - 1))\(operation)\(expression(depth - 1)))"
      case 8: return "\(pick(["not ", "#", "-", "~"]))\(expression(depth - 1))"
      default:
        return
          "(\(expression(depth - 1)))\(pick(["[1]", ".a", "[\(expression(0))]", "(\(expression(0)))", ":upper()"]))"
      }
    }

    mutating func statement(_ depth: Int) -> String {
      "local t = {a, b, ...} "
        + pick([
          "", "t.x = \(expression(depth))", "for k, v in pairs(\(expression(depth))) do t[#t + 1] = v end",
          "t[\(expression(0))] = \(expression(depth))", "for i = 1, \(expression(0)) do t[#t + 1] = i end",
          "x = \(expression(0))", "string.rep = \(expression(0))",
        ])
    }

    private var names: [String] { InventedExpressionTests.names }
    private var literals: [String] { InventedExpressionTests.literals }
    private var functions: [String] { InventedExpressionTests.functions }
  }

  private enum Ending: Equatable {
    case value(JSONValue?)
    case error(ExpressionError)
  }

  private static func ending(_ source: String, _ evaluator: LuaEvaluator) -> Ending {
    do {
      return .value(try evaluator.evaluate(Expression(source, line: 1), in: SampleScope.usual()))
    } catch {
      return .error(error)
    }
  }

  @Test(arguments: 1...8 as ClosedRange<UInt64>)
  func anyExpressionEndsTheSameWayInAUsedEvaluatorAndInANewOne(seed: UInt64) {
    var inventor = Inventor(random: SplitMix64(seed: seed))
    let used = LuaEvaluator()
    var values = 0
    for _ in 0..<250 {
      let source = inventor.expression(3)
      let ending = Self.ending(source, used)
      #expect(Self.ending(source, LuaEvaluator()) == ending, "seed \(seed): \(source)")
      if case .value = ending { values += 1 }
    }
    #expect(values > 10)
    #expect(Self.ending("inputs.size .. ('x'):rep(2)", used) == .value(.string("smallxx")))
  }
}
