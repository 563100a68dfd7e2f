import FlowdFiles
import FlowdModel
import Testing

struct FlowFileTests {
  @Test func theKeysOfAFlowAreRead() throws {
    let result = parse(fullFlow, id: "review")
    #expect(result.diagnostics == [])
    let flow = try #require(result.definition)
    #expect(flow.id == "review")
    #expect(flow.name == "Review a change")
    #expect(flow.description == "Looks at a change from several sides.")
    #expect(flow.mode == .hybrid)
    #expect(flow.maxParallel == 2)
    #expect(
      flow.concurrencyGroup
        == Template([
          .text("review "), .expression(expression("inputs.plain", 31)), .text(" in "),
          .expression(expression("run.cwd", 31)),
        ]))
    #expect(flow.onCancel == .force)
    #expect(flow.onFailure == FailurePolicy(recoverable: .graceful, fatal: .force, needsUser: .force))
    #expect(flow.inputTimeout == .seconds(300))
    #expect(flow.inputExpiry == InputExpiry(after: .seconds(7 * 86_400), policy: .useDefault))
    #expect(
      flow.env == [
        EnvironmentEntry(name: "PORT", value: Template("8080")), EnvironmentEntry(name: "MODE", value: Template("yes")),
        EnvironmentEntry(name: "Q", value: template("inputs.question", 18)),
      ])
    #expect(
      flow.outputs == [
        NamedValue("pages", .string(template("steps.publish.outputs.pages", 98, reads: [7]))),
        NamedValue(
          "all",
          .object([
            NamedValue("ask", .string(template("steps.ask.status", 99, reads: [4]))),
            NamedValue("fixed", .constant(.array([.number("1"), .string("two")]))),
          ])),
      ])
    #expect(
      flow.report
        == Template([
          .text("# "), .expression(expression("inputs.question", 101)), .text(" in "),
          .expression(expression("run.id", 101)), .text("\n"),
          .expression(expression("steps.publish.report", 102, reads: [7])), .text("\n"),
        ]))
  }

  @Test func inputsAreRead() throws {
    #expect(
      try #require(parse(fullFlow).definition).inputs == [
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
        InputDefinition(name: "token", kind: .secret, defaultValue: .string("secret:API_TOKEN")),
      ])
  }

  @Test func theKeysOfStepsAreReadWithTheDefaultsUnderThem() throws {
    let steps = try #require(parse(fullFlow).definition).steps
    let retry = RetryPolicy(limit: 2, delay: .seconds(5))
    let defaults = [
      EnvironmentEntry(name: "LEVEL", value: Template("3")), EnvironmentEntry(name: "PORT", value: Template("81")),
    ]
    #expect(
      steps[0]
        == StepDefinition(
          id: "diff", label: "Show the change", line: 37,
          action: .run(.shell(script: "git diff \"$Q\"\necho done\n", shell: "bash")), env: defaults, retry: retry,
          timeout: .seconds(5400), deadline: .seconds(3600), continueOnError: true, onRestart: .ask, circuit: "api"))
    #expect(
      steps[1]
        == StepDefinition(
          id: "build", line: 47,
          condition: Expression(
            "inputs.deep and not cancelled()", line: 50, reads: ExpressionReads(asksForStatus: true)),
          action: .run(
            .arguments([
              Template("make"), Template("-j"), Template("4"),
              Template([.text("all="), .expression(expression("inputs.size", 51)), .text("/${{ x }}")]),
              Template("null-ish"),
            ])),
          env: [
            EnvironmentEntry(name: "LEVEL", value: Template("4")),
            EnvironmentEntry(name: "PORT", value: Template("81")),
            EnvironmentEntry(name: "B", value: Template("0x1F")), EnvironmentEntry(name: "A", value: Template("")),
          ],
          workingDirectory: Template([.expression(expression("run.cwd", 52)), .text("/src")]),
          expect: [
            Check(query: .exit, predicates: [CheckPredicate(.equal, .constant(.number("0")))], line: 22),
            Check(
              query: .json(path: "$.ok"), predicates: [CheckPredicate(.equal, .constant(.bool(true)))], line: 23),
            Check(
              query: .stdout,
              predicates: [
                CheckPredicate(
                  .contains, .string(Template([.text("built "), .expression(expression("inputs.size", 55))]))),
                CheckPredicate(.matches, .constant(.string("^[a-z]"))),
              ], line: 55),
            Check(query: .duration, predicates: [CheckPredicate(.less, .constant(.number("2000")))], line: 56),
            Check(
              query: .json(path: "$.warnings[*]"),
              predicates: [
                CheckPredicate(.count, .constant(.object([.init(">=", .number("1"))])), isNegated: true)
              ], line: 57),
          ],
          until: Until(condition: expression("exit == 0", 58), interval: .seconds(2), deadline: .seconds(60)),
          outputs: [
            NamedValue("text", .string(template("stdout", 59))),
            NamedValue("list", .array([.constant(.number("1")), .string(template("exit", 59))])),
          ],
          retry: RetryPolicy(
            limit: 5, delay: .seconds(5), backoff: 1.5, maxDelay: .seconds(10), jitter: 0,
            condition: .expression(expression("error ~= nil", 60))),
          timeout: .seconds(600), deadline: .seconds(3600), continueOnError: false, onRestart: .fail, circuit: "api"))
  }

  @Test func everyKindOfStepIsRead() throws {
    let steps = try #require(parse(fullFlow).definition).steps
    let retry = RetryPolicy(limit: 2, delay: .seconds(5))
    #expect(
      steps[2]
        == StepDefinition(
          id: "angles", line: 63, needs: [Need(step: 1, any: true), Need(step: 0)],
          action: .script(
            ScriptSource(
              "local text = steps.diff.stdout\nreturn { angle, text }\n", firstLine: 69,
              reads: ExpressionReads(steps: [0]))),
          foreach: Foreach(
            list: .string(template("split(steps.diff.stdout, ',')", 66, reads: [0])), name: "angle", maxParallel: 3),
          expect: [
            Check(query: .json(path: "$.ok"), predicates: [CheckPredicate(.equal, .constant(.bool(true)))], line: 23)
          ], retry: retry, timeout: .seconds(600), deadline: .seconds(3600), continueOnError: true, onRestart: .ask,
          circuit: "api"))
    #expect(
      steps[3].foreach
        == Foreach(
          list: .array([
            .constant(.string("a")), .string(template("inputs.plain", 73)), .constant(.number("3")),
          ])))
    #expect(steps[3].action == .run(.arguments([Template("echo"), template("item", 74), template("index", 74)])))
    #expect(
      steps[4]
        == StepDefinition(
          id: "ask", line: 75, needs: [Need(step: 3)],
          action: .input(
            Question(
              prompt: Template([
                .text("Publish "), .expression(expression("steps.angles[1].result", 78, reads: [2])), .text("?"),
              ]), kind: .boolean, defaultValue: .constant(.bool(false)), timeout: .seconds(600))),
          outputs: [NamedValue("yes", .string(template("value", 82)))], continueOnError: true))
    #expect(steps[5].action == .wait(.duration(Template("5s"))))
    #expect(
      steps[6].action
        == .wait(
          .until(expression("steps.ask.value", 86, reads: [4]), interval: .seconds(3), deadline: .seconds(3600))))
    #expect(
      steps[7].action
        == .flow(
          SubflowCall(
            flow: "publish-report",
            inputs: [
              NamedValue("text", .string(template("steps.build.outputs.text", 91, reads: [1]))),
              NamedValue("deep", .constant(.bool(true))),
            ])))
    #expect(steps[7].retry == RetryPolicy(limit: 2, delay: .seconds(5), condition: .any))
    #expect(steps[8].isFinalizer)
    #expect(steps.map(\.isFinalizer) == [false, true, false, false, false, false, false, false, true])
  }

  @Test func stepsThatRunFlowsAreNamedWithTheirPlaces() {
    let flow = parse(fullFlow)
    guard case .flow(let call)? = flow.definition?.steps[7].action else {
      Issue.record("step 7 runs a flow")
      return
    }
    #expect(flow.subflowCalls == [SubflowReference(call: call, position: SourcePosition(line: 90, column: 13))])
  }

  @Test func whatIsOmittedHasItsDefault() throws {
    let flow = try #require(parse(withStep(), id: "some-id").definition)
    #expect(
      flow
        == FlowDefinition(
          id: "some-id", name: "some-id",
          steps: [
            StepDefinition(id: "a", line: 2, action: .run(.shell(script: "x", shell: "sh")))
          ]))
    #expect(flow.onCancel == .graceful)
    #expect(flow.onFailure == FailurePolicy(recoverable: .force, fatal: .force, needsUser: .force))
  }

  @Test(arguments: [
    ("cancel", FailurePolicy()),
    ("finish", FailurePolicy(recoverable: .graceful, fatal: .graceful, needsUser: .graceful)),
    ("{ fatal: finish }", FailurePolicy(fatal: .graceful)),
    ("{ needs-user: finish }", FailurePolicy(needsUser: .graceful)),
  ])
  func failuresAreToldApartByClass(text: String, policy: FailurePolicy) {
    #expect(parse(withFlow("on-failure: \(text)")).definition?.onFailure == policy)
  }

  @Test(arguments: [
    ("7d", InputExpiry(after: .seconds(604_800))), ("{ after: 1h }", InputExpiry(after: .seconds(3600))),
    ("{ after: 1h, then: keep }", InputExpiry(after: .seconds(3600), policy: .keep)),
  ])
  func questionsExpire(text: String, expiry: InputExpiry) {
    #expect(parse(withFlow("input-expiry: \(text)")).definition?.inputExpiry == expiry)
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

  @Test func aDelayBeyondTheUsualMaximumIsKept() {
    #expect(parse(withStep("retry: { delay: 5m }")).definition?.steps[0].retry.maxDelay == .seconds(300))
    #expect(parse(withStep("retry: { delay: 5m, max-delay: 2m }")).definition?.steps[0].retry.maxDelay == .seconds(120))
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
    #expect(result.source == Array(withStep().utf8))
    #expect(result.pinned()?.source == result.source)
  }

  @Test func aFlowThatIsWrongHasNeitherDefinitionNorHash() {
    let result = parse(withStep("retry: 1"))
    #expect(result.definition == nil)
    #expect(result.canonicalJSON == [])
    #expect(result.hash == "")
    #expect(result.pinned() == nil)
  }
}
