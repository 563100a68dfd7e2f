import FlowdModel
import TestSupport
import Testing

@testable import FlowdAgents

/// Agents that break the protocol, by mistake or on purpose.
@Suite struct HostileACPTests {
  @Test(arguments: [
    "{", "{\"id\":", "{\"a\":1,\"a\":2}", "{}", #"{"id":1}"#, #"{"jsonrpc":"2.0"}"#, #"{"method":7}"#,
    #"{"id":[1],"method":"x"}"#, #"{"id":{},"method":"x"}"#, "{\"method\":\"\\ud800\"}",
  ])
  func aLineThatIsNoMessageIsTheEnd(line: String) {
    var script = ScriptedACP.prompting()
    script.receive(line)
    #expect(script.failure == .failed)
    #expect(script.message.contains("protocol"))
    script.message("ignored")
    #expect(script.text == "")
  }

  @Test(arguments: ["Starting agent...", "[1,2]", "\"x\"", "(node:1) Warning", "null", "\u{1B}[31mred"])
  func aLineThatIsNoObjectIsANotice(line: String) {
    var script = ScriptedACP.prompting()
    script.receive(line)
    #expect(script.activities == [AgentActivity(.notice, line)])
    #expect(script.ends == [])
  }

  @Test func emptyLinesSayNothing() {
    var script = ScriptedACP.prompting()
    let before = script.effects
    for line in ["", " ", "\t"] { script.receive(line) }
    #expect(script.effects == before)
  }

  @Test func aFloodOfStrayLinesIsTheEnd() {
    var script = ScriptedACP.prompting()
    for _ in 0..<Limits.agentStrayLinesMax { script.receive("log") }
    #expect(script.ends == [])
    script.receive("log")
    #expect(script.failure == .failed)
  }

  @Test func aFloodOfRequestsIsTheEnd() {
    var script = ScriptedACP.prompting()
    for id in 0..<Limits.agentRequestsMax { script.session.drop(#"{"id":\#(id),"method":"fs/read_text_file"}"#) }
    script.receive(#"{"id":1,"method":"fs/read_text_file"}"#)
    #expect(script.failure == .failed)
  }

  @Test func moreToolsThanABoundAreForgotten() {
    var script = ScriptedACP.prompting()
    for id in 0..<(Limits.agentToolCallsMax + 10) {
      script.session.drop(
        #"{"method":"session/update","params":{"sessionId":"s1","update":"#
          + #"{"sessionUpdate":"tool_call","toolCallId":"\#(id)","title":"t"}}}"#)
    }
    #expect(script.session.toolCalls.count == Limits.agentToolCallsMax)
  }

  @Test(arguments: [
    #"{"id":99,"result":{}}"#, #"{"id":"2","result":{}}"#,
    #"{"id":null,"error":{"code":-32700,"message":"Parse error"}}"#,
    #"{"id":-1,"result":{}}"#, #"{"id":1.0,"result":{}}"#,
  ])
  func anAnswerToNothingIsTheEnd(line: String) {
    var script = ScriptedACP.prompting()
    script.receive(line)
    #expect(script.failure == .failed)
  }

  @Test func anAnswerThatComesTwiceIsANotice() {
    var script = ScriptedACP.prompting()
    script.receive(#"{"id":0,"result":{"protocolVersion":9}}"#)
    #expect(script.ends == [])
    #expect(script.activities.map(\.kind) == [.notice])
  }

  @Test func idsOfBothSidesAreApart() {
    var script = ScriptedACP.prompting { $0.mayAsk = true }
    script.askPermission(id: "2", toolCall: #"{"toolCallId":"c","kind":"read"}"#)
    #expect(script.questions.count == 1)
    script.reply(#"{"stopReason":"end_turn"}"#)
    #expect(script.ends == [.answered(stopReason: "end_turn")])
    #expect(script.outcome(of: "2")?["outcome"] == .string("cancelled"))
  }

  @Test(arguments: [
    "fs/read_text_file", "fs/write_text_file", "terminal/create", "terminal/output", "elicitation/create",
    "_vendor/secret", "",
  ])
  func whatThisSideDoesNotOfferIsNotFound(method: String) {
    var script = ScriptedACP.prompting()
    script.receive(#"{"id":"q","method":"\#(method)","params":{"path":"/etc/passwd"}}"#)
    #expect(script.answer(to: .string("q"))?["error"]?["code"] == .number("-32601"))
    #expect(script.ends == [])
  }

  @Test func notificationsThatAreNotKnownAreIgnored() {
    var script = ScriptedACP.prompting()
    let before = script.effects
    script.receive(#"{"method":"_vendor/note","params":[1]}"#)
    script.receive(#"{"method":"session/cancel"}"#)
    #expect(script.effects == before)
  }

  @Test func deepNestingIsRefusedNotFollowed() {
    var script = ScriptedACP.prompting()
    script.receive("{\"x\":" + String(repeating: "[", count: 5_000) + String(repeating: "]", count: 5_000) + "}")
    #expect(script.failure == .failed)
  }

  @Test func nothingComesAfterTheEnd() {
    var script = ScriptedACP.prompting()
    script.reply(#"{"stopReason":"refusal"}"#)
    let before = script.effects
    script.message("more")
    script.askPermission()
    script.receive("{broken")
    script.effects += script.session.cancel()
    #expect(script.effects == before)
  }

  @Test func anyLineInAnyPlaceIsSurvived() {
    let lines = [
      "{}", "null", "x", #"{"id":0,"result":{}}"#, #"{"id":1,"result":{"sessionId":"s1"}}"#, #"{"id":2,"result":null}"#,
      #"{"id":0,"result":{"protocolVersion":1}}"#, #"{"id":2,"error":"text"}"#, #"{"id":3,"error":{}}"#,
      #"{"method":"session/update"}"#, #"{"method":"session/update","params":{"sessionId":"s1","update":{}}}"#,
      #"{"id":4,"method":"session/request_permission","params":{"toolCall":1,"options":[1,{}]}}"#,
    ]
    let seed = UInt64.random(in: .min ... .max)
    var random = SplitMix64(seed: seed)
    for _ in 0..<2_000 {
      var script = ScriptedACP { $0.mayAsk = true }
      for _ in 0..<8 {
        script.receive(lines.randomElement(using: &random) ?? "")
        if Int.random(in: 0..<16, using: &random) == 0 { script.effects += script.session.cancel() }
      }
      #expect(script.ends.count <= 1, "seed \(seed)")
    }
  }
}

extension ACPSession {
  /// Takes a line, whatever comes of it.
  mutating func drop(_ line: String) { _ = receive(Array(line.utf8), now: ScriptedACP.now) }
}
