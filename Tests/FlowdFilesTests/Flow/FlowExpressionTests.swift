import FlowdFiles
import FlowdModel
import Testing

struct FlowExpressionTests {
  private let prefix = "inputs: { name: string, max-size: number }\n"

  private func withReport(_ report: String) -> String {
    prefix + "steps:\n  - { id: my-step, uses: run, with: { command: x } }\nreport: \(report)\n"
  }

  private func report(_ text: String) -> [Template.Part]? { parse(withReport(text)).definition?.report?.parts }

  @Test(
    arguments: [
      ("''", []),
      ("plain $ {{ x }} }} $x", [.text("plain $ {{ x }} }} $x")]),
      ("${{ inputs.name }}", [.expression(expression("inputs.name", 4))]),
      ("${{inputs['max-size']}}", [.expression(expression("inputs['max-size']", 4))]),
      ("\"${{\\n inputs.name\\t}}\"", [.expression(expression("inputs.name", 4))]),
      (
        "a${{ run.id }}b${{ run.flow }}c",
        [
          .text("a"), .expression(expression("run.id", 4)), .text("b"), .expression(expression("run.flow", 4)),
          .text("c"),
        ]
      ),
      ("${{ steps['my-step'].stdout }}", [.expression(expression("steps['my-step'].stdout", 4, reads: [0]))]),
      ("$${{ inputs.name }}", [.text("${{ inputs.name }}")]),
      ("a$${{ x }}${{ run.id }}$", [.text("a${{ x }}"), .expression(expression("run.id", 4)), .text("$")]),
      ("$$${{ x", [.text("$${{ x")]),
      ("é${{ run.id }}😀", [.text("é"), .expression(expression("run.id", 4)), .text("😀")]),
      ("${{ '}}' }}", [.expression(expression("'}}'", 4))]),
      ("${{ {1, {2}} }}", [.expression(expression("{1, {2}}", 4))]),
      ("${{ len('$${{') }}", [.expression(expression("len('$${{')", 4))]),
      (
        "${{ default(inputs.name, 'none') .. 1 // 2 }}",
        [.expression(expression("default(inputs.name, 'none') .. 1 // 2", 4))]
      ),
    ] as [(String, [Template.Part])])
  func expressionsAndTextAreToldApart(text: String, parts: [Template.Part]) {
    #expect(problems(withReport(text)) == [])
    #expect(report(text) == parts)
  }

