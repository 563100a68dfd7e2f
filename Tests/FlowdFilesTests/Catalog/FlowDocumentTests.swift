import FlowdModel
import Testing

@testable import FlowdFiles

/// Personas and contracts: where they are found, and that a run keeps those it began with.
struct FlowDocumentTests {
  private let directory: TemporaryDirectory
  private let catalog: FlowCatalog

  init() throws {
    directory = try TemporaryDirectory()
    catalog = FlowCatalog(configDirectory: directory.path + "/config")
  }

  private func flow(_ with: String) throws {
    try directory.write(".flowd/flows/f.flow.yaml", "steps:\n  - id: a\n    uses: agent\n    with: \(with)\n")
  }

  private func find(_ id: String = "f") throws -> FlowCatalog.Found {
    try catalog.find(id: id, workspace: directory.path)
  }

  private func problems() throws -> [String] {
    try find().result.diagnostics.map { "\($0.line):\($0.column): \($0.message)" }
  }

  @Test func theFirstPlaceWithANameWins() throws {
    try flow("{ prompt: x, persona: reviewer, contracts: [evidence, own] }")
    try directory.write("config/contracts/own.md", "user's")
    #expect(try find().result.definition?.documents.map(\.name) == ["reviewer", "evidence", "own"])
    #expect(try find().result.definition?.documents[0] == BuiltInDocument.all[0])
    try directory.write("config/personas/reviewer.md", "user's")
    #expect(try find().result.definition?.documents[0].text == "user's")
    try directory.write(".flowd/personas/reviewer.md", "---\na: b\n---\nworkspace's\r\n")
    #expect(try find().result.definition?.documents[0].text == "---\na: b\n---\nworkspace's\r\n")
    #expect(try find().result.definition?.documents[2] == FlowDocument(kind: .contract, name: "own", text: "user's"))
  }

  @Test func aDocumentIsTakenOnce() throws {
    try directory.write(
      ".flowd/flows/f.flow.yaml",
      """
      steps:
        - { id: a, uses: agent, with: { prompt: x, persona: reviewer, contracts: [evidence] } }
        - { id: b, uses: agent, with: { prompt: x, persona: verifier, contracts: [evidence] } }
        - { id: c, uses: agent, with: { prompt: x, persona: reviewer } }
      """)
    #expect(try find().result.definition?.documents.map(\.name) == ["reviewer", "evidence", "verifier"])
  }

  @Test func aPersonaAndAContractMayHaveOneName() throws {
    try flow("{ prompt: x, persona: own, contracts: [own] }")
    try directory.write(".flowd/personas/own.md", "p")
    try directory.write(".flowd/contracts/own.md", "c")
    #expect(try find().result.definition?.documents.map(\.text) == ["p", "c"])
  }

