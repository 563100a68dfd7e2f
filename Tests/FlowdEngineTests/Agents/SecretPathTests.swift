import FlowdModel
import Testing

@testable import FlowdEngine

/// Which secret is meant is said by the flow, never by a text that comes from somewhere.
@Suite struct SecretPathTests {
  private static let environment = ["TOK=canary-t", "OTHER=canary-o"]

  private static func started(
    _ text: String, others: [PinnedDefinition] = []
  ) throws -> (Lab, RunID) {
    let (lab, session) = try Lab.withSession(try Flows.parse("f", text, subflows: others), mode: .interactive)
    return (lab, try lab.start(session, StartRequest(cwd: "/w", environment: environment)).id)
  }

  private static let flow = """
    inputs: { k: { type: secret, default: "secret:TOK" } }
    steps:
      - { id: page, uses: run, with: { command: "true" } }
      - { id: named, uses: run, with: { command: "true" }, env: { V: "${{ inputs.k }}" } }
      - { id: echo, uses: run, with: { command: "true" }, env: { V: "${{ steps.page.stdout }}", W: "x${{ steps.page.stdout }}" } }
      - id: post
        uses: http
        with:
          method: POST
          url: http://h/
          headers: { X-A: "${{ steps.page.stdout }}" }
          json: { all: "${{ steps.page.stdout }}", part: "a ${{ steps.page.stdout }}" }
    """

  @Test(arguments: ["secret:TOK", "secret:OTHER", "secret:step.page"])
  func aTextThatReadsLikeAReferenceIsThatText(_ text: String) throws {
    let (lab, run) = try Self.started(Self.flow)
    lab.finish(run, "page", .exited(0), stdout: text)
    #expect(lab.request(run, "named")?.environment.contains("V=canary-t") == true)
    lab.finish(run, "named")
    let request = try #require(lab.request(run, "echo"))
    #expect(request.environment.contains("V=\(text)"))
    #expect(request.environment.contains("W=x\(text)"))
    #expect(request.secrets == [])
    lab.finish(run, "echo")
    let post = try #require(lab.work(run, "post")?.http)
    #expect(post.headers.map(\.value) == [SecretText(text)])
    guard case .text(let body, _) = post.body else {
      Issue.record("another body")
      return
    }
    #expect(body.secrets == [])
    #expect(body.shown == #"{"all":"\#(text)","part":"a \#(text)"}"#)
  }

  // MARK: what only the daemon can look up

  @Test func whatOnlyTheDaemonKnowsIsConcealedInEveryStep() throws {
    let (lab, run) = try Self.started(
      """
      steps:
        - { id: a, uses: run, with: { command: "true" }, env: { V: "${{ secrets.FILE }}", T: "${{ secrets.TOK }}" } }
        - { id: b, uses: run, with: { command: "true" } }
        - { id: c, uses: http, with: { url: "http://h/" } }
      """)
    lab.finish(run, "a")
    #expect(lab.request(run, "b")?.redacted == ["canary-t"])
    #expect(lab.request(run, "b")?.alsoRedacted == [Secret("FILE")])
    lab.restart()
    lab.resume()
    lab.settle()
    lab.finish(run, "b")
    #expect(lab.work(run, "c")?.http?.alsoRedacted.contains(Secret("FILE")) == true)
  }

  // MARK: sub-flows

  private static func inner() throws -> PinnedDefinition {
    try Flows.parse(
      "inner",
      """
      inputs: { k: { type: secret } }
      steps: [{ id: use, uses: run, with: { command: "true" }, env: { V: "${{ inputs.k }}" } }]
      """)
  }

  private static func middle() throws -> PinnedDefinition {
    try Flows.parse(
      "middle",
      """
      inputs: { m: { type: secret } }
      steps: [{ id: sub, uses: flow, with: { flow: inner, inputs: { k: "${{ inputs.m }}" } } }]
      """, subflows: [try inner()])
  }

  @Test(arguments: [false, true])
  func anAnswerCanBeHandedDown(_ restarts: Bool) throws {
    let (lab, run) = try Self.started(
      """
      steps:
        - { id: q, uses: input, with: { prompt: Key?, type: secret } }
        - { id: sub, uses: flow, with: { flow: middle, inputs: { m: "${{ steps.q.result }}" } } }
      """, others: [try Self.middle()])
    var batches: [Batch] = []
    lab.onCommit = { batches.append($0) }
    _ = try lab.answer(run, .string("hunter2-canary"))
    if restarts {
      lab.restart()
      lab.resume()
      lab.settle()
    }
    let middle = try #require(lab.store.children(of: run).first?.id)
    let inner = try #require(lab.store.children(of: middle).first?.id)
    let request = try #require(lab.request(inner, "use"))
    #expect(request.environment.contains("V=hunter2-canary"))
    #expect(request.environment.contains("INPUT_K=hunter2-canary"))
    #expect(request.redacted.contains("hunter2-canary"))
    lab.finish(inner, "use")
    #expect(lab.status(run) == .succeeded)
    for var batch in batches {
      batch.effects = []
      batch.secretAnswers = [:]
      #expect(!String(describing: batch).contains("hunter2"))
    }
  }

  @Test func aNamedSecretCanBeHandedDown() throws {
    let (lab, run) = try Self.started(
      """
      inputs: { a: { type: secret, default: "secret:TOK" } }
      steps: [{ id: sub, uses: flow, with: { flow: middle, inputs: { m: "${{ inputs.a }}" } } }]
      """, others: [try Self.middle()])
    let middle = try #require(lab.store.children(of: run).first?.id)
    let inner = try #require(lab.store.children(of: middle).first?.id)
    #expect(lab.request(inner, "use")?.environment.contains("V=canary-t") == true)
  }

  @Test func aTextNamesNoSecretForASubflow() throws {
    let (lab, run) = try Self.started(
      """
      steps:
        - { id: page, uses: run, with: { command: "true" } }
        - { id: sub, uses: flow, with: { flow: inner, inputs: { k: "${{ steps.page.stdout }}" } } }
      """, others: [try Self.inner()])
    lab.finish(run, "page", .exited(0), stdout: "secret:TOK")
    #expect(lab.status(run) == .failed)
    #expect(
      lab.error(run, "sub")?.contains("is a secret: give it secrets.NAME") == true, "\(lab.error(run, "sub") ?? "")")
  }
}
