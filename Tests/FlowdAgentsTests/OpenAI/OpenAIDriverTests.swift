import FlowdHTTP
import FlowdModel
import Glibc
import Testing

@testable import FlowdAgents

@Suite struct OpenAIDriverTests {
  private let chats: Chats

  init() throws { chats = try Chats() }

  // MARK: whole answers

  @Test func anAnswerIsStreamedAndKeptWithWhatItUsed() async throws {
    let usage =
      #"{"model": "small-2026-01-01", "choices": [], "usage": {"prompt_tokens": 12, "completion_tokens": 3}}"#
    let start = #"{"choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}}]}"#
    let server = try ChatServer.streaming([start, delta("Hello "), delta("wörld", finish: "stop"), usage, "[DONE]"])
    let chat = chats.start(server, secrets: ["KEY": "sk-12345"]) {
      $0.key = Secret("KEY")
      $0.headers = [.init("X-Team", SecretText("a"))]
      $0.parameters = [.init("temperature", .number("0")), .init("model", .string("other"))]
    } _: {
      $0.system = "Be brief"
    }
    let result = try await chat.result()
    #expect(result.outcome == .answered)
    #expect(result.details.result == .string("Hello wörld"))
    #expect(String(decoding: result.stdout, as: UTF8.self) == "Hello wörld")
    #expect(chat.text == "Hello wörld")
    #expect(
      result.details.agent
        == AgentUse(
          provider: "local", model: "small", reportedModel: "small-2026-01-01", system: "Be brief",
          prompt: "Say something", finishReason: "stop", inputTokens: 12, outputTokens: 3))
    #expect(chat.log.activities == [AgentActivity(.usage, "12 tokens in, 3 tokens out")])