  @Test func whatIsMissingIsReportedWhereItIsNamed() throws {
    try flow("{ prompt: x, persona: reviwer, contracts: [evidence, hous] }")
    try directory.write(".flowd/contracts/house.md", "c")
    #expect(
      try problems() == [
        "4:33: unknown persona 'reviwer'; did you mean 'reviewer'?",
        "4:64: unknown contract 'hous'; did you mean 'house'?",
      ])
    #expect(try find().result.definition == nil)
    #expect(try find().pinned == nil)
    let checked = catalog.check(try find().bytes, id: "f", file: "f", workspace: directory.path)
    #expect(checked.diagnostics.count == 2)
  }

  @Test func withoutAWorkspaceTheUsersOwnAndTheBuiltInOnesAreKnown() throws {
    try flow("{ prompt: x, persona: own, contracts: [evidence] }")
    try directory.write("config/personas/own.md", "user's")
    let bytes = try find().bytes
    func check() -> FlowFileResult { catalog.check(bytes, id: "f", file: "f", workspace: nil) }
    #expect(check().definition?.documents.map(\.name) == ["own", "evidence"] && check().diagnostics.isEmpty)
    #expect(try check().hash == find().result.hash)
    try directory.write(".flowd/personas/mine.md", "workspace's")
    try flow("{ prompt: x, persona: mine, contracts: [house] }")
    let result = catalog.check(try find().bytes, id: "f", file: "f", workspace: nil)
    let explanation = "; only the user's own and the built-in ones were looked at, since no workspace was given"
    #expect(
      result.diagnostics.map(\.description) == [
        "f:4:33: warning: unknown persona 'mine'\(explanation)",
        "f:4:51: warning: unknown contract 'house'\(explanation)",
      ])
    // It may be valid where it belongs, and would have another hash there.
    #expect(result.definition != nil && result.hash.isEmpty)
  }

  @Test func whatCannotBeReadHidesWhatComesLater() throws {
    try flow("{ prompt: x, persona: reviewer }")
    _ = directory.directory(".flowd/personas/reviewer.md")
    let path = directory.path + "/.flowd/personas/reviewer.md"
    #expect(try problems() == ["4:33: the persona 'reviewer': \(path) is not a regular file"])
  }

  @Test(arguments: [[0xFF], [0x61, 0x00], [0x1B, 0x5B]] as [[UInt8]])
  func onlyTextIsTaken(bytes: [UInt8]) throws {
    try flow("{ prompt: x, persona: own }")
    let path = try directory.write(".flowd/personas/own.md", bytes)
    #expect(try problems() == ["4:33: the persona 'own': \(path) is not a text in UTF-8"])
  }

  @Test func sizesAreBounded() throws {
    try flow("{ prompt: x, persona: own }")
    let path = try directory.write(".flowd/personas/own.md", [UInt8](repeating: 0x61, count: Limits.documentBytesMax))
    #expect(try problems() == [])
    try directory.write(".flowd/personas/own.md", [UInt8](repeating: 0x61, count: Limits.documentBytesMax + 1))
    #expect(try problems() == ["4:33: the persona 'own': \(path) has more than 262144 bytes"])
    try flow("{ prompt: x, contracts: [c0, c1, c2, c3, c4] }")
    for number in 0...4 {
      try directory.write(".flowd/contracts/c\(number).md", [UInt8](repeating: 0x61, count: Limits.documentBytesMax))
    }
    #expect(try problems() == ["4:52: with it the documents have more than 1048576 bytes"])
  }

  @Test func theNumberIsBounded() throws {
    for number in 0...Limits.documentsMax { try directory.write(".flowd/personas/p\(number).md", "p") }
    let steps = (0...Limits.documentsMax).map {
      "  - { id: s\($0), uses: agent, with: { prompt: x, persona: p\($0) } }\n"
    }
    try directory.write(".flowd/flows/f.flow.yaml", "steps:\n" + steps.joined())
    let last = "\(Limits.documentsMax + 2):"
    #expect(try problems().map { $0.hasPrefix(last) && $0.hasSuffix(": at most 64 documents are allowed") } == [true])
  }

  @Test func whatTakesTooMuchAsJSONIsRefused() throws {
    try flow("{ prompt: x, contracts: [c0, c1, c2, c3] }")
    for number in 0...3 {
      let bytes = [UInt8](repeating: UInt8(ascii: "\""), count: Limits.documentBytesMax)
      try directory.write(".flowd/contracts/c\(number).md", bytes)
    }
    #expect(try problems().map { $0.hasPrefix("0:0: the flow and its documents take 2097") } == [true])
  }

  // MARK: what is pinned

  @Test func aChangedDocumentIsAnotherDefinition() throws {
    try flow("{ prompt: x, persona: own }")
    try directory.write(".flowd/personas/own.md", "one")
    let first = try #require(try find().pinned)
    #expect(try find().pinned === first)
    try directory.write(".flowd/personas/own.md", "two")
    let second = try #require(try find().pinned)
    #expect(second.hash != first.hash)
    #expect(second.flow.documents.map(\.text) == ["two"])
    #expect(first.flow.documents.map(\.text) == ["one"])
    try directory.write(".flowd/personas/own.md", "one")
    #expect(try find().pinned?.hash == first.hash)
  }

  @Test func textsThatOnlyLookTheSameAreTwo() throws {
    try flow("{ prompt: x, persona: own }")
    try directory.write(".flowd/personas/own.md", "\u{E9}")
    let first = try find().result.hash
    try directory.write(".flowd/personas/own.md", "e\u{301}")
    #expect(try find().result.hash != first)
  }

  @Test func aFlowWithoutDocumentsHasTheHashOfItsFile() throws {
    try flow("{ prompt: x }")
    let found = try find()
    #expect(found.result.hash == FlowFile.parse(found.bytes, id: "f", file: "f").hash)
  }

  @Test func aDefinitionComesBackFromTheStoreWithItsLines() throws {
    try flow("{ prompt: \"${{ run.id }}\", persona: own, contracts: [evidence] }")
    try directory.write(".flowd/personas/own.md", "# Own\n\"quoted\" \\ \t é\n")
    let pinned = try #require(try find().pinned)
    try directory.write(".flowd/personas/own.md", "changed")
    let restored = FlowFile.restore(
      canonicalJSON: pinned.canonicalJSON, source: pinned.source, hash: pinned.hash, id: "f", file: "stored")
    #expect(restored.definition == pinned.flow)
    #expect(restored.hash == pinned.hash)
    #expect(restored.canonicalJSON == pinned.canonicalJSON)
    #expect(restored.definition?.steps[0].line == 2)
  }

  @Test(arguments: ["", "steps: []", "steps: [{ id: other, uses: wait, with: { for: 0s } }]"])
  func withoutItsSourceOnlyLinesAreLost(source: String) throws {
    try flow("{ prompt: x, persona: reviewer }")
    let pinned = try #require(try find().pinned)
    let restored = FlowFile.restore(
      canonicalJSON: pinned.canonicalJSON, source: Array(source.utf8), hash: pinned.hash, id: "f", file: "stored")
    #expect(restored.hash == pinned.hash)
    #expect(restored.definition?.documents == pinned.flow.documents)
    #expect(restored.definition?.steps[0].line == 1)
  }

  @Test func aDefinitionWithoutDocumentsIsRestoredToo() {
    let original = parse(withStep())
    let restored = FlowFile.restore(
      canonicalJSON: original.canonicalJSON, source: original.source, hash: original.hash, id: "id", file: "f")
    #expect(restored == original)
    #expect(FlowFile.restore(canonicalJSON: [], source: [], hash: "x", id: "id", file: "f").definition == nil)
  }

  @Test func anAuthorCannotWriteDocumentsHimself() {
    #expect(problems(withFlow("documents: []")).map { $0.hasPrefix("1:1: unknown key 'documents'") } == [true])
  }

  private func problems(_ text: String) -> [String] {
    parse(text).diagnostics.map { "\($0.line):\($0.column): \($0.message)" }
  }

  @Test func aSubflowHasItsOwn() throws {
    try flow("{ prompt: x, persona: reviewer }")
    try directory.write(".flowd/flows/outer.flow.yaml", "steps: [{ id: s, uses: flow, with: { flow: f } }]")
    let pinned = try #require(try find("outer").pinned)
    #expect(pinned.flow.documents == [])
    #expect(pinned.subflows["f"]?.flow.documents.map(\.name) == ["reviewer"])
  }

  @Test func listsKnowDocumentsToo() throws {
    try flow("{ prompt: x, persona: nobody }")
    let entry = catalog.list(workspace: directory.path).entries.first { $0.id == "f" }
    #expect(entry?.diagnostics.map(\.message) == ["unknown persona 'nobody'"])
    #expect(entry?.hash == "")
  }
}
