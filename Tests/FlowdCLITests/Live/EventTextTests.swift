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
}
