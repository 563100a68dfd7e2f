import FlowdFiles
import FlowdModel
import Testing

/// Where `secrets.NAME` may stand, and what is noted of it.
struct FlowSecretsTests {
  private static let places =
    "'secrets' may stand in 'env' and in what 'uses: http' sends only: its url, query, headers, body, auth and proxy"

  @Test func everyNameIsNotedOnceAndSorted() {
    let flow = parse(
      """
      env: { Z: "${{ secrets.Z }}" }
      defaults: { env: { D: "a ${{ secrets.D }}" }, baseUrl: "http://x/${{ secrets.B }}", headers: { h: "${{ secrets.H }}" } }
      steps:
        - { id: a, uses: run, with: { command: x }, env: { A: "${{ secrets.Z }}${{ secrets.A }}" } }
        - { id: b, uses: agent, with: { prompt: x }, env: { A: "${{ secrets._g1 }}" } }
      """
    ).definition
    #expect(flow?.secrets == ["A", "B", "D", "H", "Z", "_g1"])
    #expect(parse(withStep()).definition?.secrets == [])
  }

  @Test(arguments: [
    "url: \"http://x/${{ secrets.A }}\"",
    "url: http://x, query: { a: \"${{ secrets.A }}\", b: [\"${{ secrets.A }}\"] }",
    "url: http://x, headers: { a: \"b ${{ secrets.A }} c\" }", "url: http://x, json: { a: [\"${{ secrets.A }}\"] }",
    "url: http://x, form: { a: \"${{ secrets.A }}\" }", "url: http://x, body: \"${{ secrets.A }}\"",
    "url: http://x, multipart: [{ name: a, value: \"${{ secrets.A }}\" }]",
    "url: http://x, auth: { basic: { user: \"${{ secrets.A }}\", password: \"${{ secrets.A }}\" } }",
    "url: http://x, auth: { digest: { user: \"${{ secrets.A }}\", password: \"${{ secrets.A }}\" } }",
    "url: http://x, auth: { bearer: \"${{secrets.A}}\" }", "url: http://x, proxy: \"http://${{ secrets.A }}\"",
  ])
  func whatIsSentMayHoldSecrets(with: String) {
    let result = parse(withStep(uses: "http", with: "{ \(with) }"))
    #expect(result.diagnostics == [])
    #expect(result.definition?.secrets == ["A"])
  }

  @Test(arguments: [
    ("http", "{ url: http://x, method: \"${{ secrets.A }}\" }", 43),
    ("http", "{ url: http://x, file: \"${{ secrets.A }}\" }", 41),
    ("http", "{ url: http://x, multipart: [{ name: a, file: \"${{ secrets.A }}\" }] }", 64),
    ("http", "{ url: http://x, save-to: \"${{ secrets.A }}\" }", 44),
    ("http", "{ url: http://x, unix-socket: \"${{ secrets.A }}\" }", 48),
    ("http", "{ url: http://x, tls: { ca: \"${{ secrets.A }}\" } }", 46),
    ("http", "{ url: http://x, auth: { netrc: \"${{ secrets.A }}\" } }", 50),
    ("agent", "{ prompt: \"${{ secrets.A }}\" }", 28), ("agent", "{ prompt: x, system: \"${{ secrets.A }}\" }", 39),
    ("run", "{ command: [x, \"${{ secrets.A }}\"] }", 33), ("script", "{ lua: \"return secrets.A\" }", 28),
    ("input", "{ prompt: \"${{ secrets.A }}\" }", 28), ("flow", "{ flow: x, inputs: { a: \"${{ secrets.A }}\" } }", 42),
  ])
  func elsewhereTheyAreRefused(kind: String, with: String, column: Int) {
    #expect(problems(withStep(uses: kind, with: with)) == ["4:\(column - 2): \(Self.places)"])
  }

  @Test(arguments: [
    ("if: secrets.A == 'x'", 9), ("foreach: \"${{ secrets.A }}\"", 19), ("outputs: { a: \"${{ secrets.A }}\" }", 24),
    ("expect: [{ body: \"${{ secrets.A }}\" }]", 27), ("retry: { when: secrets.A }", 20), ("cwd: ${{ secrets.A }}", 14),
  ])
  func theOtherKeysOfAStepMayNotHoldThem(line: String, column: Int) {
    #expect(problems(withStep(line)) == ["5:\(column): \(Self.places)"])
  }

  @Test(arguments: [
    ("report: ${{ secrets.A }}", 13), ("outputs: { a: \"${{ secrets.A }}\" }", 20),
    ("concurrency: { group: \"${{ secrets.A }}\" }", 28),
  ])
  func neitherMayThoseOfAFlow(line: String, column: Int) {
    #expect(problems(withFlow(line)) == ["1:\(column): \(Self.places)"])
  }

