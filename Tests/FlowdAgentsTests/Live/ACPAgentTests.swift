import FlowdModel
import Testing

@testable import FlowdAgents

/// Agents that speak ACP, as real processes.
@Suite struct ACPAgentTests {
  private func request(
    _ agents: Agents, _ orders: String, _ change: (inout AgentCommand, inout AgentRequest) -> Void = { _, _ in }
  ) -> AgentRequest {
    agents.request(python: ACPAgent.program) { command, request in
      command.output = .acp
      command.promptBy = .protocolMessage
      request.prompt = orders
      change(&command, &request)
    }
  }

  private func failure(_ result: StepResult) -> (failure: AgentFailure, message: String)? {
    if case .agentFailed(let failure, let message, _) = result.outcome { (failure, message) } else { nil }
  }

  @Test func aTurnGivesItsAnswer() async throws {
    let agents = try Agents()
    let request = request(agents, "think hm\nsay Hello \nsay you\nerr aside")
    let result = try await agents.result(request)
    #expect(result.outcome == .answered)
    #expect(result.details.result == .string("Hello you"))
    #expect(String(decoding: result.stderr, as: UTF8.self) == "aside\n")
    #expect(agents.text(of: request.attempt) == "Hello you")
    #expect(agents.activities(of: request.attempt, .thought) == ["hm"])
    let use = try #require(result.details.agent)
    #expect(use.reportedModel == "m-1")
    #expect(use.finishReason == "end_turn")
    #expect(use.inputTokens == 3)
    #expect(use.outputTokens == 2)
  }

  @Test func aModelIsSetAndConfirmed() async throws {
    let agents = try Agents()
    let result = try await agents.result(request(agents, "say x") { $1.model = "m-2" })
    #expect(result.details.agent?.reportedModel == "m-2")
  }

  @Test(arguments: ["stuck", "m-9"]) func aModelThatIsNotTakenIsRefused(model: String) async throws {
    let agents = try Agents()
    let result = try await agents.result(request(agents, "say x") { $1.model = model })
    #expect(failure(result)?.failure == .wrongModel)
    #expect(result.stdout.isEmpty)
  }

  @Test func leavingTheReadOnlyModeEndsIt() async throws {
    let agents = try Agents()
    let result = try await agents.result(
      request(agents, "say x\nmode plan\nmode ask\nsleep 60\nsay y") { command, _ in command.readOnlyMode = "plan" })
    #expect(failure(result)?.failure == .wrongModel)
    #expect(String(decoding: result.stdout, as: UTF8.self) == "x")
  }

  @Test func aReadOnlyAgentIsRefusedWhatItAsksForAndCannotTakeIt() async throws {
    let agents = try Agents()
    let request = request(agents, "say \nask edit Edit a\nwrite \(agents.folder.path)/a") { $1.mayAsk = true }
    let result = try await agents.result(request)
    #expect(result.details.result == .string("nerrno 13"))
    #expect(result.details.agent?.permissions.map(\.answer) == ["rejected: the step is read-only"])
    #expect(agents.activities(of: request.attempt, .permission).count == 1)
  }

  @Test func aPersonIsAskedAndTheAgentWaits() async throws {
    let agents = try Agents()
    let request = request(agents, "ask edit Edit a\nask execute Run b") { command, request in
      request.isReadOnly = false
      request.mayAsk = true
      request.timeout = .seconds(60)
      command.silenceMax = .seconds(60)
    }
    let attempt = agents.start(request)
    try await eventually("it asks") { agents.questions(of: attempt).count == 1 }
    #expect(agents.questions(of: attempt)[0].options == ["Allow", "Reject"])
    agents.executor.answer(attempt, question: "permission-9", option: "Allow")
    agents.executor.answer(attempt, question: "permission-1", option: "Allow")
    try await eventually("it asks again") { agents.questions(of: attempt).count == 2 }
    agents.executor.answer(attempt, question: "permission-2", option: "Reject")
    let result = try await agents.result(of: attempt)
    #expect(result.outcome == .answered)
    #expect(result.details.result == .string("y\n\nn"))
    #expect(result.details.agent?.permissions == [])
  }

  @Test func aCancelIsToldToTheAgent() async throws {
    let agents = try Agents()
    let request = request(agents, "say half\nask fetch Fetch x\nsay no") { $1.mayAsk = true }
    let attempt = agents.start(request)
    try await eventually("it asks") { !agents.questions(of: attempt).isEmpty }
    agents.executor.terminate(attempt)
    let result = try await agents.result(of: attempt)
    #expect(result.outcome == .cancelled)
    #expect(String(decoding: result.stdout, as: UTF8.self).hasPrefix("half"))
    #expect(result.details.agent?.isPartial == true)
    #expect(!String(decoding: result.stderr, as: UTF8.self).contains("left open"))
  }

  @Test func anAgentThatIsDeafToACancelIsEndedByForce() async throws {
    let agents = try Agents()
    let attempt = agents.start(request(agents, "say half\nhang"))
    try await eventually("it has begun") { agents.text(of: attempt) == "half" }
    agents.executor.terminate(attempt)
    #expect(try await agents.result(of: attempt).outcome == .cancelled)
  }