    let request = try #require(server.requests.first)
    #expect(request.head.hasPrefix("POST /v1/chat/completions HTTP/1.1"))
    #expect(request["authorization"] == "Bearer sk-12345")
    #expect(request["x-team"] == "a")
    #expect(
      request.json.text
        == #"{"model":"small","messages":[{"role":"system","content":"Be brief"},{"role":"user","content":"Say something"}],"#
        + #""stream":true,"stream_options":{"include_usage":true},"temperature":0}"#)
  }

  @Test(arguments: ["\n", "\r", "\r\n"])
  func aDrippedStreamIsReadWhateverItsLineEnds(end: String) async throws {
    let server = try ChatServer { _, peer in
      peer.beginStream()
      let lines = [
        ": comment", "", "data: \(delta("é🌍"))", "", "event: message", "data: \(delta("€", finish: "stop"))", "",
        "data: [DONE]", "", "",
      ]
      peer.drip(lines.joined(separator: end))
      return false
    }
    let result = try await chats.start(server).result()
    #expect(result.details.result == .string("é🌍€"))
  }

  @Test(arguments: [
    #"{"model": "m", "choices": [{"index": 0, "message": {"role": "assistant", "content": "whole"}, "finish_reason": "stop"}]}"#,
    #"{"choices": [{"message": {"content": [{"type": "text", "text": "who"}, {"type": "text", "text": "le"}]}}]}"#,
  ])
  func aServerThatDoesNotStreamIsAccepted(body: String) async throws {
    let server = try ChatServer.answering("200 OK", ["Content-Type: application/json"], body)
    let chat = chats.start(server)
    #expect(try await chat.result().details.result == .string("whole"))
    #expect(chat.text == "whole")
  }

  @Test func anAnswerIsWholeWithAFinishReasonOrWithDone() async throws {
    let reason = try ChatServer.streaming([delta("a"), delta("b", finish: "stop")])
    #expect(try await chats.start(reason).result().details.result == .string("ab"))
    let done = try ChatServer.streaming([delta("a"), delta("b"), "[DONE]"])
    #expect(try await chats.start(done).result().details.result == .string("ab"))
    let cut = try ChatServer { _, peer in
      peer.beginStream()
      peer.send("data: \(delta("ab"))\n\ndata: [DONE]")
      return false
    }
    #expect(try await chats.start(cut).result().details.result == .string("ab"))
  }

  @Test func aServerThatGoesOnAfterDoneIsNotWaitedFor() async throws {
    let server = try ChatServer { _, peer in
      peer.beginStream()
      peer.send("data: \(delta("ab"))\n\ndata: [DONE]\n\ndata: \(delta("more"))\n\n")
      peer.waitForEnd()
      return false
    }
    #expect(try await chats.start(server).result().details.result == .string("ab"))
  }

  @Test func thoughtsAreActivitiesAndNoPartOfTheAnswer() async throws {
    let thought = { (text: String) in #"{"choices": [{"delta": {"reasoning_content": "\#(text)"}}]}"# }
    let server = try ChatServer.streaming([
      thought("Let me "), thought("think."), delta("42", finish: "stop"), "[DONE]",
    ])
    let chat = chats.start(server)
    #expect(try await chat.result().details.result == .string("42"))
    let text = chat.log.activities.filter { $0.kind == .thought }.map(\.text).joined()
    #expect(text == "Let me think.")
    let first = chat.log.kinds.first
    guard case .activity = first else {
      Issue.record("the thought comes before the answer, not \(String(describing: first))")
      return
    }
  }

  @Test func aServerThatRefusesToBeAskedForTheUsageIsAskedWithoutIt() async throws {
    let server = try ChatServer { number, peer in
      if number == 0 {
        let body = #"{"error": {"message": "Unknown parameter: stream_options", "type": "invalid_request_error"}}"#
        return peer.send("HTTP/1.1 400 Bad Request\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
      }
      peer.beginStream()
      peer.send("data: \(delta("ok", finish: "stop"))\n\ndata: [DONE]\n\n")
      return false
    }
    #expect(try await chats.start(server).result().details.result == .string("ok"))
    #expect(server.requests.map { $0.json["stream_options"] != nil } == [true, false])
  }

  // MARK: broken answers

  @Test func aStreamThatBreaksOffKeepsItsPart() async throws {
    let hasArrived = Semaphore()
    let reset = try ChatServer { _, peer in
      peer.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 100000\r\n\r\n")
      peer.send("data: \(delta("half of it"))\n\n")
      hasArrived.wait()
      peer.reset()
      return false
    }
    let ended = try ChatServer.streaming([delta("half "), delta("of it")])
    let broken = try ChatServer.streaming([delta("half of it"), "{no json"])
    let failed = try ChatServer.streaming([
      delta("half of it"), #"{"error": {"message": "overloaded", "type": "server_error"}}"#,
    ])
    for server in [reset, ended, broken, failed] {
      let chat = chats.start(server)
      try await eventually("the part has come") { chat.text == "half of it" }
      hasArrived.signal()
      let (error, result) = try await chat.failure()
      #expect(error.failure == .truncated)
      #expect(error.retryAfter == nil)
      #expect(String(decoding: result.stdout, as: UTF8.self) == "half of it")
      #expect(result.details.agent?.isPartial == true)
      #expect(result.details.result == nil)
      #expect(chat.text == "half of it")
      #expect(server.requests.count == 1)
    }
  }

  @Test func anErrorBeforeTheFirstTokenIsClassified() async throws {
    let limited = try ChatServer.streaming([
      #"{"error": {"message": "litellm.RateLimitError: try again in 7s", "code": "429"}}"#
    ])
    let (error, result) = try await chats.start(limited).failure()
    #expect(error == AgentError(.rateLimited, "litellm.RateLimitError: try again in 7s", retryAfter: .seconds(7)))
    #expect(result.details.agent?.isPartial == false)
    let named = try ChatServer { _, peer in
      peer.beginStream()
      peer.send("event: error\ndata: {\"error\": {\"message\": \"full\", \"type\": \"overloaded_error\"}}\n\n")
      return false
    }
    #expect(try await chats.start(named).failure().0 == AgentError(.unavailable, "full"))
    let nothing = try ChatServer.streaming([])
    #expect(try await chats.start(nothing).failure().0.failure == .unavailable)
  }

  @Test(arguments: [
    ("length", AgentFailure.truncated), ("content_filter", .refused), ("tool_calls", .truncated),
  ])
  func someFinishReasonsAreFailures(reason: String, failure: AgentFailure) async throws {
    let server = try ChatServer.streaming([delta("some"), delta(" text", finish: reason), "[DONE]"])
    let (error, result) = try await chats.start(server).failure()
    #expect(error.failure == failure)
    #expect(result.details.agent?.finishReason == reason)
    #expect(result.details.agent?.isPartial == true)
    #expect(String(decoding: result.stdout, as: UTF8.self) == "some text")
  }

  @Test func aRefusalIsAFailure() async throws {
    let refusal = #"{"choices": [{"delta": {"refusal": "I cannot help with that"}, "finish_reason": "stop"}]}"#
    let server = try ChatServer.streaming([refusal, "[DONE]"])
    let (error, _) = try await chats.start(server).failure()
    #expect(error == AgentError(.refused, "the model refuses: I cannot help with that"))
  }

  @Test func anEmptyAnswerIsAFailure() async throws {
    let server = try ChatServer.streaming([delta(" \n", finish: "stop"), "[DONE]"])
    #expect(try await chats.start(server).failure().0.message.contains("answered nothing"))
  }

  @Test func aPageForPeopleIsNoAnswer() async throws {
    let server = try ChatServer.answering("200 OK", ["Content-Type: text/html; charset=utf-8"], "<html></html>")
    #expect(try await chats.start(server).failure().0.failure == .rejected)
  }

  @Test func responsesThatAreErrorsAreClassified() async throws {
    let body = #"{"error": {"message": "Rate limit", "code": "rate_limit_exceeded"}}"#
    let limited = try ChatServer.answering("429 Too Many Requests", ["Retry-After: 9"], body)
    #expect(
      try await chats.start(limited).failure().0
        == AgentError(.rateLimited, "HTTP 429: Rate limit", retryAfter: .seconds(9)))
    let wrongKey = try ChatServer.answering("401 Unauthorized", [], #"{"error": {"message": "bad key"}}"#)
    #expect(try await chats.start(wrongKey).failure().0 == AgentError(.unauthorized, "HTTP 401: bad key"))
    let large = try ChatServer.answering("502 Bad Gateway", [], String(repeating: "x", count: 200_000))
    let (error, _) = try await chats.start(large).failure()
    #expect(error.failure == .unavailable)
    #expect(error.message.utf8.count <= Limits.stepErrorBytesMax)
  }

  @Test func aServerThatIsNotThereIsUnavailable() async throws {
    let server = try ChatServer.streaming([])
    let chat = chats.start(server) { $0.baseURL = "http://127.0.0.1:1/v1" }
    #expect(try await chat.failure().0.failure == .unavailable)
  }

  @Test func anEndlessLineIsGivenUp() async throws {
    let server = try ChatServer { _, peer in
      peer.beginStream()
      peer.send("data: ")
      let piece = [UInt8](repeating: 0x61, count: 1 << 16)
      for _ in 0..<1000 where !peer.send(piece) { break }
      return false
    }
    #expect(try await chats.start(server).failure().0.failure == .tooLarge)
  }

  @Test func anAnswerPastItsBoundIsGivenUp() async throws {
    let server = try ChatServer { _, peer in
      peer.beginStream()
      while peer.send("data: \(delta("0123456789"))\n\n") {}
      return false
    }
    let (error, result) = try await chats.start(server) { _ in
    } _: {
      $0.outputBytesMax = 1005
    }.failure()
    #expect(error == AgentError(.tooLarge, "the answer is longer than 1005 bytes (max-output)"))
    #expect(result.stdout.count == 1005)
    #expect(result.details.agent?.isPartial == true)
  }

  // MARK: time and force

  @Test func aSilentServerIsGivenUp() async throws {
    let silent = try ChatServer { _, peer in
      peer.waitForEnd()
      return false
    }
    let chat = chats.start(silent) { $0.silenceMax = .milliseconds(200) }
    #expect(try await chat.failure().0.failure == .timeout)
    let fallsSilent = try ChatServer { _, peer in
      peer.beginStream()
      peer.send("data: \(delta("half"))\n\n")
      peer.waitForEnd()
      return false
    }
    let (error, result) = try await chats.start(fallsSilent) { $0.silenceMax = .seconds(2) }.failure()
    #expect(error.failure == .truncated)
    #expect(String(decoding: result.stdout, as: UTF8.self) == "half")
  }

  @Test func theTimeoutEndsAnAttemptWithItsPart() async throws {
    let server = try ChatServer { _, peer in
      peer.beginStream()
      while peer.send("data: \(delta("tick "))\n\n") { usleep(10_000) }
      return false
    }
    let result = try await chats.start(server) { _ in
    } _: {
      $0.timeout = .seconds(2)
    }.result()
    #expect(result.outcome == .timedOut)
    #expect(result.details.agent?.isPartial == true)
    #expect(String(decoding: result.stdout, as: UTF8.self).hasPrefix("tick tick"))
  }

  @Test func aForcedEndKeepsThePartAndClosesTheConnection() async throws {
    let isGone = Locked(false)
    let server = try ChatServer { _, peer in
      peer.beginStream()
      peer.send("data: \(delta("half"))\n\n")
      peer.waitForEnd()
      isGone.withLock { $0 = true }
      return false
    }
    let chat = chats.start(server)
    try await eventually("the part has come") { chat.text == "half" }
    chat.driver.terminate()
    chat.driver.terminate()
    let result = try await chat.result()
    #expect(result.outcome == .cancelled)
    #expect(String(decoding: result.stdout, as: UTF8.self) == "half")
    try await eventually("the connection is closed") { isGone.withLock { $0 } }
  }
}
