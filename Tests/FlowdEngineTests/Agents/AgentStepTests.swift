import FlowdModel
import Testing

@testable import FlowdEngine

@Suite struct AgentStepTests {
  static let provider = ProviderDefinition(
    id: "p", models: .list(["m", "n"]), defaultModel: "n",
    kind: .openAI(OpenAIProvider(baseURL: "http://h/v1", key: Secret("KEY"))))

  static func started(
    _ steps: [StepDefinition], mode: RunMode = .batch, documents: [FlowDocument] = [],
    environment: [String] = ["KEY=canary-k"]
  ) throws -> (Lab, RunID) {
    var config = Lab.config
    config.providers = [provider]
    config.defaults = SessionDefaults(flow: "f", provider: "p", model: "m", mode: mode)
    let flow = FlowDefinition(id: "f", name: "f", steps: steps, documents: documents)
    let lab = Lab(flows: [Flows.pinned(flow)], config: config)
    let session = try lab.open("/w")
    return (lab, try lab.start(session, StartRequest(cwd: "/w", environment: environment, umask: FileMask(0o027))).id)
  }

  static func step(_ id: String = "ask", _ agent: AgentStep = AgentStep(prompt: Template("Hi"))) -> StepDefinition {
    StepDefinition(id: id, action: .agent(agent))
  }

  static func attempt(_ lab: Lab, _ run: RunID, _ step: String = "ask") throws -> AttemptID {
    try #require(lab.running(run).first { $0.step == step }?.attempt)
  }

  @Test func anAgentIsGivenTheSnapshotsProviderAndModel() throws {
    let (lab, run) = try Self.started([Self.step()])
    let request = try #require(lab.work(run, "ask")?.agent)
    #expect(request.provider.id == "p")
    #expect(request.model == "m")
    #expect(request.prompt == "Hi")
    #expect(request.isReadOnly)
    #expect(request.umask == FileMask(0o027))
    guard case .openAI(let provider) = request.provider.kind else {
      Issue.record("another kind")
      return
    }
    // As the client that started the run has it.
    #expect(provider.key == Secret("KEY", value: "canary-k"))
    #expect(request.redacted == ["canary-k"])
    let key = try #require(lab.store.run(run)?.key)
    #expect(lab.store.environments[key] == [])
  }

  @Test func aStepMayNameAnotherModel() throws {
    var agent = AgentStep(prompt: Template("Hi"))
    agent.model = Template("n")
    let (lab, run) = try Self.started([Self.step("ask", agent)])
    #expect(lab.work(run, "ask")?.agent?.model == "n")
  }

  @Test func aModelThatTheProviderLacksIsRefused() throws {
    var agent = AgentStep(prompt: Template("Hi"))
    agent.model = Template("other")
    let (lab, run) = try Self.started([Self.step("ask", agent)])
    #expect(lab.error(run, "ask") == "provider 'p' has no model 'other'")
  }

  @Test func personaContractsAndPromptArePutTogether() throws {
    var agent = AgentStep(prompt: Template("Look."))
    agent.persona = "reviewer"
    agent.contracts = ["evidence"]
    let documents = [
      FlowDocument(kind: .persona, name: "reviewer", text: "You review."),
      FlowDocument(kind: .contract, name: "evidence", text: "Give proof."),
    ]
    let (lab, run) = try Self.started([Self.step("ask", agent)], documents: documents)
    let request = try #require(lab.work(run, "ask")?.agent)
    #expect(request.system == "You review.")
    #expect(request.prompt == "Give proof.\n\nLook.")
    // Stored before it is sent.
    #expect(lab.output(run, "ask")?.details.agent?.prompt == "Give proof.\n\nLook.")
  }

  @Test func thePromptOfTheFirstAttemptIsUsedAfterARestart() throws {
    let now = Template([.expression(Expression("now()"))])
    let (lab, run) = try Self.started([Self.step("ask", AgentStep(prompt: now))])
    let before = try #require(lab.work(run, "ask")?.agent?.prompt)
    lab.restart()
    lab.now = lab.now + .seconds(60)
    lab.resume()
    lab.settle()
    let request = try #require(lab.work(run, "ask")?.agent)
    #expect(request.attempt.attempt == 2)
    #expect(request.prompt == before)
  }

  @Test func anAnswerIsReadByLaterSteps() throws {
    let reads = ExpressionReads(steps: [0])
    let wait = StepDefinition(
      id: "next", needs: [Need(step: 0)],
      action: .run(
        .arguments([
          Template([.expression(Expression("steps.ask.text", reads: reads))]),
          Template([.expression(Expression("steps.ask.usage.output_tokens", reads: reads))]),
        ])))
    let (lab, run) = try Self.started([Self.step(), wait])
    var use = AgentUse(provider: "p", model: "m", prompt: "Hi", outputTokens: 3)
    use.finishReason = "stop"
    let result = StepResult(
      outcome: .answered, stdout: Array("Hello".utf8), details: StepDetails(result: .string("Hello"), agent: use))
    lab.report([lab.executor.finish(try Self.attempt(lab, run), result)])
    lab.settle()
    #expect(lab.request(run, "next")?.arguments == ["Hello", "3"])
  }

