import Foundation
import FlowdModel
import Testing

@testable import FlowdLua

/// The examples of `docs/EXPRESSIONS.md`.
@Suite struct DocumentedExampleTests {
  struct Example: CustomTestStringConvertible, Sendable {
    var source: String
    var expected: String
    var testDescription: String { source }
  }

  /// The lines with an arrow in the blocks of Lua.
  static let examples: [Example] = {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let page = (try? String(contentsOf: root.appending(path: "docs/EXPRESSIONS.md"), encoding: .utf8)) ?? ""
    var isLua = false
    var examples: [Example] = []
    for line in page.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("```") { isLua = line == "```lua" }
      guard isLua, let arrow = line.range(of: " --> ") else { continue }
      let source = line[..<arrow.lowerBound].trimmingCharacters(in: .whitespaces)
      examples.append(Example(source: source, expected: String(line[arrow.upperBound...])))
    }
    return examples
  }()

  static func scope() -> SampleScope {
    SampleScope(
      [("inputs", SampleScope.json(#"{"question":"Why?","size":"small","tags":["bug","api"],"note":null}"#))],
      steps: [
        (
          "diff",
          .single([
            .init("status", .string("succeeded")), .init("exit", .number("0")),
            .init("stdout", .string("2 files\n10 lines\n")),
          ])
        ),
        (
          "review",
          .list([
            [.init("status", .string("succeeded")), .init("text", .string("Names are fine."))],
            [.init("status", .string("failed")), .init("text", .string(""))],
          ])
        ),
      ])
  }

  @Test func thereAreExamplesOfEveryFunction() {
    #expect(Self.examples.count > 40)
    for name in LuaNames.builtIn where !Self.ofLua.contains(name) {
      #expect(Self.examples.contains { $0.source.contains(name) }, "\(name)")
    }
  }

  private static let ofLua: Set<String> = [
    "assert", "ipairs", "pairs", "pcall", "select", "tonumber", "tostring", "utf8",
  ]

  @Test(arguments: examples)
  func theExampleIsTrue(example: Example) {
    let result: String
    do {
      result = try evaluate(example.source, in: Self.scope())?.text ?? "nil"
    } catch {
      result = "error: \(error.message)"
    }
    #expect(result == example.expected)
  }
}
