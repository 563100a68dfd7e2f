import FlowdModel
import FlowdWire
import Testing

@testable import FlowdCLI

@Suite struct RunsTests {
  @Test func runsOfStepsStandBelowTheRunTheyArePartOf() {
    let runs: [API.Run] = [
      .init(runID: "grandchild", parentRunID: "second"), .init(runID: "second", parentRunID: "root"),
      .init(runID: "other"), .init(runID: "first", parentRunID: "root"), .init(runID: "root"),
      .init(runID: "lost", parentRunID: "not in the list"),
    ]
    let found = RunsCommand.nested(runs).map { "\($0.depth) \($0.run.runID)" }
    #expect(found == ["0 other", "0 root", "1 first", "1 second", "2 grandchild", "1 lost"])
  }

  @Test func aRunThatIsGoingToPauseSaysSo() {
    #expect(RunsCommand.state(.init(status: .running, pauseRequested: true)) == "running, pausing")
    #expect(RunsCommand.state(.init(status: .paused, pauseRequested: true)) == "paused")
    #expect(RunsCommand.state(.init(status: .waitingInput)) == "waiting for input")
  }

  @Test func showTellsEverythingAboutARun() {
    let question = API.PendingInput(inputID: "approve#1", reason: .input, prompt: "Publish?", type: "boolean")
    let run = API.Run(
      runID: "01890000-0000-7000-8000-0000deadbeef", sessionID: "s", status: .waitingInput,
      snapshot: .init(flowID: "review", mode: .batch),
      steps: [
        .init(
          stepID: "token", status: .succeeded, attempt: 2, outputs: Array("{\"token\":\"x\"}".utf8),
          checks: [.init(check: "status == 200", passed: true, seen: "200", line: 7)]),
        .init(stepID: "sub", status: .running, attempt: 1, childRunID: "child-run"),
        .init(stepID: "approve", status: .waitingInput, attempt: 1, input: question),
      ], mode: .interactive, stepByStep: true, parentRunID: "parent", parentStepID: "call", reusedFromRunID: "before",
      outputs: Array("{\"a\":1}".utf8))
    let context = Context(
      arguments: ParsedArguments(), environment: [:], directory: "/", output: TextOutput(nil), errors: TextOutput(nil),
      terminal: Terminal(), clock: { Timestamp(microsecondsSince1970: 0) })
    let text = ShowCommand.lines(run, context).joined(separator: "\n")
    for part in [
      "    ✓ status == 200 — saw 200 (review.flow.yaml:7)", "attempt 2", "mode       interactive, began as batch",
      "part of    parent, step call", "its run    child-run, of step sub", "repeats    before",
      "flowctl resume deadbeef --step", "? Publish?", "approve: yes or no",
      "answer it: flowctl answer deadbeef approve VALUE", "token.outputs {\"token\":\"x\"}", "outputs {\"a\":1}",
    ] {
      #expect(text.contains(part), "\(part) in\n\(text)")
    }
  }
}