  @Test func checksLookAtTheAnswerAsText() throws {
    var step = Self.step()
    step.expect = [
      Check(
        query: .regex(pattern: "^Hello$"), predicates: [CheckPredicate(.exists)])
    ]
    let (lab, run) = try Self.started([step])
    let result = StepResult(
      outcome: .answered, stdout: Array("Hello".utf8),
      details: StepDetails(result: .string("Hello"), agent: AgentUse(provider: "p", model: "m")))
    lab.report([lab.executor.finish(try Self.attempt(lab, run), result)])
    lab.settle()
    #expect(lab.status(run) == .succeeded, "\(lab.error(run, "ask") ?? "")")
  }

  @Test func aSubflowsStepsKeepTheSecretsOfTheRunAroundIt() throws {
    let inner = Flows.pinned(Flows.single("inner"))
    let steps = [StepDefinition(id: "sub", action: .flow(SubflowCall(flow: "inner")))]
    let outer = FlowDefinition(id: "outer", name: "outer", steps: steps, secrets: ["TOKEN"])
    let (lab, session) = try Lab.withSession(Flows.pinned(outer, subflows: ["inner": inner]), others: [inner])
    let run = try lab.start(session, StartRequest(environment: ["TOKEN=canary-3"])).id
    let child = try #require(lab.store.children(of: run).first?.id)
    #expect(lab.request(child, "only")?.redacted.contains("canary-3") == true)
  }

  // MARK: permissions

  private static let question = AgentQuestion(
    id: "7", prompt: "Write a.txt?", options: ["allow once", "reject once"], denial: "reject once")

  private static func asked(_ mode: RunMode) throws -> (Lab, RunID, AttemptID) {
    let (lab, run) = try Self.started([Self.step()], mode: mode)
    let attempt = try Self.attempt(lab, run)
    lab.report([StepReport(attempt: attempt, kind: .asked(Self.question))])
    lab.settle()
    return (lab, run, attempt)
  }

