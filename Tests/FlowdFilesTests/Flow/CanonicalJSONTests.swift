import FlowdFiles
import FlowdModel
import Testing

/// The stored form of a flow is a flow file of the same definition and hash.
struct CanonicalJSONTests {
  private func expectRoundTrip(
    _ text: String, _ comment: Comment? = nil, at location: SourceLocation = #_sourceLocation
  ) {
    let original = parse(text)
    #expect(original.diagnostics == [], comment, sourceLocation: location)
    #expect(original.definition != nil, comment, sourceLocation: location)
    let again = FlowFile.parse(original.canonicalJSON, id: "id", file: "stored")
    #expect(again.meaning == original.meaning, comment, sourceLocation: location)
    #expect(again.canonicalJSON == original.canonicalJSON, comment, sourceLocation: location)
    #expect(again.hash == original.hash, comment, sourceLocation: location)
    #expect(FlowFile.parse(original.source, id: "id", file: "stored") == original, comment, sourceLocation: location)
    #expect(throws: Never.self, comment, sourceLocation: location) { try JSONValue(parsing: original.canonicalJSON) }
  }

  @Test func theFullFlowComesBackTheSame() { expectRoundTrip(fullFlow) }

  @Test func aFlowThatReachesOthersComesBackTheSame() {
    expectRoundTrip(outwardFlow)
    #expect(parse(outwardFlow).definition?.secrets == ["CA", "PASSWORD", "TOKEN"])
  }

  /// Texts that YAML, JSON or both would read as something else than a string, or mangle.
  @Test(arguments: [
    "8080", "1.0", "007", "0x1F", "0o17", ".5", "+1", "1e3", "-0", "true", "True", "FALSE", "yes", "No", "on", "Off",
    ".inf", "-.INF", ".nan", "1_000", "2024-01-01", "12:30", "=", "<<", "a: b", "a #b", "- a", "? a", "&a", "*a", "!a",
    "[a", "{a", "|", ">", "%a", "@a", "`a", "'", "\"", "\\", "a\\nb", "null", "Null", "~", "", " ", " a ", "\t", "\n",
    "a\nb\n", "\r\n", "é", "e\u{301}", "😀", "👩‍👩‍👧", "\u{7F}", "\u{85}", "\u{A0}", "\u{2028}", "\u{2029}", "\u{FEFF}",
    "\u{FFFE}", "\u{10FFFF}", "\u{1}", "\u{1B}[31m", "\u{9F}", "$${{ x }}", "$", "}}", "---", "...", "#",
  ])
  func anyTextSurvivesInEveryPlace(text: String) {
    let json = JSONValue.string(text).text
    expectRoundTrip(
      """
      { "env": { "A": \(json) }, "report": \(json), "description": \(json),
        "inputs": { "s": { "default": \(text.utf8.contains(UInt8(ascii: "{")) ? "\"\"" : json) }, "j": { "type": "json", "default": { \(json): [\(json)] } } },
        "steps": [{ "id": "a", "uses": "run", "with": { "command": ["x", \(json)] }, "cwd": \(JSONValue.string("/" + text).text) }] }
      """)
    let definition = parse("{\"steps\":[{\"id\":\"a\",\"uses\":\"run\",\"with\":{\"command\":[\"x\",\(json)]}}]}")
      .definition
    guard case .run(.arguments(let arguments)) = definition?.steps[0].action else { return #expect(Bool(false)) }
    let expected = text == "$${{ x }}" ? "${{ x }}" : text
    #expect(Array(environment(arguments[1]).utf8) == Array(expected.utf8))
  }

  private func environment(_ template: Template) -> String {
    guard case .text(let text) = template.parts.first else { return "" }
    return text
  }

  @Test(arguments: [
    "8080", "1.0", "007", "0x1F", ".5", "+1", "true", "True", "yes", ".inf", "1_000", "2024-01-01",
    "a: b".replacing(":", with: ""), "=",
  ])
  func plainScalarsInTextPlacesKeepTheirText(text: String) throws {
    let flow = "env: { A: \(text) }\n" + withStep("label: \(text)")
    expectRoundTrip(flow)
    let definition = try #require(parse(flow).definition)
    #expect(definition.env[0].value == Template(text))
    #expect(definition.steps[0].label == text)
  }

  @Test(arguments: [
    ("max-parallel: 0x10", #""max-parallel":16"#), ("max-parallel: +8", #""max-parallel":8"#),
    ("max-parallel: 010", #""max-parallel":10"#),
  ])
  func typedPlacesAreSpelledAsJSON(yaml: String, json: String) {
    let flow = withFlow("concurrency: { \(yaml) }")
    expectRoundTrip(flow)
    #expect(String(decoding: parse(flow).canonicalJSON, as: UTF8.self).contains(json))
  }

  @Test func spellingDoesNotChangeTheHash() {
    let one = parse(
      "steps:\n- id: a\n  uses: run   # comment\n  with:\n    command: x\n  timeout: 5s\n  continue-on-error: true\nname: 12\n"
    )
    let two = parse(
      #"{"name": "12", "steps": [{"timeout":"5s", "continue-on-error": True, "with":{"command":'x'}, "uses":"run","id":"a"}]}"#
    )
    #expect(one.hash == two.hash)
    #expect(one.hash.utf8.count == 64)
    #expect(one.meaning == two.meaning)
  }

  @Test func theOrderOfInputsAndVariablesIsKeptAndCounts() throws {
    let one = withFlow("inputs: { z: string, a: number }", "env: { Z: x, A: y }")
    let two = withFlow("inputs: { a: number, z: string }", "env: { A: y, Z: x }")
    expectRoundTrip(one)
    #expect(parse(one).definition?.inputs.map(\.name) == ["z", "a"])
    #expect(parse(one).hash != parse(two).hash)
  }

  @Test func aFlowThatIsTooLargeAsJSONIsRefused() {
    let report = String(repeating: "\\a", count: 300_000)
    #expect(
      problems(withFlow("report: \"\(report)\"")) == [
        "0:0: the flow takes 1800070 bytes as JSON; at most 1048576 are allowed"
      ])
  }

  @Test func randomFlowsComeBackTheSame() {
    for seed in 0..<300 as Range<UInt64> {
      var random = RandomFlow(seed: seed)
      expectRoundTrip(random.yaml(), "seed \(seed)")
    }
  }
}
