import FlowdModel
import Testing

@testable import FlowdAgents

/// The model and the mode, and that their agent confirms them.
@Suite struct ACPSetupTests {
  private static func options(model: String = "small", mode: String = "ask") -> String {
    #"[{"id":"m","name":"Model","category":"model","type":"select","currentValue":"\#(model)","#
      + #""options":[{"value":"small","name":"S"},{"value":"large","name":"L"}]},"#
      + #"{"id":"mode","name":"Mode","category":"mode","type":"select","currentValue":"\#(mode)","#
      + #""options":[{"group":"g","name":"G","options":[{"value":"ask","name":"A"},{"value":"plan","name":"P"}]}]}]"#
  }

  private static let models =
    #"{"sessionId":"s1","models":{"currentModelId":"small","availableModels":[{"modelId":"small"},{"modelId":"large"}]}}"#
  private static let modes =
    #"{"sessionId":"s1","modes":{"currentModeId":"ask","availableModes":[{"id":"ask"},{"id":"plan"}]}}"#

  private func script(_ result: String, model: String = "", mode: String = "", inCommand: Bool = false) -> ScriptedACP {
    .prompting(session: result) {
      $0.model = model
      $0.readOnlyMode = mode
      $0.isModelInCommand = inCommand
    }
  }

  // MARK: model

