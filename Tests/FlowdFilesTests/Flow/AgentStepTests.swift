import FlowdFiles
import FlowdModel
import Testing

/// `uses: agent`: what is read, and what is wrong with it.
struct AgentStepTests {
  private func step(_ with: String) -> AgentStep? {
    let text = withStep(uses: "agent", with: with)
    #expect(problems(text) == [])
    guard case .agent(let step)? = parse(text).definition?.steps[0].action else { return nil }
    return step
  }

  @Test func whatIsOmittedHasItsDefault() {
    #expect(step("{ prompt: x }") == AgentStep(prompt: Template("x")))
    #expect(AgentStep(prompt: Template("x")).isReadOnly)
  }

  @Test func everyKeyIsRead() {
    let found = step(
      """

            prompt: Look at ${{ run.cwd }}
            system: Be brief.
            persona: reviewer
            contracts: [evidence, house-rules]
            provider: ${{ run.provider }}
            model: m-1
            read_only: false
            output: json
            schema: { type: object, properties: { n: { type: number, minimum: 1.0 } } }
            max-output: 4KiB
      """)
    #expect(
      found
        == AgentStep(
          prompt: Template([.text("Look at "), .expression(expression("run.cwd", 5))]), system: Template("Be brief."),
          persona: "reviewer", contracts: ["evidence", "house-rules"], provider: template("run.provider", 9),
          model: Template("m-1"), isReadOnly: false, output: .json,
          schema: .object([
            .init("type", .string("object")),
            .init(
              "properties",
              .object([
                .init("n", .object([.init("type", .string("number")), .init("minimum", .number("1.0"))]))
              ])),
          ]), outputBytesMax: 4_096))
  }

  @Test func documentsAreNamedWithTheirPlaces() {
    let result = parse(withStep(uses: "agent", with: "{ prompt: x, persona: p, contracts: [c, d] }"))
    #expect(
      result.documentReferences == [
        DocumentReference(kind: .persona, name: "p", position: SourcePosition(line: 4, column: 33)),
        DocumentReference(kind: .contract, name: "c", position: SourcePosition(line: 4, column: 48)),
        DocumentReference(kind: .contract, name: "d", position: SourcePosition(line: 4, column: 51)),
      ])
  }

  @Test(
    arguments: [
      ("{}", ["4:11: 'uses: agent' needs a 'prompt'"]),
      ("{ prompt: ' ' }", ["4:21: 'prompt' must not be empty"]),
      ("{ message: x }", ["4:11: 'uses: agent' needs a 'prompt'", "4:13: unknown key 'message'; write 'prompt'"]),
      ("{ prompt: x, system: [a] }", ["4:32: 'system' must be text, found a list"]),
      ("{ prompt: x, persona: '' }", ["4:33: 'persona' must not be empty"]),
      (
        "{ prompt: x, persona: a/b }",
        ["4:33: the name 'a/b' must not hold '/'; a persona is named by its id, not by a path"]
      ),
      ("{ prompt: x, persona: ../b }", ["4:33: the name '../b' must not begin with '.'"]),
      ("{ prompt: x, persona: \"${{ run.id }}\" }", ["4:34: 'persona' is constant; ${{ }} is not replaced in it"]),
      ("{ prompt: x, contracts: evidence }", ["4:35: 'contracts' must be a list of names, found the text 'evidence'"]),
      ("{ prompt: x, contracts: [a, a] }", ["4:39: the contract 'a' is given twice"]),
      (
        "{ prompt: x, contracts: [a/b] }",
        ["4:36: the name 'a/b' must not hold '/'; a contract is named by its id, not by a path"]
      ),
      ("{ prompt: x, provider: '' }", ["4:34: 'provider' must not be empty"]),
      ("{ prompt: x, model: '' }", ["4:31: 'model' must not be empty"]),
      (
        "{ prompt: x, model: \(String(repeating: "m", count: 129)) }", ["4:31: 'model' has more than 128 bytes"]
      ),
      ("{ prompt: x, read_only: maybe }", ["4:35: 'read_only' must be true or false, found the text 'maybe'"]),
      ("{ prompt: x, read-only: true }", ["4:24: unknown key 'read-only'; write 'read_only'"]),
      ("{ prompt: x, output: yaml }", ["4:32: 'output' must be one of 'text', 'json'; found 'yaml'"]),
      ("{ prompt: x, schema: { type: object } }", ["4:24: 'schema' needs 'output: json' beside it"]),
      ("{ prompt: x, output: text, schema: {} }", ["4:38: 'schema' needs 'output: json' beside it"]),
      (
        "{ prompt: x, output: json, schema: object }",
        ["4:46: 'schema' must be a JSON Schema, which is a mapping, found the text 'object'"]
      ),
      ("{ prompt: x, output: json, schema: { a: .inf } }", ["4:51: JSON has no such number"]),
      (
        "{ prompt: x, output: json, schema: { type: objet, properties: { a: { pattern: x } } } }",
        [
          "4:46: 'schema' $.type: there is no type \"objet\"; did you mean 'object'?",
          "4:46: 'schema' $.properties.a.pattern: 'pattern' is not supported",
        ]
      ),
      ("{ prompt: x, max-output: 2MiB }", ["4:36: 'max-output' must be from 1 to 1048576 bytes"]),
      ("{ prompt: x, max_output: 1KiB }", ["4:24: unknown key 'max_output'; write 'max-output'"]),
      ("{ prompt: x, cwd: y }", ["4:24: unknown key 'cwd'; write 'cwd' beside 'with'"]),
      (
        "{ prompt: \"${{ text }}\" }",
        [
          "4:26: unknown name 'text'; a step's own results can be read in 'expect', 'until', 'outputs' and 'retry.when' "
            + "only, those of other steps as steps.ID.text"
        ]
      ),
    ] as [(String, [String])])
  func everyKeyIsChecked(with: String, expected: [String]) {
    #expect(problems(withStep(uses: "agent", with: with)) == expected)
  }

  @Test func aReadOnlyAgentIsAskedAgainAfterARestart() {
    let policy = { (with: String, lines: String...) in
      parse(withStep(uses: "agent", with: with) + lines.map { "    \($0)\n" }.joined()).definition?.steps[0].onRestart
    }
    #expect(policy("{ prompt: x }") == .retry)
    #expect(policy("{ prompt: x, read_only: false }") == .ask)
    #expect(policy("{ prompt: x, read_only: false }", "on-restart: retry") == .retry)
  }

  @Test func theAnswerIsReadWhereResultsAre() {
    let text = withStep(
      uses: "agent", with: "{ prompt: x, output: json }", "cwd: src", "env: { A: b }", "timeout: 10m", "deadline: 1h",
      "expect: [{ body: { contains: a } }, { json: $.a, exists: true }, { regex: x, count: 1 }, { duration: 1s }, { bytes: 3 }]",
      "outputs: { a: \"${{ text }}\", b: \"${{ result.b }}\" }", "retry: { when: error ~= nil }",
      "until: { condition: result.done }", "circuit: c", "on-restart: fail", "continue-on-error: true")
    #expect(problems(text) == [])
    #expect(
      problems(withStep(uses: "agent", with: "{ prompt: x }", "expect: [{ status: 200 }]")) == [
        "5:16: 'uses: agent' has no 'status' to look at; there are body, json, regex, duration, bytes"
      ])
  }

  @Test(arguments: ["text", "result", "model", "provider", "usage", "partial", "status", "error", "attempt", "outputs"])
  func otherStepsReadTheAnswer(field: String) {
    let head = "steps:\n  - { id: a, uses: agent, with: { prompt: x } }\n"
    #expect(problems(head + "  - { id: b, uses: script, with: { lua: \"return steps.a.\(field)\" } }\n") == [])
  }
}
