import FlowdFiles
import FlowdModel
import Testing

struct FlowTemplateTests {
  private let prefix = "inputs: { name: string, max-size: number }\n"

  private func withReport(_ report: String) -> String {
    prefix + "steps:\n  - { id: my-step, uses: run, with: { command: x } }\nreport: \(report)\n"
  }

  private func report(_ text: String) -> [Template.Part]? { parse(withReport(text)).definition?.report?.parts }

  @Test(
    arguments: [
      ("''", []),
      ("plain $ {{ x }} }} $x", [.text("plain $ {{ x }} }} $x")]),
      ("${{ inputs.name }}", [.reference(.input("name"))]),
      ("${{inputs.max-size}}", [.reference(.input("max-size"))]),
      ("\"${{\\n inputs.name\\t}}\"", [.reference(.input("name"))]),
      (
        "a${{ run.id }}b${{ run.flow }}c",
        [.text("a"), .reference(.run(.id)), .text("b"), .reference(.run(.flow)), .text("c")]
      ),
      (
        "${{ run.provider }}${{ run.model }}${{ run.cwd }}${{ run.session }}",
        [
          .reference(.run(.provider)), .reference(.run(.model)), .reference(.run(.cwd)), .reference(.run(.session)),
        ]
      ),
      (
        "${{ steps.my-step.stdout }}${{ steps.my-step.stderr }}${{ steps.my-step.exit }}",
        [
          .reference(.step(0, .stdout)), .reference(.step(0, .stderr)), .reference(.step(0, .exit)),
        ]
      ),
      (
        "${{ steps.my-step.status }}${{ steps.my-step.error }}",
        [.reference(.step(0, .status)), .reference(.step(0, .error))]
      ),
      ("$${{ inputs.name }}", [.text("${{ inputs.name }}")]),
      ("a$${{ x }}${{ run.id }}$", [.text("a${{ x }}"), .reference(.run(.id)), .text("$")]),
      ("$$${{ x", [.text("$${{ x")]),
      ("é${{ run.id }}😀", [.text("é"), .reference(.run(.id)), .text("😀")]),
    ] as [(String, [Template.Part])])
  func referencesAndTextAreToldApart(text: String, parts: [Template.Part]) {
    #expect(report(text) == parts)
  }

  @Test(arguments: [
    ("${{ inputs.nam }}", "unknown input 'nam'; did you mean 'name'?"),
    ("${{ inputs.other }}", "unknown input 'other'"),
    ("${{ inputs }}", "expected inputs.NAME, found 'inputs'"),
    ("${{ inputs.name.length }}", "expected inputs.NAME, found 'inputs.name.length'"),
    ("${{ input.name }}", "unknown name 'input'; did you mean 'inputs'?"),
    ("${{ env.HOME }}", "unknown name 'env'; a reference begins with inputs, steps or run"),
    ("${{ secrets.TOKEN }}", "'secrets' is not supported yet"),
    ("${{ steps }}", "expected steps.ID.stdout, found 'steps'"),
    ("${{ steps.mystep.stdout }}", "unknown step 'mystep'; did you mean 'my-step'?"),
    (
      "${{ steps.my-step }}",
      "expected one of steps.my-step.stdout, steps.my-step.stderr, steps.my-step.exit, steps.my-step.status, "
        + "steps.my-step.error, found 'steps.my-step'"
    ),
    ("${{ steps.my-step.stdot }}", "steps.my-step has no 'stdot'; did you mean 'stdout'?"),
    ("${{ steps.my-step.outputs.x }}", "'steps.my-step.outputs' is not supported yet"),
    ("${{ steps.my-step.text }}", "'steps.my-step.text' is not supported yet"),
    (
      "${{ steps.my-step.stdout.x }}",
      "expected one of steps.my-step.stdout, steps.my-step.stderr, steps.my-step.exit, steps.my-step.status, "
        + "steps.my-step.error, found 'steps.my-step.stdout.x'"
    ),
    ("${{ run.ids }}", "run has no 'ids'; did you mean 'id'?"),
    (
      "${{ run.everything }}",
      "run has no 'everything'; use one of run.id, run.flow, run.provider, run.model, run.cwd, run.session"
    ),
    ("${{ }}", "'${{ }}' is empty; expected a reference such as ${{ inputs.name }}"),
    ("${{ inputs.name == 1 }}", "only references such as ${{ inputs.name }} are supported; expressions come later"),
    (
      "${{ default(inputs.name, 1) }}",
      "only references such as ${{ inputs.name }} are supported; expressions come later"
    ),
    ("${{ inputs['name'] }}", "only references such as ${{ inputs.name }} are supported; expressions come later"),
    ("${{ inputs. name }}", "only references such as ${{ inputs.name }} are supported; expressions come later"),
    ("${{ inputs..name }}", "only references such as ${{ inputs.name }} are supported; expressions come later"),
    ("${{ 1 }}", "only references such as ${{ inputs.name }} are supported; expressions come later"),
    ("${{ inputs.name", "'${{' is not closed by '}}'; write $${{ for a literal ${{"),
    ("${{ inputs.name }", "'${{' is not closed by '}}'; write $${{ for a literal ${{"),
  ])
  func otherReferencesAreRefused(text: String, message: String) {
    #expect(problems(withReport(text)) == ["4:9: \(message)"])
    #expect(problems(withReport("\"é ${{ run.id }}${{ run.id }} \(text)\"")) == ["4:39: \(message)"])
  }

  @Test func inABlockTheLineAndColumnAreThoseOfTheReference() {
    let text =
      prefix + """
        steps:
          - { id: a, uses: run, with: { command: x } }
        report: |  # ${{ not here }}

          # Title ${{ inputs.name }} $${{ x }}

            indented é ${{ inputs.no }} and ${{ inputs.name }}
          ${{ inputs.zilch }}
        """
    #expect(problems(text) == ["8:16: unknown input 'no'", "9:3: unknown input 'zilch'"])
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
          C: 'it''s ${{ inputs.d }}'
        steps:
          - { id: a, uses: run, with: { command: x } }
        """
    #expect(problems(text) == ["5:9: unknown input 'b'", "7:5: unknown input 'c'", "8:13: unknown input 'd'"])
  }

  @Test func escapedSpellingsFallBackToTheScalar() {
    #expect(
      problems(withReport("\"a \\x24{{ x }}\"")) == [
        "4:9: unknown name 'x'; a reference begins with inputs, steps or run"
      ])
  }

  @Test func theFlowsEnvironmentMayNotReferToSteps() {
    let text = "env: { A: \"${{ steps.a.stdout }}\" }\n" + withStep()
    #expect(problems(text) == ["1:12: the flow's 'env' is that of every step, so it may not refer to a step's results"])
  }

  @Test func aReferenceToAWrongInputIsNotReportedAsUnknown() {
    #expect(problems("inputs: { x: wrong }\nenv: { A: \"${{ inputs.x }}\" }\n" + withStep()).count == 1)
  }

  @Test func manyReferencesAreReadInTime() {
    let text = String(repeating: "${{ inputs.name }}-", count: 20_000)
    #expect(report("\"\(text)\"")?.count == 40_000)
    #expect(problems(withReport("\"\(String(repeating: "${{ x }}", count: 20_000))\"")).count == Limits.diagnosticsMax)
    #expect(problems(withReport("\"\(String(repeating: "${{", count: 100_000))\"")).count == 1)
  }
}
