import FlowdClient
import FlowdModel
import FlowdWire
import Testing

@testable import FlowdCLI

/// A run told by events at fixed times.
enum SampleRun {
  static func at(_ milliseconds: Int64) -> API.Timestamp {
    .init(seconds: 1_700_000_000 + milliseconds / 1000, nanos: Int32(milliseconds % 1000) * 1_000_000)
  }

  static func event(_ milliseconds: Int64, _ kind: API.Event.Kind) -> API.Event {
    API.Event(sessionID: "s", runID: "01890000-0000-7000-8000-0000deadbeef", seq: 1, at: at(milliseconds), kind: kind)
  }

  static let snapshot = API.RunSnapshot(flowID: "review", providerID: "openai", modelID: "gpt-5")

  static var started: API.Event {
    event(
      0,
      .runStarted(
        .init(
          snapshot: snapshot,
          roster: [
            .init(stepID: "fetch", label: "Fetch sources", kind: "run"), .init(stepID: "build", label: "build"),
            .init(stepID: "test", label: "Tests 日本語"), .init(stepID: "pack", label: "pack"),
          ])))
  }

  static func output(_ milliseconds: Int64, _ step: String, _ text: String) -> API.Event {
    event(milliseconds, .stepOutput(.init(stepID: step, attempt: 1, stream: .stdout, chunk: Array(text.utf8))))
  }

  static func began(_ milliseconds: Int64, _ step: String, attempt: UInt32 = 1) -> API.Event {
    event(milliseconds, .stepStarted(.init(stepID: step, attempt: attempt)))
  }

  static func asked(
    _ milliseconds: Int64, _ step: String, _ prompt: String, type: String = "string", options: [String] = [],
    default value: String = "", attempt: Int = 1
  ) -> API.Event {
    event(
      milliseconds,
      .stepInputRequired(
        .init(
          stepID: step,
          input: .init(
            inputID: "\(step)#\(attempt)", reason: .input, prompt: prompt, type: type, options: options,
            defaultValue: Array(value.utf8)))))
  }

  static func answered(
    _ milliseconds: Int64, _ step: String, _ value: String, by: API.AnsweredBy = .person
  ) -> API.Event {
    event(
      milliseconds,
      .stepInputAnswered(.init(stepID: step, inputID: "\(step)#1", value: Array(value.utf8), by: by)))
  }

  static func finished(
    _ milliseconds: Int64, _ step: String, _ status: API.StepStatus, from start: Int64? = nil, error: String? = nil
  ) -> API.Event {
    event(
      milliseconds,
      .stepFinished(
        .init(
          step: .init(
            stepID: step, status: status, attempt: start == nil ? 0 : 1, startedAt: start.map { at($0) },
            finishedAt: at(milliseconds), error: error.map { .init(class: .fatal, message: $0) }))))
  }

  static func run(_ events: [API.Event]) -> ShownRun {
    var run = ShownRun(WatchedRun(runID: "01890000-0000-7000-8000-0000deadbeef"))
    for event in events { _ = run.apply(event) }
    return run
  }

  static var halfway: ShownRun {
    run([
      started, began(0, "fetch"), finished(1500, "fetch", .succeeded, from: 0), began(1500, "build"),
      began(1600, "test"), output(1700, "build", "compiling\u{1B}[2J a\ncompiling b\n"),
      output(1800, "test", "10%\r50%"),
    ])
  }
}

@Suite struct RunFrameTests {
  private func lines(
    _ run: ShownRun, width: Int = 60, height: Int? = nil, at milliseconds: Int64 = 2000, isUnicode: Bool = true
  ) -> [String] {
    RunFrame(
      width: width, height: height, now: SampleRun.at(milliseconds).model, tick: 0, style: .plain, isUnicode: isUnicode
    ).lines(run)
  }

