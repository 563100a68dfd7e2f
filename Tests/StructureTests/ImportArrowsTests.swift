import Foundation
import Testing

/// The allowed imports between targets; they point one way. `docs/ARCHITECTURE.md` gives the reasons.
private let allowed: [String: Set<String>] = [
  "FlowdModel": [],
  "FlowdWire": ["FlowdModel", "CFlowdProto"],
  "FlowdEngine": ["FlowdModel"],
  "FlowdStore": ["FlowdModel", "CSQLite"],
  "FlowdLua": ["FlowdModel", "CLuaSandbox"],
  "FlowdSchema": ["FlowdModel"],
  "FlowdFiles": ["FlowdModel", "FlowdLua", "FlowdChecks", "FlowdSchema", "CYAML", "CMessageDigest"],
  "FlowdChecks": ["FlowdModel", "CPCRE2"],
  "FlowdSteps": ["FlowdModel", "FlowdLua", "CLinux"],
  "FlowdHTTP": ["FlowdModel", "CHTTP", "CLinux"],
  "FlowdAgents": ["FlowdModel", "FlowdHTTP", "FlowdSteps", "CLinux"],
  "FlowdServer": [
    "FlowdModel", "FlowdWire", "FlowdEngine", "FlowdStore", "FlowdFiles", "FlowdSteps", "FlowdHTTP",
    "FlowdAgents", "FlowdLua", "FlowdChecks", "CLinux",
  ],
  "FlowdClient": ["FlowdModel", "FlowdWire", "CLinux"],
  "FlowdCLI": ["FlowdModel", "FlowdWire", "FlowdClient", "FlowdSchema", "CLinux"],
  "flowd": ["FlowdServer", "FlowdModel"],
  "flowctl": ["FlowdCLI"],
]

private let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent()

private func swiftFiles(in folder: String) -> [URL] {
  let found = FileManager.default.enumerator(at: root.appending(path: folder), includingPropertiesForKeys: nil)
  return (found?.allObjects as? [URL] ?? []).filter { $0.pathExtension == "swift" }
}

private func lines(of file: URL) throws -> [Substring] {
  try String(contentsOf: file, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false)
}

@Suite struct ImportArrowsTests {
  @Test(arguments: allowed.keys.sorted())
  func targetsImportOnlyWhatIsBelowThem(target: String) throws {
    let files = swiftFiles(in: "Sources/\(target)")
    #expect(!files.isEmpty)
    for file in files {
      for line in try lines(of: file) {
        let words = line.split(separator: " ")
        guard let keyword = words.firstIndex(of: "import"), keyword <= 1, words.count > keyword + 1 else { continue }
        let module = String(words[keyword + 1])
        let isSystem = ["Glibc", "Synchronization"].contains(module)
        #expect(
          isSystem || allowed[target]?.contains(module) == true, "\(file.lastPathComponent) imports \(module)")
      }
    }
  }

  @Test func everyTargetIsInTheList() throws {
    let folders = try FileManager.default.contentsOfDirectory(atPath: root.appending(path: "Sources").path)
    let swiftTargets = folders.filter { !swiftFiles(in: "Sources/\($0)").isEmpty }
    #expect(Set(swiftTargets) == Set(allowed.keys))
  }

  @Test func aCLibraryIsSeenByOneTargetOnly() throws {
    for target in allowed.keys {
      for file in swiftFiles(in: "Sources/\(target)") {
        let text = try String(contentsOf: file, encoding: .utf8)
        if target != "FlowdWire" { #expect(!text.contains("protobuf_c_"), "\(file.lastPathComponent)") }
        if target != "FlowdChecks" { #expect(!text.contains("pcre2_"), "\(file.lastPathComponent)") }
        if target != "FlowdLua" { #expect(!text.contains("clua_"), "\(file.lastPathComponent)") }
        if target != "FlowdStore" { #expect(!text.contains("sqlite3_"), "\(file.lastPathComponent)") }
      }
    }
  }
}

@Suite struct FileSizeTests {
  @Test func thereIsOneSeededGeneratorForAllTests() throws {
    let constant = "0x9E37_79B9" + "_7F4A_7C15"
    let files = try swiftFiles(in: "Tests").filter { try String(contentsOf: $0, encoding: .utf8).contains(constant) }
    #expect(files.map(\.lastPathComponent) == ["SplitMix64.swift"])
  }

  @Test func filesStayUnderFiveHundredLines() throws {
    for file in swiftFiles(in: "Sources") + swiftFiles(in: "Tests") where !file.path.contains("/Generated/") {
      let count = try lines(of: file).count
      #expect(count <= 501, "\(file.lastPathComponent) has \(count) lines")
    }
  }

  @Test func nothingForcesOrSwallows() throws {
    for file in swiftFiles(in: "Sources") where !file.path.contains("/Generated/") {
      for (number, line) in try lines(of: file).enumerated() {
        let code = line.trimmingCharacters(in: .whitespaces)
        guard !code.hasPrefix("//") else { continue }
        for forbidden in ["try!", "as!", "catch {}", "fatalError("] {
          #expect(!code.contains(forbidden), "\(file.lastPathComponent):\(number + 1) has \(forbidden)")
        }
      }
    }
  }
}
