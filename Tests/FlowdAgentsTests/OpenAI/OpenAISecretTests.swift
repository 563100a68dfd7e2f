import FlowdHTTP
import FlowdModel
import Testing

@testable import FlowdAgents

/// Secrets go to the server in headers, and nowhere else.
@Suite struct OpenAISecretTests {
  private let chats: Chats
  private let canary = "canary-5f2d8e1b"

  init() throws { chats = try Chats() }

  private func expectNoCanary(_ chat: Chat, _ result: StepResult, _ location: SourceLocation = #_sourceLocation) {
    let all = "\(chat.log.kinds) \(chat.text) \(String(decoding: result.stdout, as: UTF8.self)) \(result)"
    #expect(!all.contains(canary), sourceLocation: location)
  }

  @Test func aSecretInAnAnswerIsRedactedHoweverItIsCut() async throws {
    let pieces = canary.map { delta(String($0)) }
    let server = try ChatServer.streaming([delta("key: ")] + pieces + [delta(" end", finish: "stop"), "[DONE]"])
    let chat = chats.start(server, secrets: ["KEY": canary]) { $0.key = Secret("KEY") }
    let result = try await chat.result()
    #expect(result.details.result == .string("key: \(Redactor.mark) end"))
    #expect(chat.text == "key: \(Redactor.mark) end")
    expectNoCanary(chat, result)
    #expect(server.requests.first?["authorization"] == "Bearer \(canary)")
    #expect(server.requests.first.map { !String(decoding: $0.body, as: UTF8.self).contains(canary) } == true)
  }

  @Test func aSecretInAnErrorAThoughtOrAModelNameIsRedacted() async throws {
    let error = #"{"error": {"message": "Incorrect API key provided: \#(canary)"}}"#
    let refused = try ChatServer.answering("401 Unauthorized", [], error)
    let first = chats.start(refused, secrets: ["KEY": canary]) { $0.key = Secret("KEY") }
    let result = try await first.result()
    expectNoCanary(first, result)
    #expect(
      result.outcome
        == .agentFailed(
          .unauthorized, "HTTP 401: Incorrect API key provided: \(Redactor.mark); the key is secret:KEY",
          retryAfter: nil))

    let thought = #"{"choices": [{"delta": {"reasoning_content": "the key is \#(canary)"}}]}"#
    let server = try ChatServer.streaming([thought, delta("x", finish: canary, model: canary), "[DONE]"])
    let second = chats.start(server, secrets: ["A": canary]) {
      $0.headers = [.init("X-Key", SecretText([.text("k "), .secret(Secret("A"))]))]
    } _: {
      $0.prompt = "My key is \(canary)"
    }
    expectNoCanary(second, try await second.result())
    #expect(server.requests.first?["x-key"] == "k \(canary)")
  }

  @Test func theValueThatTheClientGaveGoesFirst() async throws {
    let server = try ChatServer.streaming([delta("x", finish: "stop")])
    let chat = chats.start(server, secrets: ["KEY": "from the daemon"]) {
      $0.key = Secret("KEY")
    } _: {
      $0.secrets = [Secret("KEY", value: "from-the-client")]
    }
    _ = try await chat.result()
    #expect(server.requests.first?["authorization"] == "Bearer from-the-client")
  }

  @Test func withoutItsKeyNothingIsSent() async throws {
    let server = try ChatServer.streaming([delta("x", finish: "stop")])
    let (error, _) = try await chats.start(server) { $0.key = Secret("KEY") }.failure()
    #expect(error == AgentError(.unauthorized, "secret KEY is not set"))
    #expect(server.requests.isEmpty)
  }
}