  @Test func aPermissionIsAskedOfAPersonAndHandedToTheAgentThatWaits() throws {
    let (lab, run, attempt) = try Self.asked(.interactive)
    #expect(lab.status(run) == .waitingInput)
    #expect(lab.step(run, "ask")?.question?.id == "ask#1?7")
    _ = try lab.answer(run, .string("allow once"))
    #expect(lab.executor.attempts[attempt]?.answers == ["7=allow once"])
    #expect(lab.step(run, "ask")?.status == .running)
    #expect(lab.step(run, "ask")?.attempt == 1)
    lab.finish(run, "ask", .answered)
    #expect(lab.status(run) == .succeeded)
    #expect(
      lab.output(run, "ask")?.details.agent?.permissions
        == [AgentUse.Permission(question: "Write a.txt?", answer: "allow once")])
  }

  @Test func inBatchAPermissionIsDenied() throws {
    let (lab, run, attempt) = try Self.asked(.batch)
    #expect(lab.executor.attempts[attempt]?.answers == ["7=reject once"])
    #expect(lab.step(run, "ask")?.status == .running)
  }

  @Test func aChangeToBatchDeniesWhatWaits() throws {
    let (lab, run, attempt) = try Self.asked(.interactive)
    let session = try #require(lab.store.run(run)?.sessionID)
    _ = try lab.call(.setMode(.batch, expected: Expected()), on: .session(session))
    #expect(lab.executor.attempts[attempt]?.answers == ["7=reject once"])
  }

  @Test func anAnswerAfterARestartIsForAnotherAttempt() throws {
    let (lab, run, _) = try Self.asked(.interactive)
    lab.restart()
    lab.resume()
    lab.settle()
    #expect(lab.step(run, "ask")?.status == .waitingInput)
    _ = try lab.answer(run, .string("allow once"))
    let request = try #require(lab.work(run, "ask")?.agent)
    #expect(request.attempt.attempt == 2)
    #expect(request.prompt.hasPrefix("Hi\n\n"))
    #expect(request.prompt.contains("Write a.txt?") && request.prompt.contains("allow once"))
  }

  @Test func theQuestionOfAnAgentThatDiedStays() throws {
    let (lab, run, attempt) = try Self.asked(.interactive)
    lab.report([lab.executor.finish(attempt, .agentFailed(.failed, "died", retryAfter: nil))])
    lab.settle()
    #expect(lab.step(run, "ask")?.status == .waitingInput)
    _ = try lab.answer(run, .string("reject once"))
    #expect(lab.work(run, "ask")?.agent?.attempt.attempt == 2)
  }

  @Test(arguments: [CancelMode.graceful, .force])
  func aCancelEndsAnAgentThatWaits(_ mode: CancelMode) throws {
    let (lab, run, attempt) = try Self.asked(.interactive)
    let session = try #require(lab.store.run(run)?.sessionID)
    _ = try lab.cancel(session, run, mode)
    #expect(lab.executor.attempts[attempt]?.isTerminated == true)
    #expect(lab.step(run, "ask")?.status == .cancelled)
    // What it says at its end is late.
    lab.report([lab.executor.finish(attempt, .cancelled)])
    lab.settle()
    #expect(lab.status(run)?.isFinal == true)
  }

  // MARK: failures

  @Test func whatOnlyAPersonCanMendIsAskedAbout() throws {
    let (lab, run) = try Self.started([Self.step()], mode: .interactive)
    lab.finish(run, "ask", .agentFailed(.unauthorized, "the key is wrong", retryAfter: nil))
    #expect(lab.step(run, "ask")?.question?.reason == .error)
    _ = try lab.answer(run, .string("retry"))
    #expect(lab.work(run, "ask")?.agent?.attempt.attempt == 2)
  }

  @Test(arguments: AgentFailure.allCases)
  func failuresHaveAClass(_ failure: AgentFailure) {
    let (_, error) = ErrorClassification.classify(.agentFailed(failure, "x", retryAfter: nil), timeout: nil)
    let expected: StepError.Class =
      switch failure {
      case .rateLimited, .unavailable, .timeout, .failed: .recoverable
      case .unauthorized, .notInstalled: .needsUser
      default: .fatal
      }
    #expect(error?.errorClass == expected)
  }

  // MARK: quotas

  private static let exhausted = StepResult.Outcome.agentFailed(
    .quotaExhausted, "nothing left", retryAfter: .seconds(7_200))

  @Test func anExhaustedQuotaParksEveryStepOnItsProvider() throws {
    let (lab, run) = try Self.started(["a", "b", "c"].map { Self.step($0) })
    lab.finish(run, "a", Self.exhausted)
    let reset = lab.now + .seconds(7_200)
    #expect(lab.step(run, "a")?.wakeAt == reset)
    #expect(lab.engine.heldUntil(provider: "p", now: lab.now) == reset)
    lab.finish(run, "b", Self.exhausted)
    #expect(lab.engine.heldUntil(provider: "p", now: lab.now) == reset)
  }

  @Test(arguments: [
    StepResult.Outcome.answered, .agentFailed(.unavailable, "down", retryAfter: nil), .cancelled,
  ])
  func whatWasUnderWayDoesNotEndAHold(_ outcome: StepResult.Outcome) throws {
    let (lab, run) = try Self.started(["a", "b"].map { Self.step($0) })
    lab.finish(run, "a", Self.exhausted)
    let reset = lab.now + .seconds(7_200)
    lab.finish(run, "b", outcome)
    #expect(lab.engine.heldUntil(provider: "p", now: lab.now) == reset)
    #expect(lab.store.holds.keys.sorted() == ["provider p"])
  }

  @Test func aHoldOutlivesTheDaemonAndOneProbeEndsIt() throws {
    let steps = ["a", "b"].map { id in
      StepDefinition(id: id, needs: id == "b" ? [] : [], action: .agent(AgentStep(prompt: Template("Hi"))))
    }
    let (lab, run) = try Self.started(steps)
    let reset = lab.now + .seconds(7_200)
    lab.finish(run, "a", Self.exhausted)
    lab.finish(run, "b", Self.exhausted)
    #expect(lab.store.holds.keys.sorted() == ["provider p"])
    lab.restart()
    lab.resume()
    lab.settle()
    #expect(lab.runningSteps(run) == [])
    #expect(lab.engine.circuits.first?.reason.contains("quota") == true)
    lab.pass(reset - lab.now)
    #expect(lab.runningSteps(run).count == 1)
    lab.finish(run, try #require(lab.runningSteps(run).first), .answered)
    #expect(lab.store.holds.isEmpty)
    lab.pass(.seconds(2))
    #expect(lab.runningSteps(run).count == 1)
    lab.finish(run, try #require(lab.runningSteps(run).first), .answered)
    #expect(lab.status(run) == .succeeded)
  }

  @Test func aStepThatMayNotWaitSoLongFails() throws {
    var step = Self.step()
    step.deadline = .seconds(60)
    let (lab, run) = try Self.started([step])
    lab.finish(run, "ask", Self.exhausted)
    #expect(lab.status(run) == .failed)
    // What is known holds for the others.
    #expect(lab.engine.heldUntil(provider: "p", now: lab.now) == lab.now + .seconds(7_200))
  }

  @Test func aQuotaWithoutAKnownResetFails() throws {
    let (lab, run) = try Self.started([Self.step()])
    lab.finish(run, "ask", .agentFailed(.quotaExhausted, "nothing left", retryAfter: nil))
    #expect(lab.status(run) == .failed)
  }
}