  @Test(arguments: [
    ("stop max_tokens", AgentFailure.truncated), ("stop refusal", .refused), ("fail rate limit", .rateLimited),
    ("fail boom", .failed), ("raw {broken", .failed), ("raw {\"id\":77,\"result\":{}}", .failed),
    ("die 3", .failed), ("die 0", .failed), ("kill", .failed), ("stray 2000\nsleep 60", .failed),
    ("err Invalid API key\ndie 1", .unauthorized),
  ])
  func whatWasAnsweredIsKeptWhenItFails(orders: String, kind: AgentFailure) async throws {
    let agents = try Agents()
    let result = try await agents.result(request(agents, "say part\n\(orders)"))
    #expect(failure(result)?.failure == kind, "\(result.outcome)")
    #expect(String(decoding: result.stdout, as: UTF8.self) == "part")
    #expect(result.details.agent?.isPartial == true)
  }

  @Test func howItDiedIsExplained() async throws {
    let agents = try Agents()
    #expect(failure(try await agents.result(request(agents, "say x\ndie 3")))?.message.contains("exit code 3") == true)
    #expect(failure(try await agents.result(request(agents, "say x\nkill")))?.message.contains("SIGKILL") == true)
    #expect(
      failure(try await agents.result(request(agents, "say x\ndie 0")))?.message.contains("before it had answered")
        == true)
  }

  @Test func aLineWithoutAnEndIsBounded() async throws {
    let agents = try Agents()
    let result = try await agents.result(request(agents, "say part\nlong \(Limits.agentLineBytesMax + 10)\nsleep 60"))
    #expect(failure(result)?.failure == .tooLarge)
  }

  @Test func aFloodIsTakenInOrBounded() async throws {
    let agents = try Agents()
    let large = try await agents.result(request(agents, "flood 8000"), within: .seconds(60))
    #expect(large.outcome == .answered)
    #expect(large.stdout.count == 800_000)
    let tooLarge = try await agents.result(
      request(agents, "flood 8000") { $1.outputBytesMax = 10_000 }, within: .seconds(60))
    #expect(failure(tooLarge)?.failure == .tooLarge)
    #expect(tooLarge.stdout.count == 10_000)
  }

  @Test func anAgentIsNotReadWhenNobodyTakesWhatItSays() async throws {
    let agents = try Agents(acknowledges: false)
    let attempt = agents.start(request(agents, "flood 20000") { $1.outputBytesMax = 4_000_000 })
    var taken = 0
    try await eventually("all is taken over", within: .seconds(60)) {
      let out = agents.text(of: attempt).utf8.count
      #expect(out - taken < 2 * Limits.unacknowledgedOutputBytesMax)
      agents.executor.acknowledge(attempt, bytes: out - taken)
      taken = out
      return agents.resultIfFinished(attempt) != nil
    }
    #expect(try await agents.result(of: attempt).stdout.count == 2_000_000)
  }

  @Test func anAnswerThatIsNoJSONIsAskedForInTheSameSession() async throws {
    let agents = try Agents()
    // The prompt that asks again holds none of the orders, so the agent is told them by its own.
    let program = ACPAgent.program.replacing(#"(id, params["prompt"][0]["text"])"#, with: #"(id, "json")"#)
    let request = agents.request(python: program) { command, request in
      command.output = .acp
      request.output = .json
    }
    let result = try await agents.result(request)
    #expect(result.details.result == .object([.init("ok", .bool(true))]))
    #expect(String(decoding: result.stdout, as: UTF8.self) == "{\"ok\": true}")
    #expect(result.details.agent?.inputTokens == 6)
  }

  @Test func aCommandThatSpeaksSomethingElseIsEnded() async throws {
    let agents = try Agents()
    let request = agents.request(shell: "sleep 100") { command, _ in
      command.output = .acp
      command.silenceMax = .milliseconds(300)
    }
    let result = try await agents.result(request)
    #expect(failure(result)?.failure == .timeout)
    #expect(failure(result)?.message.contains("ACP") == true)
  }

  @Test func whatItWritesOfASecretIsTakenOut() async throws {
    let agents = try Agents(secrets: ["KEY": "swordfish-42"])
    let request = request(
      agents, "env KEY\nthink swordfish-42\nask fetch swordfish-42\nraw swordfish-42\nfail swordfish-42"
    ) {
      command, request in
      command.environment = [.init("KEY", SecretText([.secret(Secret("KEY"))]))]
      request.mayAsk = true
    }
    let attempt = agents.start(request)
    try await eventually("it asks") { !agents.questions(of: attempt).isEmpty }
    agents.executor.answer(attempt, question: "permission-1", option: "Allow")
    let result = try await agents.result(of: attempt)
    #expect(failure(result)?.failure == .failed)
    #expect(String(decoding: result.stdout, as: UTF8.self).hasPrefix("[secret]"))
    #expect(!"\(agents.reports(of: attempt))".contains("swordfish"))
  }
}
