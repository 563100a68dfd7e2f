import FlowdModel
import Testing

@testable import FlowdAgents

/// A session with the other side played by a test.
struct ScriptedACP {
  static let now = Timestamp(microsecondsSince1970: 1_700_000_000_000_000)

  var session: ACPSession
  /// All that came of it.
  var effects: [AgentEffect] = []

  init(_ prompt: String = "say hello", _ change: (inout ACPSession.Options) -> Void = { _ in }) {
    var options = ACPSession.Options(workingDirectory: "/a/tree")
    change(&options)
    session = ACPSession(prompt: prompt, options: options)
    effects += session.start()
  }

  /// A session whose prompt was sent; its id is `s1`.
  static func prompting(
    session result: String = #"{"sessionId":"s1"}"#, _ change: (inout ACPSession.Options) -> Void = { _ in }
  ) -> ScriptedACP {
    var script = ScriptedACP("say hello", change)
    script.reply(#"{"protocolVersion":1}"#)
    script.reply(result)
    return script
  }

  /// Lines that were sent, as JSON.
  var sent: [JSONValue] {
    effects.compactMap { effect in
      guard case .send(let line) = effect else { return nil }
      return try? JSONValue(parsing: Array(line.dropLast()))
    }
  }

  var methods: [String] { sent.compactMap { $0["method"]?.plainText } }
  var lastID: String? {
    sent.last { $0["method"] != nil && $0["id"] != nil }.flatMap {
      if case .number(let id)? = $0["id"] { id } else { nil }
    }
  }
  var text: String { effects.compactMap { if case .text(let text) = $0 { text } else { nil } }.joined() }
  var activities: [AgentActivity] {
    effects.compactMap { if case .activity(let activity) = $0 { activity } else { nil } }
  }
  var questions: [AgentQuestion] { effects.compactMap { if case .ask(let question) = $0 { question } else { nil } } }
  var decided: [AgentUse.Permission] {
    effects.compactMap { if case .decided(let permission) = $0 { permission } else { nil } }
  }
  var ends: [AgentEffect.TurnEnd] { effects.compactMap { if case .turnEnded(let end) = $0 { end } else { nil } } }
  var failure: AgentFailure? { if case .failed(let error, _)? = ends.last { error.failure } else { nil } }
  var message: String { if case .failed(let error, _)? = ends.last { error.message } else { "" } }

  mutating func receive(_ line: String) { effects += session.receive(Array(line.utf8), now: Self.now) }

  /// Answers the request that was made last.
  mutating func reply(_ result: String) {
    receive(#"{"jsonrpc":"2.0","id":\#(lastID ?? "none"),"result":\#(result)}"#)
  }

  mutating func replyError(code: Int, _ message: String, data: String = "null") {
    let error = #"{"code":\#(code),"message":"\#(message)","data":\#(data)}"#
    receive(#"{"jsonrpc":"2.0","id":\#(lastID ?? "none"),"error":\#(error)}"#)
  }

  mutating func update(_ update: String, session: String = "s1") {
    receive(
      #"{"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"\#(session)","update":\#(update)}}"#)
  }

  mutating func message(_ text: String) {
    update(#"{"sessionUpdate":"agent_message_chunk","content":{"type":"text","text":"\#(text)"}}"#)
  }

  mutating func askPermission(
    id: String = "7", toolCall: String = #"{"toolCallId":"c1","kind":"edit","title":"Edit a.txt"}"#,
    options: String = ScriptedACP.options
  ) {
    receive(
      #"{"jsonrpc":"2.0","id":\#(id),"method":"session/request_permission","params":{"sessionId":"s1","#
        + #""toolCall":\#(toolCall),"options":\#(options)}}"#)
  }

  static let options = """
    [{"optionId":"y","name":"Allow","kind":"allow_once"},{"optionId":"n","name":"Reject","kind":"reject_once"}]
    """

  /// What was answered to the agent's request.
  func answer(to id: JSONValue) -> JSONValue? { sent.last { $0["id"] == id && $0["method"] == nil } }

  func outcome(of id: String = "7") -> JSONValue? { answer(to: .number(id))?["result"]?["outcome"] }
}
