import FlowdModel
import Testing

@testable import FlowdAgents

@Suite struct ACPPermissionTests {
  private func asking(readOnly: Bool = false, mayAsk: Bool = true) -> ScriptedACP {
    .prompting {
      $0.isReadOnly = readOnly
      $0.mayAsk = mayAsk
    }
  }

  @Test(arguments: ["edit", "delete", "move", "execute", "switch_mode"])
  func aReadOnlyStepRejectsWhatWrites(kind: String) {
    var script = asking(readOnly: true)
    script.askPermission(toolCall: #"{"toolCallId":"c1","kind":"\#(kind)","title":"T"}"#)
    #expect(script.outcome()?["outcome"] == .string("selected"))
    #expect(script.outcome()?["optionId"] == .string("n"))
    #expect(script.questions == [])
    #expect(script.activities.map(\.kind) == [.permission])
    #expect(script.decided.map(\.answer) == ["rejected: the step is read-only"])
  }

  @Test func theKindOfAToolIsRememberedFromItsCall() {
    var script = asking(readOnly: true)
    script.update(#"{"sessionUpdate":"tool_call","toolCallId":"c1","title":"Edit a","kind":"edit","status":"pending"}"#)
    script.askPermission(toolCall: #"{"toolCallId":"c1"}"#)
    #expect(script.outcome()?["optionId"] == .string("n"))
  }

  @Test func aReadOnlyStepMayAskAboutWhatReads() {
    var script = asking(readOnly: true)
    script.askPermission(toolCall: #"{"toolCallId":"c1","kind":"fetch","title":"Fetch x"}"#)
    #expect(script.questions.map(\.prompt) == ["Fetch x (fetch)"])
  }

  @Test func aStepThatMayNotAskRejects() {
    var script = asking(mayAsk: false)
    script.askPermission()
    #expect(script.outcome()?["optionId"] == .string("n"))
    #expect(script.decided.map(\.answer) == ["rejected: nobody may be asked"])
  }

  @Test func withoutAWayToRejectItIsCancelled() {
    var script = asking(readOnly: true)
    script.askPermission(options: #"[{"optionId":"y","name":"Allow","kind":"allow_once"}]"#)
    #expect(script.outcome()?["outcome"] == .string("cancelled"))
  }

  @Test func rejectingForEverIsTheSecondChoice() {
    var script = asking(readOnly: true)
    script.askPermission(
      options:
        #"[{"optionId":"a","name":"Never","kind":"reject_always"},{"optionId":"b","name":"No","kind":"reject_once"}]"#)
    #expect(script.outcome()?["optionId"] == .string("b"))
  }

  @Test func aPersonsAnswerIsGivenToTheOpenRequest() {
    var script = asking()
    script.askPermission()
    let question = script.questions.first
    #expect(question?.options == ["Allow", "Reject"])
    #expect(question?.denial == "Reject")
    #expect(script.session.isAsking)
    #expect(script.outcome() == nil)
    script.effects += script.session.answer(question: question?.id ?? "", "Allow")
    #expect(script.outcome()?["outcome"] == .string("selected"))
    #expect(script.outcome()?["optionId"] == .string("y"))
    #expect(!script.session.isAsking)
    #expect(script.decided == [], "what a person decided is kept by whoever asked the person")
  }

  @Test func anAgentWithoutARejectionGetsOneToAskWith() {
    var script = asking()
    script.askPermission(options: #"[{"optionId":"y","name":"Deny","kind":"allow_once"}]"#)
    #expect(script.questions.first?.options == ["Deny", "Deny (2)"])
    #expect(script.questions.first?.denial == "Deny (2)")
    script.effects += script.session.answer(question: "permission-1", "Deny (2)")
    #expect(script.outcome()?["outcome"] == .string("cancelled"))
  }

  @Test func anAnswerThatIsNoOptionRejects() {
    var script = asking()
    script.askPermission()
    script.effects += script.session.answer(question: "permission-1", "Sure")
    #expect(script.outcome()?["optionId"] == .string("n"))
  }

  @Test func peopleAreAskedOneQuestionAtATime() {
    var script = asking()
    script.askPermission(id: "1")
    script.askPermission(id: "2")
    #expect(script.questions.map(\.id) == ["permission-1"])
    script.effects += script.session.answer(question: "permission-2", "Allow")
    #expect(script.outcome(of: "2") == nil, "it was not asked yet")
    script.effects += script.session.answer(question: "permission-1", "Allow")
    #expect(script.questions.map(\.id) == ["permission-1", "permission-2"])
    script.effects += script.session.answer(question: "permission-2", "Reject")
    #expect(script.outcome(of: "2")?["optionId"] == .string("n"))
  }

  @Test func optionsOfOneNameAreToldApart() {
    var script = asking()
    script.askPermission(
      options:
        #"[{"optionId":"1","name":"Yes","kind":"allow_once"},{"optionId":"2","name":"Yes","kind":"allow_always"}]"#)
    #expect(script.questions.first?.options == ["Yes", "Yes (2)", "Deny"])
    script.effects += script.session.answer(question: "permission-1", "Yes (2)")
    #expect(script.outcome()?["optionId"] == .string("2"))
  }

  @Test func aQuestionSaysWhatItIsAbout() {
    var script = asking()
    script.askPermission(
      toolCall:
        #"{"toolCallId":"c","kind":"execute","title":"Run","rawInput":{"command":"rm -r x"},"locations":[{"path":"/p"}]}"#
    )
    #expect(script.questions.first?.prompt == "Run (execute)\n/p\nrm -r x")
  }

  @Test(arguments: [#""abc""#, "0", "-3"])
  func theAgentsIDsAreItsOwn(id: String) throws {
    var script = asking(readOnly: true)
    script.askPermission(id: id)
    let value = try JSONValue(parsing: Array(id.utf8))
    #expect(script.answer(to: value)?["result"]?["outcome"] != nil)
  }

  @Test func moreQuestionsThanABoundAreRejected() {
    var script = asking()
    for id in 0..<(Limits.agentQuestionsMax + 3) { script.askPermission(id: String(1_000 + id)) }
    #expect(script.outcome(of: String(1_000 + Limits.agentQuestionsMax))?["optionId"] == .string("n"))
    #expect(script.outcome(of: "1000") == nil)
  }

  @Test func aRequestWithoutItsPartsIsInvalid() {
    var script = asking()
    script.receive(#"{"jsonrpc":"2.0","id":5,"method":"session/request_permission","params":{}}"#)
    #expect(script.answer(to: .number("5"))?["error"]?["code"] == .number("-32602"))
  }

  @Test func aFailureCancelsWhatIsOpen() {
    var script = asking()
    script.askPermission()
    script.receive("{broken")
    #expect(script.outcome()?["outcome"] == .string("cancelled"))
    #expect(script.failure == .failed)
  }
}
