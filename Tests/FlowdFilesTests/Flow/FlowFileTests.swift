import FlowdFiles
import FlowdModel
import Testing

struct FlowFileTests {
  @Test func everythingSupportedIsRead() throws {
    let result = parse(fullFlow, id: "review")
    #expect(result.diagnostics == [])
    let flow = try #require(result.definition)
    #expect(flow.id == "review")
    #expect(flow.name == "Review a change")
    #expect(flow.description == "Looks at a change from several sides.")
    #expect(flow.maxParallel == 2)
    #expect(
      flow.inputs == [
        InputDefinition(name: "question", required: true, description: "What to look for."),
        InputDefinition(name: "size", kind: .choice, defaultValue: .string("2"), options: ["small", "2", "true"]),
        InputDefinition(name: "count", kind: .number, defaultValue: .number("16")),
        InputDefinition(name: "deep", kind: .boolean, defaultValue: .bool(true)),
        InputDefinition(
          name: "data", kind: .json,
          defaultValue: .object([
            .init("b", .array([.number("1"), .number("0.5"), .null, .string("yes")])), .init("a", .string("1")),
          ])),
        InputDefinition(name: "plain"),
        InputDefinition(name: "version", defaultValue: .string("1.0")),
      ])
    #expect(
      flow.env == [
        EnvironmentEntry(name: "PORT", value: Template("8080")), EnvironmentEntry(name: "MODE", value: Template("yes")),
        EnvironmentEntry(name: "Q", value: Template([.reference(.input("question"))])),
      ])
    #expect(
      flow.report
        == Template([
          .text("# "), .reference(.input("question")), .text(" in "), .reference(.run(.id)), .text("\n"),
          .reference(.step(2, .status)), .text("\n"),
        ]))
  }

  @Test func stepsAreReadWithTheirEdgesAsIndices() throws {
    let flow = try #require(parse(fullFlow).definition)
    #expect(
      flow.steps == [
        StepDefinition(
          id: "diff", label: "Show the change",
          action: .run(.shell(script: "git diff \"$Q\"\necho done\n", shell: "bash")), timeout: .seconds(5400)),
        StepDefinition(
          id: "build",
          action: .run(
            .arguments([
              Template("make"), Template("-j"), Template("4"),
              Template([.text("all="), .reference(.input("size")), .text("/${{ x }}")]), Template("null-ish"),
            ])),
          env: [
            EnvironmentEntry(name: "B", value: Template("0x1F")), EnvironmentEntry(name: "A", value: Template("")),
          ],
          workingDirectory: Template([.reference(.run(.cwd)), .text("/src")]), continueOnError: true, onRestart: .fail),
        StepDefinition(
          id: "test", needs: [Need(step: 1, any: true), Need(step: 0)],
          action: .run(.shell(script: "make test", shell: "sh")),
          env: [
            EnvironmentEntry(
              name: "OUT",
              value: Template([.reference(.step(0, .stdout)), .text("|"), .reference(.step(1, .exit))]))
          ]),
        StepDefinition(id: "last", needs: [Need(step: 2)], action: .run(.arguments([Template("true")]))),
      ])
  }

  @Test func whatIsOmittedHasItsDefault() throws {
    let flow = try #require(parse(withStep(), id: "some-id").definition)
    #expect(
      flow
        == FlowDefinition(
          id: "some-id", name: "some-id",
          steps: [
            StepDefinition(id: "a", action: .run(.shell(script: "x", shell: "sh")))
          ]))
  }

  @Test(arguments: [
    ("", [1]), ("needs: []", []), ("needs: a", [0]), ("needs: [b, a]", [1, 0]), ("needs: {a: any}", [0]),
    ("needs: [d]", [3]),
  ])
  func needsComeInSeveralForms(keys: String, expected: [Int]) throws {
    let text = steps(("a", ""), ("b", "needs: []"), ("c", keys), ("d", "needs: []"))
    #expect(try #require(parse(text).definition).steps[2].needs.map(\.step) == expected)
  }

  @Test(arguments: [
    ("500ms", Duration.milliseconds(500)), ("30s", .seconds(30)), ("10m", .seconds(600)), ("2h", .seconds(7200)),
    ("1d", .seconds(86_400)), ("1h30m", .seconds(5400)), ("1d2h3m4s5ms", .milliseconds(93_784_005)),
    ("90s", .seconds(90)), ("0s1ms", .milliseconds(1)), ("365d", .seconds(31_536_000)), ("'5s'", .seconds(5)),
  ])
  func durationsAreSumsOfUnits(text: String, duration: Duration) throws {
    #expect(parse(withStep("timeout: \(text)")).diagnostics == [])
    #expect(parse(withStep("timeout: \(text)")).definition?.steps[0].timeout == duration)
  }

  @Test func jsonWithSurrogatePairsIsAFlowFile() throws {
    let text =
      #"{"steps":[{"id":"a","uses":"run","label":"\ud83d\ude00\u2028","with":{"command":["echo","\u007f\ufeff"]}}]}"#
    let step = try #require(parse(text).definition).steps[0]
    #expect(step.label == "😀\u{2028}")
    #expect(step.action == .run(.arguments([Template("echo"), Template("\u{7F}\u{FEFF}")])))
  }

  @Test func theHashIsThatOfTheCanonicalJSON() {
    let result = parse(withStep())
    let canonical = #"{"steps":[{"id":"a","uses":"run","with":{"command":"x"}}]}"#
    #expect(String(decoding: result.canonicalJSON, as: UTF8.self) == canonical)
    #expect(result.hash == SHA256.hexDigest(of: Array(canonical.utf8)))
  }

  @Test func aFlowThatIsWrongHasNeitherDefinitionNorHash() {
    let result = parse(withStep("retry: 1"))
    #expect(result.definition == nil)
    #expect(result.canonicalJSON == [])
    #expect(result.hash == "")
  }
}
