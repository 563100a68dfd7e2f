import FlowdModel
import Testing

@testable import FlowdAgents

@Suite struct ACPSessionTests {
  // MARK: the way of one turn

  @Test func aSessionIsSetUpAndPrompted() {
    var script = ScriptedACP()
    #expect(script.methods == ["initialize"])
    #expect(script.sent[0]["params"]?["protocolVersion"] == .number("1"))
    #expect(script.sent[0]["params"]?["clientCapabilities"]?["fs"]?["writeTextFile"] == .bool(false))
    #expect(script.sent[0]["params"]?["clientCapabilities"]?["terminal"] == .bool(false))
    script.reply(#"{"protocolVersion":1}"#)
    #expect(script.sent[1]["params"]?["cwd"] == .string("/a/tree"))
    #expect(script.sent[1]["params"]?["mcpServers"] == .array([]))
    script.reply(#"{"sessionId":"s1"}"#)
    #expect(script.methods == ["initialize", "session/new", "session/prompt"])
    #expect(script.sent[2]["params"]?["sessionId"] == .string("s1"))
    #expect(
      script.sent[2]["params"]?["prompt"]
        == .array([.object([.init("type", .string("text")), .init("text", .string("say hello"))])]))
  }

  @Test func everyLineThatIsSentEndsAndHoldsNoOtherEnd() {
    let script = ScriptedACP.prompting { $0.workingDirectory = "/a\nb" }
    for case .send(let line) in script.effects {
      #expect(line.last == UInt8(ascii: "\n"))
      #expect(!line.dropLast().contains(UInt8(ascii: "\n")))
    }
  }

  @Test func chunksOfTheMessageAreTheAnswer() {
    var script = ScriptedACP.prompting()
    script.message("Hel")
    script.message("lo")
    script.reply(#"{"stopReason":"end_turn"}"#)
    #expect(script.text == "Hello")
    #expect(script.ends == [.answered(stopReason: "end_turn")])
  }

  @Test func aMessageAfterAToolIsAnother() {
    var script = ScriptedACP.prompting()
    script.message("I look.")
    script.update(#"{"sessionUpdate":"tool_call","toolCallId":"c1","title":"Read a","kind":"read","status":"pending"}"#)
    script.message("Done.")
    #expect(
      script.effects.suffix(3) == [
        .activity(AgentActivity(.toolCall, "Read a (read)")), .nextMessage, .text("Done."),
      ])
  }

  @Test func textOutsideOfATurnIsNoAnswer() {
    var script = ScriptedACP()
    script.reply(#"{"protocolVersion":1}"#)
    script.message("history")
    script.reply(#"{"sessionId":"s1"}"#)
    script.reply(#"{"stopReason":"end_turn"}"#)
    script.message("late")
    #expect(script.text == "")
  }

  @Test func updatesOfAnotherSessionAreIgnored() {
    var script = ScriptedACP.prompting()
    script.update(#"{"sessionUpdate":"agent_message_chunk","content":{"type":"text","text":"x"}}"#, session: "s2")
    #expect(script.text == "")
  }

  @Test func thoughtsPlansToolsAndUsageAreActivities() {
    var script = ScriptedACP.prompting()
    script.update(#"{"sessionUpdate":"agent_thought_chunk","content":{"type":"text","text":"hmm"}}"#)
    script.update(
      #"{"sessionUpdate":"plan","entries":[{"content":"a","status":"completed"},{"content":"b","status":"pending"}]}"#)
    script.update(#"{"sessionUpdate":"tool_call","toolCallId":"c","title":"Run","kind":"execute","status":"pending"}"#)
    script.update(#"{"sessionUpdate":"tool_call_update","toolCallId":"c","content":[]}"#)
    script.update(#"{"sessionUpdate":"tool_call_update","toolCallId":"c","status":"failed"}"#)
    script.update(
      #"{"sessionUpdate":"usage_update","used":12,"size":100,"cost":{"amount":0.5,"currency":"USD"}}"#)
    #expect(script.effects.contains(.thought("hmm")))
    #expect(
      script.activities == [
        AgentActivity(.plan, "[x] a\n[ ] b"), AgentActivity(.toolCall, "Run (execute)"),
        AgentActivity(.toolCall, "Run (execute): failed"),
        AgentActivity(.usage, "12 of 100 tokens of context, 0.5 USD"),
      ])
  }

  @Test(arguments: [
    #"{"sessionUpdate":"available_commands_update","availableCommands":[]}"#,
    #"{"sessionUpdate":"user_message_chunk","content":{"type":"text","text":"x"}}"#,
    #"{"sessionUpdate":"from_the_future","x":1}"#, #"{}"#, #"[]"#, "null",
    #"{"sessionUpdate":"plan","entries":7}"#, #"{"sessionUpdate":"tool_call"}"#,
    #"{"sessionUpdate":"current_mode_update"}"#, #"{"sessionUpdate":"usage_update","used":"x"}"#,
  ])
  func updatesThatSayNothingKnownDoNothing(update: String) {
    var script = ScriptedACP.prompting()
    let before = script.effects
    script.update(update)
    #expect(script.effects == before)
  }

  @Test func aPartThatIsNoTextIsANotice() {
    var script = ScriptedACP.prompting()
    script.update(#"{"sessionUpdate":"agent_message_chunk","content":{"type":"image","data":"AAAA"}}"#)
    #expect(script.activities.map(\.kind) == [.notice])
    #expect(script.text == "")
  }

  @Test func tokensOfTheTurnAreReported() {
    var script = ScriptedACP.prompting()
    script.reply(#"{"stopReason":"end_turn","usage":{"inputTokens":10,"outputTokens":3,"totalTokens":13}}"#)
    #expect(script.effects.contains(.usage(TokenCount(input: 10, output: 3))))
  }

  @Test func anotherTurnUsesTheSameSession() {
    var script = ScriptedACP.prompting()
    script.message("x")
    script.reply(#"{"stopReason":"end_turn"}"#)
    script.effects += script.session.prompt("again")
    #expect(script.methods.suffix(2) == ["session/prompt", "session/prompt"])
    script.message("y")
    script.reply(#"{"stopReason":"end_turn"}"#)
    #expect(script.ends.count == 2)
    #expect(script.text == "xy")
  }

  // MARK: how turns end

  @Test(arguments: [
    ("max_tokens", AgentFailure.truncated), ("max_turn_requests", .truncated), ("refusal", .refused),
    ("cancelled", .failed), ("something_new", .failed),
  ])
  func everyOtherStopReasonIsAFailure(reason: String, failure: AgentFailure) {
    var script = ScriptedACP.prompting()
    script.message("part")
    script.reply(#"{"stopReason":"\#(reason)"}"#)
    #expect(script.failure == failure)
    #expect(script.session.isOver)
  }

  @Test func aTurnWithoutAStopReasonBreaksTheProtocol() {
    var script = ScriptedACP.prompting()
    script.reply("{}")
    #expect(script.failure == .failed)
  }

  @Test func anErrorInPlaceOfATurnIsClassified() {
    let cases: [(String, AgentFailure)] = [
      ("Rate limit reached", .rateLimited), ("You exceeded your current quota", .quotaExhausted),
      ("Invalid API key", .unauthorized), ("prompt is too long", .contextLength), ("Internal error", .failed),
    ]
    for (message, failure) in cases {
      var script = ScriptedACP.prompting()
      script.replyError(code: -32603, message, data: #"{"reason":"x"}"#)
      #expect(script.failure == failure, "\(message)")
      #expect(script.message.contains(message))
    }
  }

  @Test func anExhaustedQuotaNamesItsReset() {
    var script = ScriptedACP.prompting()
    script.replyError(code: -32603, "quota exceeded, try again in 2h")
    guard case .failed(let error, _)? = script.ends.last else {
      Issue.record("no failure")
      return
    }
    #expect(error.failure == .quotaExhausted)
    #expect(error.retryAfter == .seconds(7200))
  }

  // MARK: setting up

  @Test(arguments: [#"{"protocolVersion":2}"#, #"{"protocolVersion":"1"}"#, "{}", "[]"])
  func anotherVersionOfTheProtocolIsRefused(answer: String) {
    var script = ScriptedACP()
    script.reply(answer)
    #expect(script.failure == .failed)
    #expect(script.methods == ["initialize"])
  }

  @Test func anAgentThatIsNotLoggedInSaysHow() {
    var script = ScriptedACP()
    script.reply(#"{"protocolVersion":1,"authMethods":[{"id":"oauth","name":"Log in with OAuth"}]}"#)
    script.replyError(code: -32000, "Authentication required")
    #expect(script.failure == .unauthorized)
    #expect(script.message.contains("Log in with OAuth"))
  }

  @Test(arguments: ["{}", #"{"sessionId":""}"#, #"{"sessionId":7}"#])
  func aSessionNeedsAnID(answer: String) {
    var script = ScriptedACP()
    script.reply(#"{"protocolVersion":1}"#)
    script.reply(answer)
    #expect(script.failure == .failed)
  }

  // MARK: cancelling

  @Test func cancellingAnswersWhatIsPendingFirst() {
    var script = ScriptedACP.prompting {
      $0.isReadOnly = false
      $0.mayAsk = true
    }
    script.askPermission()
    let before = script.sent.count
    script.effects += script.session.cancel()
    let lines = script.sent.suffix(from: before)
    #expect(lines.first?["result"]?["outcome"]?["outcome"] == .string("cancelled"))
    #expect(lines.last?["method"] == .string("session/cancel"))
    #expect(lines.last?["id"] == nil)
    #expect(script.ends == [])
    script.message("half")
    script.reply(#"{"stopReason":"cancelled"}"#)
    #expect(script.ends == [.cancelled])
    #expect(script.text == "half")
  }

  @Test func whatIsAskedWhileCancellingIsCancelled() {
    var script = ScriptedACP.prompting { $0.mayAsk = true }
    script.effects += script.session.cancel()
    script.askPermission()
    #expect(script.outcome()?["outcome"] == .string("cancelled"))
    #expect(script.questions == [])
  }

  @Test func anErrorWhileCancellingIsTheEnd() {
    var script = ScriptedACP.prompting()
    script.effects += script.session.cancel()
    script.replyError(code: -32800, "Request cancelled")
    #expect(script.ends == [.cancelled])
  }

  @Test func cancellingBeforeThePromptEndsAtOnce() {
    var script = ScriptedACP()
    script.effects += script.session.cancel()
    #expect(script.ends == [.cancelled])
    #expect(script.methods == ["initialize"])
    script.effects += script.session.cancel()
    #expect(script.ends.count == 1)
  }
}
