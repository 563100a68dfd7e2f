import FlowdWire
import Testing

@testable import FlowdCLI

@Suite struct ActivityTests {
  private func does(_ kind: API.ActivityKind, _ text: String) -> API.Event {
    SampleRun.event(50, .stepActivity(.init(stepID: "fetch", attempt: 1, kind: kind, text: text)))
  }

  private func live(_ events: [API.Event]) -> String {
    let run = SampleRun.run([SampleRun.started, SampleRun.began(0, "fetch")] + events)
    let frame = RunFrame(width: 60, height: 20, now: SampleRun.at(100).model, style: .plain)
    return frame.lines(run)[2]
  }

  @Test func theTreeShowsWhatAnAgentDoesUntilItAnswers() {
    #expect(live([does(.toolCall, "read\nREADME.md")]) == "    │ uses: read · README.md")
    #expect(live([does(.toolCall, "read"), SampleRun.output(60, "fetch", "It is fine")]) == "    │ It is fine")
    #expect(live([SampleRun.output(60, "fetch", "Well,"), does(.plan, "1 of 3")]) == "    │ plans: 1 of 3")
  }

  @Test func aThoughtIsPutTogetherFromItsPieces() {
    #expect(live([does(.thought, "This may"), does(.thought, " be wrong")]) == "    │ thinks: This may be wrong")
    #expect(live([does(.thought, "a"), does(.toolCall, "x"), does(.thought, "b")]) == "    │ thinks: b")
  }

  @Test func linesTellWhatAnAgentDoesInItsOrder() {
    var text = EventText(namesRuns: false)
    let events = [
      does(.thought, "This "), does(.thought, "may\nbe wr"), does(.thought, "ong"), does(.toolCall, "read a\u{1B}[2J"),
      does(.thought, "Yes"), SampleRun.output(60, "fetch", "It is"), SampleRun.output(60, "fetch", " fine\n"),
      does(.permission, "write: denied"), does(.notice, "model set"), does(.usage, "5 tokens"),
    ]
    #expect(
      events.flatMap { text.lines($0) } == [
        "fetch: thinks: This may", "fetch: thinks: be wrong", "fetch: uses: read a", "fetch: thinks: Yes",
        "fetch | It is fine", "fetch: permission: write: denied", "fetch: says: model set",
      ])
  }

  @Test func aFinishedStepTellsOfItsRequestOrAgent() {
    var text = EventText(namesRuns: false)
    var step = API.Step(stepID: "login", status: .succeeded, http: SampleExchange.refused)
    let told = text.lines(SampleRun.event(0, .stepFinished(.init(step: step))))
    #expect(told == ["login: \(ExchangeText.summary(SampleExchange.refused))", "login: succeeded"])
    step.status = .failed
    #expect(text.lines(SampleRun.event(0, .stepFinished(.init(step: step)))).contains("    cookies       id=7"))
    let agent = API.Step(stepID: "review", status: .succeeded, agent: SampleAgent.partial)
    #expect(
      text.lines(SampleRun.event(0, .stepFinished(.init(step: agent)))) == [
        "review: \(AgentText.summary(SampleAgent.partial))", "review: succeeded",
      ])
  }

  @Test func theFinishedTreeHasTheRequestAndOfAFailedStepAllThatIsKnown() {
    func lines(_ status: API.StepStatus) -> [String] {
      let step = API.Step(stepID: "fetch", status: status, attempt: 1, http: SampleExchange.refused)
      let run = SampleRun.run([SampleRun.started, SampleRun.event(100, .stepFinished(.init(step: step)))])
      return RunFrame(width: 80, height: nil, now: SampleRun.at(100).model, style: .plain).lines(run)
    }
    #expect(lines(.succeeded)[2] == "    POST http://127.0.0.1:8425/login → 401 in 12 ms, 1.2 KiB, 1 redirect")
    #expect(!lines(.succeeded).contains("    cookies       id=7"))
    #expect(lines(.failed).contains("    cookies       id=7"))
    let narrow = RunFrame(width: 40, height: 20, now: SampleRun.at(100).model, style: .plain)
    let step = API.Step(stepID: "fetch", status: .succeeded, http: SampleExchange.refused)
    let run = SampleRun.run([SampleRun.started, SampleRun.event(100, .stepFinished(.init(step: step)))])
    #expect(narrow.lines(run)[1] == "  ✓ Fetch sourc…  401, 1.2 KiB")
  }

  @Test func aPermissionIsAskedForByItsName() {
    let input = API.PendingInput(
      inputID: "i", reason: .permission, prompt: "Write notes.md?", type: "choice", options: ["allow once", "reject"])
    var interview = Interview(mayAsk: true)
    let event = SampleRun.event(0, .stepInputRequired(.init(stepID: "review", input: input)))
    #expect(interview.take(event, path: "").isEmpty)
    let lines = interview.lines(width: 90, style: .plain, now: SampleRun.at(0).model, isUnicode: true)
    #expect(lines.contains("  1  allow once"))
    #expect(lines.contains { $0.contains("a permission for the agent of review: one of allow once, reject") })
    var text = EventText(namesRuns: false)
    #expect(text.lines(event)[0].hasPrefix("review: asks for a permission: Write notes.md?"))
  }
}
