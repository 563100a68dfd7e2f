import FlowdModel
import Testing

@testable import FlowdLua

struct LuaCheckerTests {
  @Test(arguments: ["1 +", "x =", "a b", "return 1", "'", "1 2\n3", "", "{", "f(x, y)", "steps.a.b == 'c'"])
  func itFindsWhatLuaSyntaxFinds(source: String) {
    #expect(LuaChecker().check(expression: source, line: 7) == LuaSyntax.check(expression: source, line: 7))
  }

  @Test func manyExpressionsAreCheckedAlike() {
    let checker = LuaChecker()
    let long = "'" + String(repeating: "x", count: 10_000) + "'"
    for number in 0..<2_000 {
      #expect(checker.check(expression: "\(long) .. \(number)", line: 1) == nil)
    }
    #expect(checker.check(expression: "1 +", line: 3)?.line == LuaSyntax.check(expression: "1 +", line: 3)?.line)
  }

  @Test func anExpressionThatTakesTooMuchMemoryDoesNotSpoilTheNext() {
    let checker = LuaChecker()
    let huge = String(repeating: "{", count: 500_000)
    #expect(checker.check(expression: huge, line: 1) != nil)
    #expect(checker.check(expression: "1 + 1", line: 1) == nil)
  }
}