  @Test(arguments: [
    ("${{ secrets.A .. 'x' }}", 4), ("${{ secrets }}", 4), ("${{ secrets['A'] }}", 4), ("${{ secrets.A.B }}", 4),
    ("${{ default(secrets.A, 'x') }}", 12), ("${{ base64(secrets.A) }}", 11), ("${{ (secrets.A) }}", 5),
  ])
  func nothingIsComputedWithThem(text: String, offset: Int) {
    #expect(
      problems(withFlow("env: { A: \"\(text)\" }")) == [
        "1:\(12 + offset): a secret is put in as it is: write ${{ secrets.NAME }}, with text around it if need be, and "
          + "compute nothing with it"
      ])
  }

  @Test(arguments: [
    ("${{ 'Bearer ' .. inputs.k }}", 17, "inputs.k"), ("${{ default(inputs.k, '') }}", 12, "inputs.k"),
    ("${{ inputs['k'] }}", 4, "inputs.k"), ("a ${{ base64(steps.q.result) }}", 13, "steps.q.result"),
    ("${{ steps['q'].value }}", 4, "steps.q.value"),
  ])
  func aSecretReferenceInALargerExpressionIsWarnedOfWhereItIsSent(text: String, offset: Int, path: String) {
    let result = parse(Self.asking(env: text))
    #expect(result.definition != nil)
    #expect(
      result.diagnostics.map(\.description) == [
        "f:4:\(58 + offset): warning: \(path) is a secret, and in a larger expression it is a text such as secret:NAME; "
          + "write ${{ \(path) }}, with text around it if need be"
      ])
  }

  @Test(arguments: [
    "Bearer ${{ inputs.k }}", "${{ steps.q.result }}${{ steps.q.value }}", "${{ inputs.n .. 'x' }}",
    "${{ steps.q.status .. 'x' }}", "${{ (function() local inputs = { k = 1 } return inputs.k end)() }}",
  ])
  func whatIsPutInAsItIsOrIsNoSecretIsNotWarnedOf(text: String) {
    #expect(parse(Self.asking(env: text)).diagnostics == [])
  }

  @Test func aReferenceThatIsNotSentIsNotWarnedOf() {
    let lines = ["if: inputs.k ~= ''", "outputs: { a: \"${{ 'x' .. inputs.k }}\" }", "cwd: /${{ 'x' .. inputs.k }}"]
    let text = withFlow("inputs: { k: secret }", "report: ${{ inputs.k .. '' }}") + lines.map { "    \($0)\n" }.joined()
    let block = text.replacing(
      "  - { id: a, uses: run, with: { command: x } }", with: "  - id: a\n    uses: run\n    with: { command: x }")
    #expect(parse(block).diagnostics == [])
    #expect(parse(block).definition != nil)
  }

  @Test func aNameThatCannotBePutInIsToldOf() {
    let flow = withFlow("inputs: { my-key: secret }", "env: { A: \"${{ inputs['my-key'] }}\" }")
    #expect(
      problems(flow) == [
        "2:16: inputs['my-key'] is a secret, and in a larger expression it is a text such as secret:NAME; give it a name "
          + "without -, and write ${{ inputs.NAME }}"
      ])
  }

  @Test func noNumberOfWarningsHidesAnError() {
    let variables = (0..<(2 * Limits.diagnosticsMax)).map { "A\($0): \"${{ 'x' .. inputs.k }}\"" }
    let flow = withFlow(
      "inputs: { k: secret }", "env: { \(variables.joined(separator: ", ")) }", "outputs: { a: \"${{ x }}\" }")
    #expect(parse(flow).definition == nil)
    #expect(parse(flow).diagnostics.count == Limits.diagnosticsMax)
    #expect(parse(flow).diagnostics.filter { $0.severity == .error }.map(\.line) == [3])
  }

  /// A flow with a secret question, a secret input, another input, and a variable.
  private static func asking(env: String) -> String {
    """
    inputs: { k: { type: secret }, n: string }
    steps:
      - { id: q, uses: input, with: { prompt: x, type: secret } }
      - { id: a, uses: run, with: { command: x }, env: { A: "\(env)" } }
    """
  }

  @Test func namesAreBounded() {
    let text = { (count: Int) in withFlow("env: { A: \"${{ secrets.\(String(repeating: "A", count: count)) }}\" }") }
    #expect(problems(text(Limits.idBytesMax)) == [])
    #expect(problems(text(Limits.idBytesMax + 1)) == ["1:16: the secret's name has more than 128 bytes"])
  }

  @Test func aScriptMayHaveALocalOfThatName() {
    #expect(problems(withStep(uses: "script", with: "{ lua: \"local secrets = 1 return secrets\" }")) == [])
  }
}
