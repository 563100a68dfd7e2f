import FlowdFiles
import FlowdModel
import Testing

/// A flow is found with the flows that its steps run.
struct SubflowTests {
  private let directory: TemporaryDirectory
  private let catalog: FlowCatalog

  init() throws {
    directory = try TemporaryDirectory()
    catalog = FlowCatalog(configDirectory: directory.path + "/config")
  }

  private var workspace: String { directory.path + "/work" }

  /// Writes a flow whose steps run others.
  private func write(_ id: String, running flows: String...) throws {
    try directory.write("work/.flowd/flows/\(id).flow.yaml", text(running: flows))
  }

  private func text(running flows: [String]) -> String {
    let steps = flows.enumerated().map { "  - { id: s\($0.offset), uses: flow, with: { flow: \($0.element) } }\n" }
    return "steps:\n  - { id: a, uses: run, with: { command: x } }\n" + steps.joined()
  }

  private func find(_ id: String) throws -> FlowCatalog.Found { try catalog.find(id: id, workspace: workspace) }

  private func problems(_ id: String) throws -> [String] {
    try find(id).result.diagnostics.map { $0.description.replacing(workspace + "/.flowd/flows/", with: "") }
  }

  @Test func allFlowsBelowAreFound() throws {
    try write("top", running: "middle", "leaf", "hello")
    try write("middle", running: "leaf", "leaf")
    try write("leaf")
    let found = try find("top")
    let pinned = try #require(found.pinned)
    #expect(pinned.flow == found.result.definition)
    #expect(pinned.hash == found.result.hash)
    #expect(pinned.source == found.bytes)
    #expect(pinned.subflows.keys.sorted() == ["hello", "leaf", "middle"])
    #expect(pinned.subflows["middle"]?.subflows.keys.sorted() == ["leaf"])
    #expect(pinned.subflows["leaf"] === pinned.subflows["middle"]?.subflows["leaf"])
    #expect(try find("leaf").pinned?.subflows.isEmpty == true)
  }

