import FlowdModel
import FlowdWire
import Testing

@testable import FlowdCLI

@Suite struct ExportTests {
  private let run = API.Run(
    runID: "01890000-0000-7000-8000-0000deadbeef", sessionID: "s", status: .failed,
    snapshot: .init(flowID: "review", mode: .batch),
    steps: [.init(stepID: "fetch", label: "fetch", kind: "run", status: .failed, error: .init(message: "a | b"))],
    report: "# Done")

  private var pages: [API.FlowServiceExportRunResponse] {
    let check = API.CheckResult(check: "status == 200", passed: false, seen: "500", line: 3)
    let failed = API.Step(stepID: "fetch", status: .failed, error: .init(message: "a | b"), checks: [check])
    return [
      .init(run: run, events: [SampleRun.started], nextAfterSeq: 1, definition: Array("{\"id\":\"review\"}".utf8)),
      .init(
        events: [
          SampleRun.output(1, "fetch", "last words\n"), SampleRun.asked(2, "build", "Sure_?"),
          SampleRun.answered(3, "build", "\"yes\""), SampleRun.event(4, .stepFinished(.init(step: failed))),
        ], nextAfterSeq: 2), .init(),
    ]
  }

  private func write(_ writer: some ExportWriter) throws -> String {
    var writer = writer
    let output = TextOutput(nil)
    for page in pages { try writer.take(page, to: output) }
    writer.finish(to: output)
    return output.text
  }

  @Test func theDocumentHasTheRunItsDefinitionAndAllEvents() throws {
    let json = try JSONValue(parsing: Array(try write(JSONExport()).utf8))
    #expect(json["run"]?["runId"] == .string(run.runID))
    #expect(json["definition"] == .object([.init("id", .string("review"))]))
    guard case .array(let events)? = json["events"] else {
      Issue.record("no events")
      return
    }
    #expect(events.count == 5)
  }

  @Test func aRunWithoutEventsIsADocumentToo() throws {
    var writer = JSONExport()
    let output = TextOutput(nil)
    try writer.take(.init(run: run), to: output)
    writer.finish(to: output)
    let json = try JSONValue(parsing: Array(output.text.utf8))
    #expect(json["events"] == .array([]))
    #expect(json["definition"] == .null)
  }

  @Test func linesAreEvents() throws {
    let lines = try write(LinesExport()).split(separator: "\n")
    #expect(lines.count == 5)
    for line in lines { #expect(try JSONValue(parsing: Array(line.utf8))["runId"] == .string(run.runID)) }
  }

  @Test func peopleReadWhatFailedAndWhatWasAsked() throws {
    let text = try write(MarkdownExport())
    for part in [
      "# review: failed\n", "| fetch | run | failed |  | 0 | a \\| b |", "### fetch failed",
      "- ✗ status == 200 — saw 500 (review.flow.yaml:3)", "```\nlast words\n```", "build asked: Sure\\_?",
      "build was answered `\"yes\"`", "## Report\n\n# Done",
    ] {
      #expect(text.contains(part), "\(part) in\n\(text)")
    }
  }
}
