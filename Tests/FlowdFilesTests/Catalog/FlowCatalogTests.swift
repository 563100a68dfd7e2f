import FlowdFiles
import FlowdModel
import Glibc
import Testing

struct FlowCatalogTests {
  private let directory: TemporaryDirectory
  private let catalog: FlowCatalog

  init() throws {
    directory = try TemporaryDirectory()
    catalog = FlowCatalog(configDirectory: directory.path + "/config")
  }

  private var workspace: String { directory.path + "/work" }
  private let flows = "work/.flowd/flows"

  private func named(_ name: String) -> String { withFlow("name: \(name)") }

  @Test func theBuiltInFlowIsValidAndFoundEverywhere() throws {
    let found = try catalog.find(id: "hello", workspace: nil)
    #expect(found.source == .builtin)
    #expect(found.path == "builtin:hello")
    #expect(found.result.diagnostics == [])
    #expect(
      found.result.definition?.inputs == [
        InputDefinition(name: "name", defaultValue: .string("world"), description: "Who is greeted.")
      ])
    #expect(
      found.result.definition?.steps[0].action
        == .run(.shell(script: #"printf 'Hello, %s!\n' "$INPUT_NAME""#, shell: "sh")))
    #expect(try catalog.find(id: "hello", workspace: workspace) == found)
  }

  @Test func theWorkspaceWinsOverTheUserAndThatOverTheBuiltIn() throws {
    try directory.write("config/flows/hello.flow.yaml", named("user"))
    #expect(try catalog.find(id: "hello", workspace: workspace).source == .user)
    let path = try directory.write(
      "\(flows)/hello.flow.json", #"{"name":"work","steps":[{"id":"a","uses":"run","with":{"command":"x"}}]}"#)
    let found = try catalog.find(id: "hello", workspace: workspace)
    #expect(found.source == .workspace)
    #expect(found.path == path)
    #expect(found.id == "hello")
    #expect(found.result.definition?.name == "work")
    #expect(try catalog.find(id: "hello", workspace: nil).source == .user)
  }

  @Test func yamlWinsOverYmlAndThatOverJSON() throws {
    for suffix in ["json", "yml", "yaml"] {
      let path = try directory.write("\(flows)/x.flow.\(suffix)", named(suffix))
      #expect(try catalog.find(id: "x", workspace: workspace).path == path)
    }
    #expect(catalog.list(workspace: workspace).entries.map(\.name) == ["Hello", "yaml"])
  }

  @Test func aListHoldsEveryFlowOnceInOrder() throws {
    try directory.write("\(flows)/b.flow.yaml", named("B"))
    try directory.write("\(flows)/bad.flow.yaml", "steps: []")
    try directory.write("\(flows)/.hidden.flow.yaml", named("hidden"))
    try directory.write("\(flows)/notes.txt", "x")
    try directory.write("\(flows)/x.yaml", "x")
    try directory.write("config/flows/a.flow.yml", named("A"))
    try directory.write("config/flows/b.flow.yaml", named("shadowed"))
    let listing = catalog.list(workspace: workspace)
    #expect(listing.diagnostics == [])
    #expect(listing.entries.map(\.id) == ["a", "b", "bad", "hello"])
    #expect(listing.entries.map(\.name) == ["A", "B", "bad", "Hello"])
    #expect(listing.entries.map(\.source) == [.user, .workspace, .workspace, .builtin])
    #expect(listing.entries.map(\.hash.isEmpty) == [false, false, true, false])
    #expect(
      listing.entries[2].diagnostics.map(\.description) == [
        "\(workspace)/.flowd/flows/bad.flow.yaml:1:8: error: 'steps' must not be empty"
      ])
    #expect(listing.entries[1].hash == (try catalog.find(id: "b", workspace: workspace)).result.hash)
  }

  @Test(arguments: [
    ("", "must not be empty"), ("a/b", "must not hold '/'; a flow is named by its id, not by a path"),
    ("/etc/passwd", "must not hold '/'; a flow is named by its id, not by a path"),
    ("..", "must not begin with '.'"), (".x", "must not begin with '.'"), ("a..b", "must not hold '..'"),
    ("a\u{0}b", "must not hold control characters"), ("a\nb", "must not hold control characters"),
    (String(repeating: "é", count: 65), "has more than 128 bytes"),
  ])
  func whatIsNotAStemIsRefusedBeforeAnyFileIsLookedAt(id: String, reason: String) {
    #expect(throws: FlowCatalogError.invalidID(id, reason: reason)) { try catalog.find(id: id, workspace: workspace) }
  }

  @Test func aMissingFlowIsNamedWithOneNearby() throws {
    #expect(throws: FlowCatalogError.notFound("helo", suggestion: "hello")) {
      try catalog.find(id: "helo", workspace: nil)
    }
    #expect(throws: FlowCatalogError.notFound("zzz", suggestion: nil)) {
      try catalog.find(id: "zzz", workspace: workspace)
    }
    try directory.write("\(flows)/deploy.flow.yaml", named("x"))
    let error = #expect(throws: FlowCatalogError.self) { try catalog.find(id: "deplyo", workspace: workspace) }
    #expect(error?.message == "there is no flow 'deplyo'; did you mean 'deploy'?")
  }

  @Test func aPipeIsNeitherOpenedNorWaitedFor() throws {
    let path = directory.directory(flows) + "/hello.flow.yaml"
    mkfifo(path, 0o600)
    let expected = FlowCatalogError.unreadable("hello", FileReadError(path: path, reason: .notAFile))
    #expect(throws: expected) { try catalog.find(id: "hello", workspace: workspace) }
    let listing = catalog.list(workspace: workspace)
    #expect(listing.entries.map(\.id) == ["hello"])
    #expect(listing.entries[0].diagnostics.map(\.description) == ["\(path): error: the file is not a regular file"])
  }

  @Test func directoriesAndDevicesAreNotFlows() throws {
    _ = directory.directory("\(flows)/a.flow.yaml")
    symlink("/dev/zero", directory.directory(flows) + "/b.flow.yaml")
    for id in ["a", "b"] {
      let path = "\(workspace)/.flowd/flows/\(id).flow.yaml"
      let expected = FlowCatalogError.unreadable(id, FileReadError(path: path, reason: .notAFile))
      #expect(throws: expected) { try catalog.find(id: id, workspace: workspace) }
    }
  }

  @Test func linksThatLeaveTheDirectoryAreFollowedAndDeadOnesReported() throws {
    let target = try directory.write("elsewhere/x.yaml", named("linked"))
    symlink(target, directory.directory(flows) + "/link.flow.yaml")
    symlink("/nowhere/at-all", directory.directory(flows) + "/hello.flow.yaml")
    #expect(try catalog.find(id: "link", workspace: workspace).result.definition?.name == "linked")
    let path = "\(workspace)/.flowd/flows/hello.flow.yaml"
    let error = #expect(throws: FlowCatalogError.self) { try catalog.find(id: "hello", workspace: workspace) }
    #expect(error?.message == "the flow 'hello': \(path) cannot be read: No such file or directory")
  }

  @Test func aFileThatIsTooLargeIsReportedNotRead() throws {
    let path = try directory.write(
      "\(flows)/big.flow.yaml", [UInt8](repeating: 0x20, count: Limits.flowFileBytesMax + 1))
    let expected = FileReadError(path: path, reason: .tooLarge(bytesMax: Limits.flowFileBytesMax))
    #expect(throws: FlowCatalogError.unreadable("big", expected)) { try catalog.find(id: "big", workspace: workspace) }
    let entry = try #require(catalog.list(workspace: workspace).entries.first { $0.id == "big" })
    #expect(entry.diagnostics.map(\.message) == ["the file has more than 1048576 bytes"])
  }

  @Test func aFileOfExactlyTheLargestSizeIsRead() throws {
    let path = try directory.write("x", [UInt8](repeating: 0x61, count: 100))
    #expect(try RegularFile.read(path, bytesMax: 100).count == 100)
    #expect(throws: FileReadError(path: path, reason: .tooLarge(bytesMax: 99))) {
      try RegularFile.read(path, bytesMax: 99)
    }
    #expect(try RegularFile.read(directory.write("empty", ""), bytesMax: 0) == [])
  }

  @Test(.enabled(if: geteuid() != 0)) func whatMayNotBeReadIsReported() throws {
    let path = try directory.write("\(flows)/x.flow.yaml", named("x"))
    chmod(path, 0)
    #expect(throws: FlowCatalogError.unreadable("x", FileReadError(path: path, reason: .system(EACCES)))) {
      try catalog.find(id: "x", workspace: workspace)
    }
    chmod("\(workspace)/.flowd/flows", 0)
    #expect(
      catalog.list(workspace: workspace).diagnostics.map(\.description)
        == ["\(workspace)/.flowd/flows: error: the directory cannot be read: Permission denied"])
    chmod("\(workspace)/.flowd/flows", 0o700)
  }

  @Test func aFileInPlaceOfTheDirectoryIsReported() throws {
    try directory.write(flows, "x")
    #expect(
      catalog.list(workspace: workspace).diagnostics.map(\.description)
        == ["\(workspace)/.flowd/flows: error: the directory cannot be read: Not a directory"])
    #expect(try catalog.find(id: "hello", workspace: workspace).source == .builtin)
  }

  @Test func aFileWhoseStemIsNoIDIsListedAsWrong() throws {
    try directory.write("\(flows)/a..b.flow.yaml", named("x"))
    let entry = try #require(catalog.list(workspace: workspace).entries.first)
    #expect(entry.diagnostics.map(\.message) == ["the flow id 'a..b' must not hold '..'"])
  }

  @Test func onlySoManyFilesOfADirectoryAreLookedAt() throws {
    let path = directory.directory(flows)
    for index in 0..<Limits.directoryEntriesMax { symlink("x", "\(path)/\(index)") }
    let listing = catalog.list(workspace: workspace)
    #expect(listing.diagnostics.map(\.message) == ["only 10000 files of the directory were looked at"])
    #expect(listing.entries.map(\.id) == ["hello"])
  }
}
