import FlowdModel
import Testing

@testable import FlowdEngine

/// Expressions and checks are told when only the beginning of an output is kept.
@Suite("Outputs that were cut")
struct CutOutputTests {
  private static func cut(_ text: String, of count: Int) -> StepResult {
    StepResult(
      outcome: .exited(0), stdout: Array(text.utf8), stdoutTruncated: true,
      details: StepDetails(written: WrittenBytes(stdout: count, stderr: 0)))
  }

  private func finish(_ lab: Lab, _ run: RunID, _ result: StepResult) throws {
    let attempt = try #require(lab.running(run).first?.attempt)
    lab.report([lab.executor.finish(attempt, result)])
    lab.settle()
  }

  @Test("A command's own expressions, later ones and scripts read that it was cut", arguments: [false, true])
  func commands(_ isCut: Bool) throws {
    let (lab, run) = try Lab.running(
      """
      steps:
        - { id: a, uses: run, with: { command: "true" }, outputs: { cut: "${{ truncated }}" } }
        - { id: s, uses: script, needs: [a], with: { lua: "return steps.a.truncated" } }
      report: "${{ steps.a.outputs.cut }} ${{ steps.a.truncated }} ${{ steps.s.result }}"
      """)
    try finish(lab, run, isCut ? Self.cut("x", of: 2_000_000) : StepResult(outcome: .exited(0), stdout: [0x78]))
    #expect(lab.report(of: run) == "\(isCut) \(isCut) \(isCut)")
  }

  @Test("A check of JSON that was cut says how long it is")
  func checks() throws {
    let (lab, run) = try Lab.running(
      "steps: [{ id: a, uses: run, with: { command: \"true\" }, expect: [{ json: $.a, exists: true }] }]")
    try finish(lab, run, Self.cut("{\"a\": [1,", of: 3_000_000))
    #expect(lab.error(run, "a")?.hasSuffix("saw only the first 1 MiB of 3000000 bytes is kept") == true)
  }

  private static func response(_ file: String?) -> StepResult {
    var exchange = HTTPExchange(method: "GET", url: "http://h/", status: 200, bodyBytes: 1_800_000)
    exchange.file = file
    return StepResult(
      outcome: .responded(status: 200, retryAfter: nil), stdout: Array("{\"a\": [1,".utf8), stdoutTruncated: true,
      details: StepDetails(exchange: exchange))
  }

  @Test(
    "The JSON of a body that was cut is an error that says so",
    arguments: [
      "steps.a.response.json", "steps.a.response.json.a", "steps.a.response.json.a[1]", "#steps.a.response.json",
    ])
  func bodies(_ source: String) throws {
    let (lab, run) = try Lab.running(
      """
      steps:
        - { id: a, uses: http, with: { url: "http://h/" }, outputs: { cut: "${{ response.truncated }}" } }
        - id: b
          uses: run
          needs: [a]
          continue-on-error: true
          env: { X: "${{ \(source) }}" }
          with: { command: "true" }
        - { id: s, uses: script, needs: [a, b], with: { lua: "return steps.a.response.json.a" } }
      """)
    try finish(lab, run, Self.response("/body"))
    #expect(lab.output(run, "a")?.details.outputs == [.init("cut", .bool(true))])
    let notice = "only the first 1 MiB of 1800000 bytes is kept; 'file' has all of it"
    #expect(lab.error(run, "b")?.contains(notice) == true, "\(lab.error(run, "b") ?? "")")
    #expect(lab.error(run, "s")?.contains(notice) == true, "\(lab.error(run, "s") ?? "")")
  }

  @Test("How much was written is stored with the step")
  func stored() {
    let details = StepDetails(written: WrittenBytes(stdout: 3_000_000, stderr: 2))
    #expect(StepDetails(json: details.json) == details)
  }
}