  @Test func aModelIsSetByItsOptionAndCompared() {
    var script = script(#"{"sessionId":"s1","configOptions":\#(Self.options())}"#, model: "large")
    #expect(script.methods.last == "session/set_config_option")
    #expect(script.sent.last?["params"]?["configId"] == .string("m"))
    #expect(script.sent.last?["params"]?["value"] == .string("large"))
    script.reply(#"{"configOptions":\#(Self.options(model: "large"))}"#)
    #expect(script.methods.last == "session/prompt")
    #expect(script.effects.contains(.model("large")))
  }

  @Test(arguments: [
    #"{"configOptions":\#(options(model: "small"))}"#, #"{"configOptions":[]}"#, "{}", "null",
  ])
  func anAgentThatDoesNotConfirmTheModelIsNotPrompted(answer: String) {
    var script = script(#"{"sessionId":"s1","configOptions":\#(Self.options())}"#, model: "large")
    script.reply(answer)
    #expect(script.failure == .wrongModel)
    #expect(!script.methods.contains("session/prompt"))
  }

  @Test func aModelThatIsChosenAlreadyIsNotSet() {
    let script = script(#"{"sessionId":"s1","configOptions":\#(Self.options())}"#, model: "small")
    #expect(script.methods == ["initialize", "session/new", "session/prompt"])
  }

  @Test func aModelThatIsNotOfferedIsRefusedWithThoseThatAre() {
    let script = script(#"{"sessionId":"s1","configOptions":\#(Self.options())}"#, model: "huge")
    #expect(script.failure == .wrongModel)
    #expect(script.message.contains("'small', 'large'"))
  }

  @Test func theOlderMethodSetsAModelToo() {
    var script = script(Self.models, model: "large")
    #expect(script.methods.last == "session/set_model")
    #expect(script.sent.last?["params"]?["modelId"] == .string("large"))
    script.reply("{}")
    #expect(script.methods.last == "session/prompt")
  }

  @Test func theOlderMethodsAnswerIsComparedWhenItHasOne() {
    var script = script(Self.models, model: "large")
    script.reply(#"{"models":{"currentModelId":"small"}}"#)
    #expect(script.failure == .wrongModel)
  }

  @Test func anErrorInPlaceOfTheModelIsTheWrongModel() {
    var script = script(Self.models, model: "large")
    script.replyError(code: -32601, "Method not found")
    #expect(script.failure == .wrongModel)
  }

  @Test func anAgentThatLetsNobodyChooseIsNotTrustedWithAModel() {
    #expect(script(#"{"sessionId":"s1"}"#, model: "large").failure == .wrongModel)
  }

  @Test func aModelInTheCommandIsEnoughForSuchAnAgent() {
    let script = script(#"{"sessionId":"s1"}"#, model: "large", inCommand: true)
    #expect(script.methods.last == "session/prompt")
  }

  @Test func anAgentThatOffersModelsIsComparedEvenSo() {
    var script = script(Self.models, model: "large", inCommand: true)
    #expect(script.methods.last == "session/set_model")
    script.replyError(code: -32602, "no")
    #expect(script.failure == .wrongModel)
  }

  @Test func anAgentThatChangesItsModelMeanwhileIsStopped() {
    var script = script(#"{"sessionId":"s1","configOptions":\#(Self.options())}"#, model: "small")
    script.update(#"{"sessionUpdate":"config_option_update","configOptions":\#(Self.options(model: "large"))}"#)
    #expect(script.failure == .wrongModel)
  }

  // MARK: mode

  @Test func theReadOnlyModeIsSetAndPromptedIn() {
    var script = script(Self.modes, mode: "plan")
    #expect(script.methods.last == "session/set_mode")
    #expect(script.sent.last?["params"]?["modeId"] == .string("plan"))
    script.update(#"{"sessionUpdate":"current_mode_update","currentModeId":"plan"}"#)
    script.reply("{}")
    #expect(script.methods.last == "session/prompt")
  }

  @Test func aModeByItsOptionIsCompared() {
    let session = #"{"sessionId":"s1","configOptions":\#(Self.options())}"#
    var confirmed = script(session, mode: "plan")
    #expect(confirmed.sent.last?["params"]?["configId"] == .string("mode"))
    confirmed.reply(#"{"configOptions":\#(Self.options(mode: "plan"))}"#)
    #expect(confirmed.methods.last == "session/prompt")
    var other = script(session, mode: "plan")
    other.reply(#"{"configOptions":\#(Self.options(mode: "ask"))}"#)
    #expect(other.failure == .wrongModel)
  }

  @Test func aModeThatChangesTheModelIsRefused() {
    var script = script(#"{"sessionId":"s1","configOptions":\#(Self.options())}"#, model: "small", mode: "plan")
    script.reply(#"{"configOptions":\#(Self.options(model: "large", mode: "plan"))}"#)
    #expect(script.failure == .wrongModel)
  }

  @Test func anAgentThatTakesAnotherModeIsRefused() {
    var script = script(Self.modes, mode: "plan")
    script.update(#"{"sessionUpdate":"current_mode_update","currentModeId":"ask"}"#)
    script.reply("{}")
    #expect(script.failure == .wrongModel)
  }

  @Test func anAgentWithoutTheModeIsRefused() {
    #expect(script(Self.modes, mode: "strict").failure == .wrongModel)
    #expect(script(#"{"sessionId":"s1"}"#, mode: "plan").failure == .wrongModel)
  }

  @Test func leavingTheReadOnlyModeFailsClosed() {
    var script = script(Self.modes, mode: "plan")
    script.reply("{}")
    script.message("x")
    script.update(#"{"sessionUpdate":"current_mode_update","currentModeId":"plan"}"#)
    #expect(script.ends == [])
    script.update(#"{"sessionUpdate":"current_mode_update","currentModeId":"yolo"}"#)
    #expect(script.failure == .wrongModel)
    #expect(script.session.isOver)
  }

  @Test func leavingItByAnOptionFailsClosedToo() {
    var script = script(#"{"sessionId":"s1","configOptions":\#(Self.options(mode: "plan"))}"#, mode: "plan")
    script.update(#"{"sessionUpdate":"config_option_update","configOptions":\#(Self.options(mode: "ask"))}"#)
    #expect(script.failure == .wrongModel)
  }

  @Test func aStepThatMayWriteSetsNoMode() {
    var script = ScriptedACP.prompting(session: Self.modes) {
      $0.readOnlyMode = "plan"
      $0.isReadOnly = false
    }
    #expect(script.methods.last == "session/prompt")
    script.update(#"{"sessionUpdate":"current_mode_update","currentModeId":"yolo"}"#)
    #expect(script.ends == [])
  }
}