  @Test func showsEachStepAndWhatRunsNow() {
    #expect(
      lines(SampleRun.halfway) == [
        "⠋ review · openai/gpt-5 · 1 of 4 steps · 2.0s · run deadbeef",
        "  ✓ Fetch sources  1.5s",
        "  ⠋ build          0.5s",
        "    │ compiling b",
        "  ⠋ Tests 日本語   0.4s",
        "    │ 50%",
        "  · pack",
      ])
  }

  @Test func drawsInASCIIWhereUnicodeIsNotKnown() {
    #expect(
      lines(SampleRun.halfway, isUnicode: false)[1...3] == [
        "  + Fetch sources  1.5s", "  | build          0.5s", "    | compiling b",
      ])
  }

  @Test(arguments: [10, 20, 33, 60, 200])
  func noLineIsWiderThanTheTerminal(_ width: Int) {
    for line in lines(SampleRun.halfway, width: width) {
      #expect(DisplayWidth.of(line) <= width, "\(line)")
    }
  }

  @Test(arguments: [2, 3, 4, 5, 6, 7, 8])
  func noFrameIsHigherThanTheTerminal(_ height: Int) {
    #expect(lines(SampleRun.halfway, height: height).count <= height)
  }

  @Test func aFailedRunSaysWhyAndShowsTheEndOfTheOutput() {
    let run = SampleRun.run([
      SampleRun.started, SampleRun.began(0, "fetch"), SampleRun.output(10, "fetch", "one\ntwo\n"),
      SampleRun.finished(200, "fetch", .failed, from: 0, error: "exited with code 3"),
      SampleRun.finished(200, "build", .notRun), SampleRun.finished(200, "test", .skipped),
      SampleRun.finished(200, "pack", .cancelled),
      SampleRun.event(210, .runFinished(.init(status: .failed, error: "step fetch failed"))),
    ])
    #expect(
      lines(run) == [
        "✗ review · openai/gpt-5 · failed · 0.2s · run deadbeef",
        "  ✗ Fetch sources  0.2s",
        "      exited with code 3",
        "    │ one",
        "    │ two",
        "  – build          not run",
        "  ○ Tests 日本語   skipped",
        "  ⊘ pack           cancelled",
      ])
  }

  @Test func waitingAndRetryingAreTold() {
    let run = SampleRun.run([
      SampleRun.started, SampleRun.began(0, "fetch"),
      SampleRun.event(
        100,
        .stepRetrying(
          .init(
            stepID: "fetch", attempt: 1, error: .init(message: "HTTP 503"), nextAt: SampleRun.at(4000), attemptsMax: 3))
      ),
      SampleRun.asked(100, "build", "Publish\u{07}?"),
      SampleRun.began(150, "pack", attempt: 3),
      SampleRun.event(200, .runCancelRequested(.init(mode: .graceful))),
    ])
    #expect(
      lines(run, width: 90) == [
        "? review · openai/gpt-5 · 0 of 4 steps · waiting for input · finishing the steps in hand …",
        "  ↻ Fetch sources  attempt 1 of 3 failed, next in 2.0s",
        "      HTTP 503",
        "  ? build          waits for input",
        "      Publish?",
        "  · Tests 日本語",
        "  ⠋ pack           1.8s, attempt 3",
      ])
  }

  @Test func aStepThatWasNotTriedYetWaits() {
    let why = "the quota of local is used up"
    let held = SampleRun.event(
      100, .stepRetrying(.init(stepID: "fetch", error: .init(message: why), nextAt: SampleRun.at(62_000))))
    let shown = lines(SampleRun.run([SampleRun.started, held]), width: 80)
    #expect(shown[1...2] == ["  ↻ Fetch sources  waits, first try in 1m 00s", "      \(why)"])
    var text = EventText(namesRuns: false)
    #expect(text.lines(held) == ["fetch: waits, tried in 1m 01s: \(why)"])
  }

  @Test func aRunOfManyStepsIsFoldedAlsoInFull() {
    let roster = (0..<10_000).map { API.Step(stepID: "s\($0)", label: "s\($0)", status: .succeeded) }
    let run = SampleRun.run([SampleRun.event(0, .runStarted(.init(snapshot: SampleRun.snapshot, roster: roster)))])
    #expect(lines(run).dropFirst() == ["  ✓ 10000 succeeded"])
  }

  @Test func stepsThatTheRosterLacksAreAdded() {
    let run = SampleRun.run([SampleRun.began(0, "late")])
    #expect(lines(run).last == "  ⠋ late  2.0s")
  }
}
