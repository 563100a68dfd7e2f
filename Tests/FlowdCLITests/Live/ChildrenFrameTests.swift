import FlowdClient
import FlowdModel
import FlowdWire
import Testing

@testable import FlowdCLI

/// Frames of runs with `foreach` steps, runs of steps and checks.
@Suite struct ChildrenFrameTests {
  private func lines(_ run: ShownRun, width: Int = 80, height: Int? = 24, at milliseconds: Int64 = 2000) -> [String] {
    RunFrame(width: width, height: height, now: SampleRun.at(milliseconds).model, tick: 0, style: .plain).lines(run)
  }

  private func list(_ count: UInt32) -> API.Event {
    SampleRun.event(100, .stepStarted(.init(stepID: "build", attempt: 1, childCount: count)))
  }

  private var hundred: [API.Event] {
    var events = [SampleRun.started, list(100)]
    for item in 0..<97 {
      events.append(SampleRun.began(200, "build[\(item)]"))
      let failed = item == 4 || item == 40
      events.append(
        SampleRun.finished(
          1200, "build[\(item)]", failed ? .failed : .succeeded, from: 200, error: failed ? "HTTP 500" : nil))
    }
    events.append(SampleRun.began(1500, "build[98]"))
    events.append(SampleRun.output(1600, "build[98]", "compiling\n"))
    return events
  }

  @Test func childrenInHandAreShownAndTheOthersCounted() {
    #expect(
      lines(SampleRun.run(hundred)) == [
        "⠋ review · openai/gpt-5 · 0 of 4 steps · 2.0s · run deadbeef",
        "  · Fetch sources",
        "  ⠋ build          1.9s, 97 of 100",
        "      ✗ build[4]  1.0s  HTTP 500",
        "      ✗ build[40]  1.0s  HTTP 500",
        "      ⠋ build[98]  0.5s  compiling",
        "      … 97 more: 95 done, 2 to come",
        "  · Tests 日本語",
        "  · pack",
      ])
  }

  @Test func fewChildrenAreShownAllInTheirOrder() {
    let run = SampleRun.run([
      SampleRun.started, list(3), SampleRun.began(200, "build[1]"),
      SampleRun.finished(300, "build[1]", .succeeded, from: 200), SampleRun.began(300, "build[0]"),
    ])
    #expect(
      lines(run)[3...5] == ["      ⠋ build[0]  1.7s", "      ✓ build[1]", "      · build[2]"])
  }

  @Test(arguments: [2, 3, 4, 5, 6, 7, 8, 9, 12, 20])
  func framesFitTheTerminal(_ height: Int) {
    for width in [20, 33, 80] {
      let found = lines(SampleRun.run(hundred), width: width, height: height)
      #expect(found.count <= height)
      for line in found { #expect(DisplayWidth.of(line) <= width, "\(line)") }
    }
  }

  @Test func tenThousandChildrenTakeAFewLines() {
    var run = SampleRun.run([SampleRun.started, list(10_000)])
    let clock = ContinuousClock()
    let time = clock.measure {
      for item in 0..<10_000 { _ = run.apply(SampleRun.began(200, "build[\(item)]")) }
      for item in 0..<10_000 {
        let status = item % 100 == 0 ? API.StepStatus.failed : .succeeded
        _ = run.apply(SampleRun.finished(300, "build[\(item)]", status, from: 200, error: "no"))
      }
    }
    #expect(lines(run).count <= 24)
    #expect(lines(run, height: nil).count < 40)
    #expect(lines(run, height: nil).contains("      … 9989 more: 9900 done, 89 failed"))
    // An event that cost as much as there are children would take minutes.
    #expect(time < .seconds(60))
  }

  @Test func theRunOfAStepIsToldInItsLine() {
    var run = SampleRun.run([
      SampleRun.started,
      SampleRun.event(100, .stepStarted(.init(stepID: "build", attempt: 1, childRunID: "child-run"))),
    ])
    func child(_ kind: API.Event.Kind) -> API.Event {
      API.Event(sessionID: "s", runID: "child-run", seq: 2, at: SampleRun.at(200), kind: kind)
    }
    let roster: [API.Step] = [.init(stepID: "one", status: .succeeded), .init(stepID: "two")]
    for event in [
      child(
        .runStarted(
          .init(roster: roster, parentRunID: "01890000-0000-7000-8000-0000deadbeef", parentStepID: "build"))),
      child(.stepStarted(.init(stepID: "two", attempt: 1))),
    ] {
      let isOurs = run.apply(event)
      #expect(isOurs)
    }
    #expect(lines(run)[3] == "    │ 1 of 2 steps · two · run hild-run")
    let wasOurs = run.apply(child(.runFinished(.init(status: .succeeded))))
    #expect(wasOurs)
    #expect(run.tree.runs.count == 1)
    let isStrange = !run.apply(API.Event(sessionID: "s", runID: "another", kind: .runPaused(.init())))
    #expect(isStrange)
  }

  @Test func failedChecksAreShownInFull() {
    let checks = [
      API.CheckResult(check: "status == 200", passed: true, seen: "200", line: 11),
      API.CheckResult(check: "json $.token exists", passed: false, seen: "", line: 12),
    ]
    let step = API.Step(
      stepID: "fetch", status: .failed, attempt: 1, error: .init(message: "1 of 2 checks failed"), checks: checks)
    let run = SampleRun.run([SampleRun.started, SampleRun.event(100, .stepFinished(.init(step: step)))])
    #expect(
      lines(run, height: nil)[1...3] == [
        "  ✗ Fetch sources", "      1 of 2 checks failed",
        "    ✗ json $.token exists — saw nothing (review.flow.yaml:12)",
      ])
    var frame = RunFrame(width: 80, height: nil, now: SampleRun.at(0).model, style: .plain)
    frame.showsAllChecks = true
    #expect(frame.lines(run).contains("    ✓ status == 200 — saw 200 (review.flow.yaml:11)"))
  }

  @Test func pausesAndTakenOverResultsAreTold() {
    let roster: [API.Step] = [
      .init(stepID: "one", status: .succeeded, attempt: 1, reused: true), .init(stepID: "two"),
    ]
    let run = SampleRun.run([
      SampleRun.event(0, .runStarted(.init(snapshot: SampleRun.snapshot, roster: roster))),
      SampleRun.event(1, .runPauseRequested(.init())),
    ])
    #expect(lines(run)[0].contains(" · pausing · "))
    #expect(lines(run)[1] == "  ✓ one  taken over")
    let paused = SampleRun.run([SampleRun.started, SampleRun.event(1, .runPaused(.init()))])
    #expect(lines(paused)[0].hasPrefix("‖ review · openai/gpt-5 · 0 of 4 steps · paused · "))
  }
}
