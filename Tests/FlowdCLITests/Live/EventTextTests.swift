import FlowdWire
import Testing

@testable import FlowdCLI

@Suite struct EventTextTests {
  private func lines(_ events: [API.Event], namesRuns: Bool = false) -> [String] {
    var text = EventText(namesRuns: namesRuns)
    return events.flatMap { text.lines($0) }
  }

  @Test func tellsARunLineByLine() {
    let run = "01890000-0000-7000-8000-0000deadbeef"
    #expect(
      lines([
        SampleRun.started, SampleRun.began(0, "fetch"), SampleRun.output(1, "fetch", "a\nb"),
        SampleRun.output(2, "fetch", "c\n\u{1B}[31mred"), SampleRun.finished(1500, "fetch", .succeeded, from: 0),
        SampleRun.began(1500, "build", attempt: 2),
        SampleRun.finished(1600, "build", .failed, from: 1500, error: "exited with code 3"),
        SampleRun.event(1700, .runFinished(.init(status: .failed, error: "step build failed"))),
      ]) == [
        "run \(run) started: review, 4 steps", "fetch: started", "fetch | a", "fetch | bc", "fetch | red",
        "fetch: succeeded after 1.5s", "build: started, attempt 2", "build: failed after 0.1s: exited with code 3",
        "run \(run) failed after 1.7s: step build failed",
      ])
  }

  @Test func showsWhatOverwrittenLinesEndAs() {
    #expect(lines([SampleRun.output(1, "a", "10%\r50%\r100%\r\nnext\n")]) == ["a | 100%", "a | next"])
  }

  @Test func namesTheRunWhereThereAreSeveral() {
    #expect(lines([SampleRun.began(0, "a")], namesRuns: true) == ["[deadbeef] a: started"])
  }

  @Test func tellsOfTheSession() {
    let meta = API.SessionMeta(
      executedFlowID: "review", providerID: "openai", modelID: "gpt-5", mode: .batch, revision: 4)
    #expect(
      lines([API.Event(sessionID: "s", kind: .sessionMetaChanged(.init(meta: meta)))]) == [
        "session s changed: flow review, openai/gpt-5, batch, revision 4"
      ])
  }

  @Test func anEndlessLineIsCut() {
    let chunk = String(repeating: "x", count: 16_000)
    let found = lines((0..<6).map { _ in SampleRun.output(1, "a", chunk) })
    #expect(found.count == 1)
    #expect(found[0].utf8.count == 80_000 + 4)
  }

  @Test func tellsHowToAnswerAQuestionAndWhatWasAnswered() {
    #expect(
      lines([
        SampleRun.asked(0, "approve", "Publish?", type: "boolean", default: "false"),
        SampleRun.answered(10, "approve", "true"), SampleRun.answered(10, "login", ""),
        SampleRun.answered(10, "pick", "\"small\"", by: .timeout),
      ]) == [
        "approve: asks: Publish? (yes or no, default no)", "approve: answer it: flowctl answer deadbeef approve VALUE",
        "approve: answered: yes", "login: answered", "pick: answered: small (nobody answered in time)",
      ])
  }

  @Test func failedChecksAreToldWithWhatWasSeenAndWhere() {
    let checks = [
      API.CheckResult(check: "status == 200", passed: true, seen: "200", line: 11),
      API.CheckResult(check: "json $.token exists", passed: false, seen: "", line: 12),
    ]
    let step = API.Step(stepID: "token", status: .failed, error: .init(message: "1 of 2 checks failed"), checks: checks)
    #expect(
      lines([SampleRun.started, SampleRun.event(1, .stepFinished(.init(step: step)))]).suffix(2) == [
        "token: failed: 1 of 2 checks failed", "token: ✗ json $.token exists — saw nothing (review.flow.yaml:12)",
      ])
  }

  @Test func stepsOfRunsOfStepsAreNamedWithTheWayThere() {
    var text = EventText(namesRuns: false)
    #expect(text.lines(SampleRun.began(0, "a"), path: "release[2]") == ["release[2]/a: started"])
  }

  @Test func pausesAndRetriesAreTold() {
    let run = "01890000-0000-7000-8000-0000deadbeef"
    #expect(
      lines([
        SampleRun.event(0, .runPauseRequested(.init())), SampleRun.event(1, .runPaused(.init())),
        SampleRun.event(2, .runResumed(.init())),
        SampleRun.event(
          1000,
          .stepRetrying(
            .init(
              stepID: "a", attempt: 1, error: .init(message: "HTTP 503"), nextAt: SampleRun.at(4000), attemptsMax: 3))),
        SampleRun.event(1000, .stepStarted(.init(stepID: "a", attempt: 2, attemptsMax: 3))),
      ]) == [
        "run \(run) pauses once the steps in hand have finished", "run \(run) paused; go on: flowctl resume deadbeef",
        "run \(run) resumed", "a: attempt 1 of 3 failed, trying again in 3.0s: HTTP 503",
        "a: started, attempt 2 of 3",
      ])
  }
}
