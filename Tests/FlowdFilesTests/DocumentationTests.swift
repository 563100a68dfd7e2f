import FlowdFiles
import FlowdModel
import FlowdSchema
import Foundation
import Testing

/// What `docs/` shows works.
struct DocumentationTests {
  private func text(of path: String) throws -> String {
    let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    return String(decoding: try RegularFile.read("/\(root)/\(path)", bytesMax: 1_048_576), as: UTF8.self)
  }

  /// The YAML examples of a page.
  private func examples(_ page: String) throws -> [String] {
    let blocks = try text(of: "docs/\(page)").split(separator: "```", omittingEmptySubsequences: false)
    return blocks.enumerated().filter { $0.offset % 2 == 1 && $0.element.hasPrefix("yaml\n") }
      .map { String($0.element.dropFirst(5)) }
  }

  @Test func theFlowsShownAreValid() throws {
    let flows = try examples("FLOWFILE.md")
    #expect(!flows.isEmpty)
    for flow in flows { #expect(parse(flow).diagnostics == []) }
  }

  @Test func theConfigurationsShownAreValid() throws {
    let configurations = try examples("CONFIG.md")
    #expect(!configurations.isEmpty)
    for text in configurations { #expect(ConfigFile.parse(Array(text.utf8), file: "c", home: "/home/me").1 == []) }
  }

  @Test func theExamplesAreValid() throws {
    let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let names = try FileManager.default.contentsOfDirectory(atPath: "/\(root)/examples")
      .filter { $0.hasSuffix(".flow.yaml") }
    #expect(!names.isEmpty)
    for name in names { #expect(parse(try text(of: "examples/\(name)")).diagnostics == [], "\(name)") }
  }

  /// The reference's tables are those of the language; a table that differs has to be replaced by the one shown here.
  @Test(arguments: FlowSchema.tables().map(\.name)) func theReferenceHasEveryTable(name: String) throws {
    let table = try #require(FlowSchema.tables().first { $0.name == name }).markdown
    let section = try #require(
      try text(of: "docs/FLOWFILE.md").split(separator: "\n\n## ").flatMap {
        ("## " + $0).split(separator: "\n\n### ")
      }.first { $0.hasPrefix("\(name)\n") || $0.hasPrefix("## \(name)\n") })
    #expect(section.contains("\n\n\(table)"), "the table of \(name) is\n\(table)")
  }

  @Test(arguments: StepKind.allCases) func theReferenceSaysWhatCanBeRead(kind: StepKind) throws {
    let list = { (names: [String]) in names.map { "`\($0)`" }.joined(separator: ", ") }
    let own = ScopeNames.ownNames(of: kind.rawValue)
    let row =
      "| `\(kind.rawValue)` | \(list(ScopeNames.fields(of: kind.rawValue))) | \(own.isEmpty ? "none" : list(own)) |"
    let page = try text(of: "docs/FLOWFILE.md")
    #expect(page.contains("\n\(row)\n"))
    #expect(page.contains("| `run.FIELD` | \(list(ScopeNames.run)) |"))
    let response = page.split(separator: "| of `response` | value |").last?.split(separator: "\n\n").first ?? ""
    for name in ScopeNames.response { #expect(response.contains("`\(name)`"), "\(name)") }
  }
}
