import FlowdModel
import Testing

@testable import FlowdAgents

/// Answers that were asked for as JSON.
@Suite struct OpenAIJSONTests {
  private let chats: Chats
  private let schema: JSONValue

  init() throws {
    chats = try Chats()
    let text = #"{"type": "object", "properties": {"severity": {"enum": ["low", "high"]}}, "required": ["severity"]}"#
    schema = try JSONValue(parsing: Array(text.utf8))
  }

  private func start(_ server: ChatServer) -> Chat {
    chats.start(server) { _ in
    } _: { [schema] in
      $0.output = .json
      $0.schema = schema
    }
  }

  @Test func anAnswerThatFitsIsTakenAsJSON() async throws {
    let server = try ChatServer.streaming([delta("```json\n{\"severity\": "), delta("\"low\"}\n```", finish: "stop")])
    let result = try await start(server).result()
    #expect(result.outcome == .answered)
    #expect(result.details.result == .object([.init("severity", .string("low"))]))
    let system = server.requests.first?.json["messages"]?.asArray.first?["content"]
    guard case .string(let text)? = system else {
      Issue.record("no system message")
      return
    }
    #expect(text.contains(schema.text))
    #expect(result.details.agent?.system == text)
  }

  @Test func aWrongAnswerIsAskedForOnceMoreInTheSameConversation() async throws {
    let usage = #"{"choices": [], "usage": {"prompt_tokens": 10, "completion_tokens": 2}}"#
    let server = try ChatServer.streaming(
      [delta(#"{"severity": "urgent"}"#, finish: "stop"), usage, "[DONE]"],
      [delta(#"{"severity": "high"}"#, finish: "stop"), usage, "[DONE]"])
    let chat = start(server)
    let result = try await chat.result()
    #expect(result.outcome == .answered)
    #expect(result.details.result == .object([.init("severity", .string("high"))]))
    #expect(String(decoding: result.stdout, as: UTF8.self) == #"{"severity": "high"}"#)
    #expect(chat.text == "{\"severity\": \"urgent\"}\n\n{\"severity\": \"high\"}")
    #expect(result.details.agent?.inputTokens == 20)
    #expect(result.details.agent?.outputTokens == 4)
    let notice = chat.log.activities.first { $0.kind == .notice }
    #expect(notice?.text.contains(#"$.severity: expected one of "low", "high"; found "urgent""#) == true)
    let messages = server.requests.last?.json["messages"]?.asArray ?? []
    #expect(messages.map { $0["role"] } == ["system", "user", "assistant", "user"].map(JSONValue.string))
    #expect(messages[2]["content"] == .string(#"{"severity": "urgent"}"#))
    #expect(messages[3].text.contains("$.severity: expected one of"))
  }

  @Test func anAnswerThatIsWrongTwiceFails() async throws {
    let server = try ChatServer.streaming([delta("no JSON at all", finish: "stop")])
    let (error, result) = try await start(server).failure()
    #expect(error.failure == .invalidOutput)
    #expect(error.message.contains("it holds no JSON"))
    #expect(server.requests.count == 2)
    #expect(result.details.result == nil)
    #expect(result.details.agent?.isPartial == false)
    #expect(String(decoding: result.stdout, as: UTF8.self) == "no JSON at all")
  }

  @Test func aRepairThatBreaksOffFails() async throws {
    let server = try ChatServer.streaming([delta("no JSON", finish: "stop")], [delta(#"{"sever"#)])
    let (error, result) = try await start(server).failure()
    #expect(error.failure == .truncated)
    #expect(result.details.agent?.isPartial == true)
    #expect(String(decoding: result.stdout, as: UTF8.self) == #"{"sever"#)
  }
}

extension JSONValue {
  var asArray: [JSONValue] { if case .array(let elements) = self { elements } else { [] } }
}