  /// The place is that of the name, or of the expression's first character.
  @Test(arguments: [
    ("${{ inputs.nam }}", 4, "unknown input 'nam'; did you mean 'name'?"),
    ("${{ 1 + inputs.other }}", 8, "unknown input 'other'"),
    ("${{ inputs['nam'] }}", 4, "unknown input 'nam'; did you mean 'name'?"),
    ("${{ inputs.max-size }}", 4, "unknown input 'max'; write inputs['max-size'], as - means minus"),
    ("${{ input.name }}", 4, "unknown name 'input'; did you mean 'inputs'?"),
    ("${{ env.HOME }}", 4, "unknown name 'env'; environment variables reach commands only, not expressions"),
    (
      "${{ secrets.TOKEN }}", 4,
      "'secrets' may stand in 'env' and in what 'uses: http' sends only: its url, query, headers, body, auth and proxy"
    ),
    (
      "${{ response.json }}", 4,
      "unknown name 'response'; a step's own results can be read in 'expect', 'until', 'outputs' and 'retry.when' only, "
        + "those of other steps as steps.ID.response"
    ),
    ("${{ steps['mystep'].stdout }}", 4, "unknown step 'mystep'; did you mean 'my-step'?"),
    ("${{ steps.my-step.stdout }}", 4, "unknown step 'my'; write steps['my-step'], as - means minus"),
    ("${{ steps['my-step'].stdot }}", 4, "steps['my-step'] has no 'stdot'; did you mean 'stdout'?"),
    (
      "${{ steps['my-step'].result }}", 4,
      "steps['my-step'] has no 'result'; a step with 'uses: run' has steps['my-step'].status, steps['my-step'].error, "
        + "steps['my-step'].attempt, steps['my-step'].outputs, steps['my-step'].stdout, steps['my-step'].stderr, "
        + "steps['my-step'].exit, steps['my-step'].truncated"
    ),
    ("${{ run.ids }}", 4, "run has no 'ids'; did you mean 'id'?"),
    (
      "${{ run.everything }}", 4,
      "run has no 'everything'; use one of run.id, run.flow, run.provider, run.model, run.cwd, run.session, run.mode"
    ),
    ("${{ }}", 0, "'${{ }}' is empty; expected an expression such as ${{ inputs.name }}"),
    ("${{ foo(1) }}", 4, "unknown name 'foo'; there are inputs, steps, run and functions"),
    ("${{ defalt(1, 2) }}", 4, "unknown name 'defalt'; did you mean 'default'?"),
    ("${{ item }}", 4, "unknown name 'item'; there are inputs, steps, run and functions"),
    (
      "${{ stdout }}", 4,
      "unknown name 'stdout'; a step's own results can be read in 'expect', 'until', 'outputs' and 'retry.when' only, "
        + "those of other steps as steps.ID.stdout"
    ),
    ("${{ inputs.name == }}", 4, "this is not Lua: unexpected symbol at the end"),
    ("${{ inputs. }}", 4, "this is not Lua: <name> expected at the end"),
    ("${{ inputs.name != 1 }}", 4, "this is not Lua: unexpected '!'; write ~= or not"),
    ("${{ inputs.name", 0, "'${{' is not closed by '}}'; write $${{ for a literal ${{"),
    ("${{ inputs.name }", 0, "'${{' is not closed by '}}'; write $${{ for a literal ${{"),
    ("${{ 'abc }}", 0, "'${{' is not closed by '}}'; write $${{ for a literal ${{"),
  ])
  func whatIsNotAnExpressionIsRefused(text: String, offset: Int, message: String) {
    #expect(problems(withReport(text)) == ["4:\(9 + offset): \(message)"])
    #expect(
      problems(withReport("\"é ${{ run.id }}${{ run.id }} \(text)\"")) == ["4:\(39 + offset): \(message)"])
  }

  @Test func inABlockTheLineAndColumnAreThoseOfTheName() {
    let text =
      prefix + """
        steps:
          - { id: a, uses: run, with: { command: x } }
        report: |  # ${{ not here }}

          # Title ${{ inputs.name }} $${{ x }}

            indented é ${{ inputs.no }} and ${{ inputs.name }}
          ${{ inputs.zilch }} ${{
             1 +
              inputs.nix }}
        """
    #expect(
      problems(text) == ["8:20: unknown input 'no'", "9:7: unknown input 'zilch'", "11:7: unknown input 'nix'"])
  }

  @Test func inABlockExpressionsKnowTheirLines() {
    let text =
      prefix + """
        steps:
          - { id: a, uses: run, with: { command: x } }
        report: |
          first ${{ run.id }}
          ${{
            run.flow
          }} ${{ run.cwd }}
        """
    #expect(parse(text).definition?.report?.expressions.map(\.line) == [5, 7, 8])
  }

  @Test func inFoldedAndPlainTextTheyAreToo() {
    let text =
      prefix + """
        env:
          A: >-
            one ${{ inputs.name }}
            two ${{ inputs.b }}
          B: one
            ${{ inputs.c }}
          C: 'it''s ${{ inputs.d }} ${{ ''x'' .. inputs.f }}'
          D: "say \\"${{ \\"x\\" .. inputs.e }}"
        steps:
          - { id: a, uses: run, with: { command: x } }
        """
    #expect(
      problems(text) == [
        "5:13: unknown input 'b'", "7:9: unknown input 'c'", "8:17: unknown input 'd'", "8:42: unknown input 'f'",
        "9:26: unknown input 'e'",
      ])
  }

  @Test func escapedSpellingsFallBackToTheScalar() {
    #expect(
      problems(withReport("\"a \\x24{{ x }}\"")) == [
        "4:9: unknown name 'x'; there are inputs, steps, run and functions"
      ])
    #expect(
      problems(withReport("\"a ${{ 'é' .. '\\u00e9' .. x }}\"")) == [
        "4:12: unknown name 'x'; there are inputs, steps, run and functions"
      ])
  }

  @Test func aMistakeOnALaterLineIsFoundThere() {
    let text = "steps:\n  - id: a\n    uses: run\n    with: { command: x }\n    if: |\n      1 ==\n        2 3\n"
    #expect(problems(text) == ["7:9: this is not Lua: unexpected '3'"])
  }

  @Test func namesThatAnExpressionDeclaresAreItsOwn() {
    #expect(problems(withReport("${{ join(map({1}, function(x) return x end), ',') }}")) == [])
    #expect(problems(withReport("${{ (function(inputs) return inputs.other end)({}) }}")) == [])
    #expect(problems(withReport("${{ (function(steps) return steps.none end)({}) }}")) == [])
  }

  @Test func whatReadsAnyStepIsKnown() throws {
    let reads = try #require(parse(withReport("${{ len(keys(steps)) }}")).definition?.report?.expressions.first?.reads)
    #expect(reads == ExpressionReads(readsAnyStep: true))
  }

  @Test(arguments: [
    ("always()", true), ("failure() or cancelled()", true), ("not success()", false), ("inputs.name == nil", false),
    ("${{ always() }}", true), ("true", false), ("'always()'", true), ("\"'always()'\"", false),
  ])
  func aConditionMayAskHowTheRunGoes(condition: String, isFinalizer: Bool) throws {
    let text = prefix + withStep("if: \(condition)")
    let step = try #require(parse(text).definition).steps[0]
    #expect(step.isFinalizer == isFinalizer)
    let source = condition.hasPrefix("$") || condition.hasPrefix("'") ? "always()" : condition
    #expect(step.condition?.source == (condition.hasPrefix("\"") ? "'always()'" : source))
    #expect(step.condition?.line == 6)
  }

  @Test(arguments: [
    (
      "if: a ${{ true }}",
      "5:9: 'if' must be one expression, without text around it; write the whole condition inside ${{ }}"
    ),
    (
      "if: ${{ true }} and ${{ false }}",
      "5:9: 'if' must be one expression, without text around it; write the whole condition inside ${{ }}"
    ),
    ("if: ''", "5:9: 'if' must not be empty"),
    ("if:", "5:8: 'if' must be an expression such as ${{ inputs.name == 'x' }}, found nothing"),
    ("if: [a]", "5:9: 'if' must be an expression such as ${{ inputs.name == 'x' }}, found a list"),
    ("if: inputs.x == 1", "5:9: unknown input 'x'"),
    ("if: 1 = 2", "5:9: this is not Lua: unexpected '='; write == to compare"),
    ("if: item == 1", "5:9: unknown name 'item'; there are inputs, steps, run and functions"),
  ])
  func aConditionIsOneExpression(line: String, expected: String) {
    #expect(problems(withStep(line)) == [expected])
  }

  @Test(arguments: ["env: { A: \"${{ steps.a.stdout }}\" }", "env: { A: \"${{ len(steps) }}\" }"])
  func theFlowsEnvironmentMayNotReferToSteps(line: String) {
    let reason = "the flow's 'env' is that of every step, so it may not refer to a step's results"
    let column = line.contains("len") ? 20 : 16
    #expect(problems(withFlow(line)) == ["1:\(column): \(reason)"])
  }

  @Test func theGroupMayNotReferToSteps() {
    #expect(
      problems(withFlow("concurrency: { group: \"${{ steps.a.stdout }}\" }")) == [
        "1:28: 'group' is looked at before the first step, so it may not refer to a step's results"
      ])
  }

  @Test func aReferenceToAWrongInputIsNotReportedAsUnknown() {
    #expect(problems("inputs: { x: wrong }\nenv: { A: \"${{ inputs.x }}\" }\n" + withStep()).count == 1)
  }

  @Test func fieldsFollowTheKindOfTheStep() {
    let text = """
      steps:
        - { id: s, uses: script, with: { lua: return 1 } }
        - { id: l, uses: run, foreach: [1, 2], with: { command: x } }
        - { id: w, uses: wait, with: { for: 1s } }
      report: |
        ${{ steps.s.result }} ${{ steps.s.stdout }}
        ${{ steps.l[1].stdout }} ${{ steps.l.stdout }} ${{ map(steps.l, function(x) return x.item end) }}
        ${{ steps.w.status }} ${{ steps.w.exit }} ${{ steps.w['error'] }}
      """
    #expect(
      problems(text) == [
        "6:29: steps.s has no 'stdout'; a step with 'uses: script' has steps.s.status, steps.s.error, "
          + "steps.s.attempt, steps.s.outputs, steps.s.result",
        "7:32: steps.l is a list, as the step has 'foreach'; write steps.l[1].stdout for the first of its elements",
        "8:29: steps.w has no 'exit'; a step with 'uses: wait' has steps.w.status, steps.w.error, steps.w.attempt, "
          + "steps.w.outputs",
      ])
  }

  @Test func manyExpressionsAreReadInTime() {
    let text = String(repeating: "${{ inputs.name }}-", count: 20_000)
    #expect(report("\"\(text)\"")?.count == 40_000)
    #expect(problems(withReport("\"\(String(repeating: "${{ x }}", count: 20_000))\"")).count == Limits.diagnosticsMax)
    #expect(problems(withReport("\"\(String(repeating: "${{", count: 100_000))\"")).count == 1)
    #expect(problems(withReport("\"\(String(repeating: "${{ 'a' }}\\n", count: 20_000))\"")) == [])
  }
}
