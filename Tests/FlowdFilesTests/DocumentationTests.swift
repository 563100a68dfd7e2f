import FlowdFiles
import FlowdModel
import Testing

/// What `docs/` shows works.
struct DocumentationTests {
  /// The YAML examples of a page.
  private func examples(_ page: String) throws -> [String] {
    let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let bytes = try RegularFile.read("/\(root)/docs/\(page)", bytesMax: 1_048_576)
    let blocks = String(decoding: bytes, as: UTF8.self).split(separator: "```", omittingEmptySubsequences: false)
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
    for text in configurations { #expect(ConfigFile.parse(Array(text.utf8), file: "c").1 == []) }
  }
}