  @Test func aMissingFlowIsAnErrorOfItsStep() throws {
    try write("deploy")
    try write("top", running: "deplyo", "nowhere")
    let found = try find("top")
    #expect(found.result.definition == nil)
    #expect(found.result.hash == "")
    #expect(found.pinned == nil)
    #expect(
      try problems("top") == [
        "top.flow.yaml:3:41: error: unknown flow 'deplyo'; did you mean 'deploy'?",
        "top.flow.yaml:4:41: error: unknown flow 'nowhere'",
      ])
  }

  @Test func whatIsWrongWithOtherFilesIsToldWithWhatIsWrongWithThisOne() throws {
    try write("deploy")
    let text = """
      steps:
        - { id: a, uses: run, with: { comand: x } }
        - { id: b, uses: flow, with: { flow: deplyo } }
        - { id: c, uses: agent, with: { persona: reviwer, contracts: [evidense, ../x] } }
        - { id: d, uses: flow, with: { flow: deploy, inputs: { size: 1 } } }
        - { id: e, uses: flow, with: { flow: deploy, inputs: { size: "${{ nothing }}" } } }
      report: ${{ steps.z }}
      """
    try directory.write("work/.flowd/flows/top.flow.yaml", text)
    let expected = [
      "2:31: 'uses: run' needs a 'command'",
      "2:33: unknown key 'comand'; did you mean 'command'?",
      "3:40: unknown flow 'deplyo'; did you mean 'deploy'?",
      "4:33: 'uses: agent' needs a 'prompt'",
      "4:44: unknown persona 'reviwer'; did you mean 'reviewer'?",
      "4:65: unknown contract 'evidense'; did you mean 'evidence'?",
      "4:75: the name '../x' must not begin with '.'",
      "5:40: flow 'deploy': unknown input 'size'",
      "6:69: unknown name 'nothing'; there are inputs, steps, run and functions",
      "7:13: unknown step 'z'",
    ]
    let shown = { (result: FlowFileResult) in result.diagnostics.map { "\($0.line):\($0.column): \($0.message)" } }
    #expect(shown(try find("top").result) == expected)
    #expect(shown(catalog.check(Array(text.utf8), id: "top", file: "f", workspace: workspace)) == expected)
  }

  @Test func whatHasNoEffectInASubflowIsWarnedOf() throws {
    let body = "steps:\n  - { id: a, uses: run, with: { command: x } }\n"
    try directory.write("work/.flowd/flows/one.flow.yaml", "mode: batch\nconcurrency: { group: x }\n" + body)
    try directory.write("work/.flowd/flows/two.flow.yaml", "concurrency: { max-parallel: 1 }\n" + body)
    try write("top", running: "one", "two")
    try write("higher", running: "top")
    #expect(
      try problems("top") == [
        "top.flow.yaml:3:41: warning: flow 'one' has 'concurrency: group', which has no effect here: a run that is "
          + "another's step does not wait for those of its group",
        "top.flow.yaml:3:41: warning: flow 'one' has 'mode: batch', which has no effect here: its run has the mode of "
          + "this one",
      ])
    #expect(try find("top").pinned?.subflows.count == 2)
    #expect(try find("top").result.definition != nil)
    #expect(try problems("higher") == [])
    #expect(try problems("one") == [])
  }

  @Test func aSecretInputTakesNothingThatIsComputed() throws {
    let body = "steps:\n  - { id: a, uses: run, with: { command: x } }\n"
    try directory.write("work/.flowd/flows/low.flow.yaml", "inputs: { k: secret }\n" + body)
    let inputs = { (value: String) in "  - { id: b, uses: flow, with: { flow: low, inputs: { k: \"\(value)\" } } }\n" }
    let top =
      "inputs: { k: secret }\n" + body + inputs("${{ inputs.k }}")
      + inputs("secret:A").replacing("id: b", with: "id: c")
    try directory.write("work/.flowd/flows/top.flow.yaml", top)
    #expect(try problems("top") == [])
    try directory.write(
      "work/.flowd/flows/top.flow.yaml", top + inputs("x${{ inputs.k }}").replacing("id: b", with: "id: d"))
    #expect(
      try problems("top") == [
        "top.flow.yaml:6:40: error: flow 'low': input 'k' is a secret: give it a secret input or the answer to a secret "
          + "question, by itself"
      ])
  }

  @Test func aFlowBelowThatIsWrongIsNamedWithItsFirstMistake() throws {
    try directory.write("work/.flowd/flows/bad.flow.yaml", "steps: []\nname: ''")
    try write("middle", running: "bad")
    try write("top", running: "middle")
    #expect(
      try problems("top").map { $0.replacing(workspace + "/.flowd/flows/", with: "") } == [
        "top.flow.yaml:3:41: error: flow 'middle' is not valid: middle.flow.yaml:3:41: error: flow 'bad' is not valid: "
          + "bad.flow.yaml:1:8: error: 'steps' must not be empty"
      ])
  }

  @Test func flowsMayNotRunEachOtherInACircle() throws {
    try write("a", running: "b")
    try write("b", running: "c")
    try write("c", running: "a")
    try write("self", running: "self")
    #expect(try problems("a").count == 1)
    #expect(
      try problems("a")[0].hasSuffix("c.flow.yaml:3:41: error: the flows run each other in a circle: a → b → c → a"))
    #expect(
      try problems("self") == ["self.flow.yaml:3:41: error: the flows run each other in a circle: self → self"])
  }

  @Test func depthIsBounded() throws {
    let deepest = Limits.subflowDepthMax + 1
    for depth in 0..<deepest { try write("f\(depth)", running: "f\(depth + 1)") }
    try write("f\(deepest)")
    #expect(try find("f1").pinned?.subflows.count == Limits.subflowDepthMax)
    #expect(try find("f0").pinned == nil)
    #expect(try problems("f0").first?.contains("leads to flows more than 8 deep") == true)
    // Found the same in a list, whatever was looked at before.
    let wrong = catalog.list(workspace: workspace).entries.filter { !$0.diagnostics.isEmpty }
    #expect(wrong.map(\.id) == ["f0"])
  }

  @Test func numberIsBounded() throws {
    let write = { (id: String, flows: [String]) in
      _ = try directory.write("work/.flowd/flows/\(id).flow.yaml", text(running: flows))
    }
    let names = (0...Limits.subflowsMax).map { "g\($0)" }
    for name in names { try write(name, []) }
    try write("most", Array(names.dropLast()))
    try write("more", names)
    #expect(try find("most").pinned?.subflows.count == Limits.subflowsMax)
    #expect(
      try problems("more") == ["more.flow.yaml:67:42: error: with flow 'g64' one run would use more than 64 flows"])
  }

  @Test(arguments: [
    ("{ name: x, count: 5 }", []), ("{ name: \"${{ run.id }}\", count: \"${{ 1 }}\" }", []),
    ("{ name: x, count: ~ }", ["input 'count' must be a number, found null"]),
    ("{}", ["input 'name' is required"]), ("{ name: x, cont: 1 }", ["unknown input 'cont'; did you mean 'count'?"]),
    ("{ name: x, nam: \"${{ 1 }}\" }", ["unknown input 'nam'; did you mean 'name'?"]),
    ("{ name: x, count: many }", ["input 'count' must be a number, found the string 'many'"]),
    ("{ name: 5 }", ["input 'name' must be a string, found the number 5"]),
  ])
  func theInputsOfAStepFitItsFlow(inputs: String, expected: [String]) throws {
    try directory.write(
      "work/.flowd/flows/leaf.flow.yaml",
      "inputs: { name: { required: true }, count: { type: number, default: 1 } }\n" + text(running: []))
    try directory.write(
      "work/.flowd/flows/top.flow.yaml",
      "steps:\n  - id: a\n    uses: flow\n    with: { flow: leaf, inputs: \(inputs) }\n")
    #expect(try problems("top") == expected.map { "top.flow.yaml:4:19: error: flow 'leaf': \($0)" })
  }

  @Test func aListShowsWhatCannotRun() throws {
    try write("top", running: "nowhere")
    let entry = try #require(catalog.list(workspace: workspace).entries.first { $0.id == "top" })
    #expect(entry.hash == "")
    #expect(entry.diagnostics.map(\.message) == ["unknown flow 'nowhere'"])
  }

  @Test func aTextIsCheckedAgainstTheFlowsThereAre() throws {
    try write("leaf")
    let check = { (flow: String) in
      catalog.check(Array(text(running: [flow]).utf8), id: "new", file: "f", workspace: workspace)
    }
    #expect(check("leaf").definition != nil)
    #expect(check("hello").diagnostics == [])
    #expect(
      check("leef").diagnostics.map(\.description) == ["f:3:41: error: unknown flow 'leef'; did you mean 'leaf'?"])
    #expect(check("new").diagnostics.map(\.message) == ["the flows run each other in a circle: new → new"])
    let elsewhere = catalog.check(Array(text(running: ["leaf", "hello"]).utf8), id: "new", file: "f", workspace: nil)
    #expect(
      elsewhere.diagnostics.map(\.description) == [
        "f:3:41: warning: unknown flow 'leaf'; only the user's own and the built-in ones were looked at, since no workspace "
          + "was given"
      ])
    #expect(elsewhere.definition != nil && elsewhere.hash.isEmpty)
  }
}
