import FlowdModel
import FlowdWire
import Testing

@testable import FlowdCLI

@Suite struct ProviderTextTests {
  private func provider(
    _ id: String, kind: String = "openai", _ answers: [API.CheckAnswer], detail: String = ""
  ) -> API.Provider {
    API.Provider(
      providerID: id, kind: kind,
      check: .init(installed: answers[0], reachable: answers[1], authorised: answers[2], detail: detail))
  }

  @Test func aProviderIsUsableUnlessSomethingSpeaksAgainstIt() {
    #expect(ProviderText.isUsable(provider("a", [.unspecified, .yes, .yes])))
    #expect(ProviderText.isUsable(provider("a", [.yes, .unspecified, .unspecified])))
    for place in 0..<3 {
      var answers = [API.CheckAnswer.yes, .yes, .yes]
      answers[place] = .no
      #expect(!ProviderText.isUsable(provider("a", answers)))
    }
    #expect(!ProviderText.isUsable(provider("a", kind: "", [.unspecified, .unspecified, .unspecified])))
    #expect(!ProviderText.isUsable(API.Provider(providerID: "a", kind: "openai")), "it was not checked")
    var held = provider("a", [.yes, .yes, .yes])
    held.heldUntil = SampleRun.at(0)
    #expect(!ProviderText.isUsable(held))
  }

  @Test func theExitCodeCountsThoseThatWereNamedOrAnyAtAll() {
    let providers = [provider("a", [.yes, .yes, .yes]), provider("b", [.no, .unspecified, .unspecified])]
    #expect(ProvidersCommand.isUsable(providers, wereNamed: false))
    #expect(!ProvidersCommand.isUsable(providers, wereNamed: true))
    #expect(!ProvidersCommand.isUsable([providers[1]], wereNamed: false))
    #expect(!ProvidersCommand.isUsable([], wereNamed: false))
  }

  @Test func doctorNamesTheUsableOnesAndWhatIsWrongWithOthers() {
    var held = provider("quota", [.yes, .yes, .yes])
    held.heldUntil = SampleRun.at(90_000)
    let found = ProviderChecks.checks(
      [
        provider("local", [.unspecified, .yes, .yes]), held, provider("name", kind: "", [.no, .no, .no]),
        provider("qwen", kind: "agent", [.no, .unspecified, .unspecified], detail: "qwen was not found"),
      ], now: SampleRun.at(0).model)
    #expect(
      found == [
        .init(result: .ok, text: "providers that can be used: local"),
        .init(
          result: .warning, text: "provider quota is held for 1m 30s: its quota is exhausted",
          hint: "its steps wait until then"),
        .init(result: .warning, text: "providers that cannot be used: qwen", hint: "why: flowctl providers --check"),
      ])
    #expect(ProviderChecks.checks([], now: SampleRun.at(0).model).map(\.result) == [.warning])
  }

  @Test func doctorSaysWhetherTheKernelCanConfine() {
    #expect(ConfinementCheck.check(landlock: 1).result == .ok)
    #expect(ConfinementCheck.check(landlock: 7).text.contains("Landlock version 7"))
    #expect(ConfinementCheck.check(landlock: 0).result == .warning)
  }

  @Test func aCircuitSaysWhyItIsOpen() {
    let circuit = API.Circuit(
      name: "provider local", state: .open, failures: 1, retryAt: SampleRun.at(60_000), reason: "its quota is exhausted"
    )
    #expect(
      CircuitText.line(circuit, at: SampleRun.at(0))
        == "circuit provider local open: its quota is exhausted, tried again in 1m 00s")
  }
}
