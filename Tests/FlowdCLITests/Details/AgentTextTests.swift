import FlowdWire
import Testing

@testable import FlowdCLI

/// An answer that broke off.
enum SampleAgent {
  static let partial = API.AgentUse(
    providerID: "local", modelID: "careful-model", reportedModel: "careful-model-7", prompt: "Look at this.",
    finishReason: "length", inputTokens: 812, outputTokens: 96, partial: true, confinement: "read-only",
    permissions: [.init(question: "Write a file?", answer: "denied")])
}

@Suite struct AgentTextTests {
  @Test func theSummaryHasTheModelTheTokensAndWhatIsUnusual() {
    #expect(
      AgentText.summary(SampleAgent.partial)
        == "local/careful-model, 812 tokens in, 96 out, ended with length, partial")
  }

  @Test func whatIsNotKnownIsNotTold() {
    let use = API.AgentUse(providerID: "local", modelID: "m", finishReason: "stop", inputTokens: -1, outputTokens: -1)
    #expect(AgentText.summary(use) == "local/m")
    #expect(AgentText.details(use, style: .plain, width: 80, isWhole: true) == ["    ended with    stop"])
  }

  @Test func besideAStepTheModelIsNamedOnlyWhenItIsNotTheRuns() {
    let ofRun = API.RunSnapshot(providerID: "local", modelID: "careful-model")
    #expect(AgentText.note(SampleAgent.partial, run: ofRun) == "812 tokens in, 96 out, ended with length, partial")
    #expect(AgentText.note(SampleAgent.partial, run: SampleRun.snapshot).hasPrefix("local/careful-model, 812"))
  }

  @Test func theDetailsHaveThePromptAndThePermissions() {
    #expect(
      AgentText.details(SampleAgent.partial, style: .plain, width: 80, isWhole: false) == [
        "    calls itself  careful-model-7", "    ended with    length", "    confined      read-only",
        "    permissions   Write a file? → denied", "    prompt        Look at this.",
      ])
  }
}
