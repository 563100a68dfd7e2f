import FlowdModel
import Testing

@testable import FlowdEngine

/// Many steps that wait for one provider.
@Suite struct HeldListTests {
  private static let exhausted = StepResult.Outcome.agentFailed(
    .quotaExhausted, "nothing left", retryAfter: .seconds(7_200))

  private static func started(_ count: Int) throws -> (Lab, RunID) {
    var step = AgentStepTests.step("ask", AgentStep(prompt: Template([.expression(Expression("item"))])))
    let items = (1...count).map { JSONValue.string("prompt \($0)") }
    step.foreach = Foreach(list: .constant(.array(items)), name: "item")
    let flow = FlowDefinition(id: "f", name: "f", maxParallel: 4, steps: [step])
    var config = Lab.config
    config.providers = [AgentStepTests.provider]
    config.defaults = SessionDefaults(flow: "f", provider: "p", model: "m", mode: .batch)
    let lab = Lab(flows: [Flows.pinned(flow)], config: config)
    return (lab, try lab.start(try lab.open("/w"), StartRequest(cwd: "/w", environment: ["KEY=canary-k"])).id)
  }

  @Test func oneChildOfAListWaitsForAHeldProviderAndTheOthersBehindIt() throws {
    let (lab, run) = try Self.started(100)
    for name in lab.runningSteps(run) { lab.finish(run, name, Self.exhausted) }
    lab.settle()
    #expect(lab.runningSteps(run) == [])
    let statuses = (0..<100).map { lab.step(run, "ask[\($0)]")?.status ?? .pending }
    // The four that found out, and one for all others.
    #expect(statuses.count { $0 == .waitingRetry } == 5)
    #expect(statuses.count { $0 == .pending } == 95)
    lab.pass(.seconds(7_200))
    #expect(lab.runningSteps(run).count == 1)
    lab.finish(run, try #require(lab.runningSteps(run).first), .answered)
    lab.pass(.seconds(2))
    var rounds = 0
    while lab.status(run) == .running, rounds < 200 {
      rounds += 1
      for name in lab.runningSteps(run) { lab.finish(run, name, .answered) }
      lab.pass(.seconds(1))
    }
    #expect(lab.status(run) == .succeeded)
  }

  @Test(arguments: [CancelMode.graceful, .force])
  func theOthersAreNotRunWhenTheRunIsCancelled(_ mode: CancelMode) throws {
    let (lab, run) = try Self.started(20)
    for name in lab.runningSteps(run) { lab.finish(run, name, Self.exhausted) }
    _ = try lab.cancel(try #require(lab.store.run(run)?.sessionID), run, mode)
    lab.settle()
    #expect(lab.status(run) == (mode == .force ? .cancelled : .interrupted))
    #expect(!lab.stepStatuses(run).contains { !$0.isFinal })
  }

  @Test func theyGoOnAfterARestart() throws {
    let (lab, run) = try Self.started(20)
    for name in lab.runningSteps(run) { lab.finish(run, name, Self.exhausted) }
    lab.restart()
    lab.resume()
    lab.settle()
    #expect(lab.runningSteps(run) == [])
    lab.pass(.seconds(7_200))
    var rounds = 0
    while lab.status(run) == .running, rounds < 100 {
      rounds += 1
      for name in lab.runningSteps(run) { lab.finish(run, name, .answered) }
      lab.pass(.seconds(1))
    }
    #expect(lab.status(run) == .succeeded)
  }

  @Test func anAgentThatAsksShowsThatItsProviderWorks() throws {
    let (lab, run) = try AgentStepTests.started(
      ["a", "b"].map { id in
        var step = AgentStepTests.step(id)
        step.retry = RetryPolicy(limit: 100, delay: .milliseconds(1), jitter: 0)
        step.needs = []
        return step
      }, mode: .interactive)
    while lab.engine.circuits.first?.state != .open {
      for name in lab.runningSteps(run) { lab.finish(run, name, .agentFailed(.failed, "down", retryAfter: nil)) }
      lab.pass(.milliseconds(10))
    }
    lab.pass(Limits.circuitDelay)
    let probe = try #require(lab.running(run).first)
    let question = AgentQuestion(id: "1", prompt: "May I?", options: ["Allow", "Deny"], denial: "Deny")
    lab.report([StepReport(attempt: probe.attempt, kind: .asked(question))])
    lab.settle()
    // Nobody has answered, and the others go on.
    #expect(lab.engine.circuits.isEmpty)
    lab.pass(.seconds(2))
    #expect(lab.runningSteps(run).sorted() == ["a", "b"])
  }

  @Test func anAgentHasNoSecretsThatItsStepDoesNotName() throws {
    var flow = FlowDefinition(id: "f", name: "f", steps: [AgentStepTests.step(), AgentStepTests.step("named")])
    flow.inputs = [InputDefinition(name: "k", kind: .secret, defaultValue: .string("secret:TOK"))]
    flow.secrets = ["OTHER"]
    flow.steps[1].env = [EnvironmentEntry(name: "OTHER", value: Template([.expression(Expression("secrets.OTHER"))]))]
    var config = Lab.config
    config.providers = [AgentStepTests.provider]
    config.defaults = SessionDefaults(flow: "f", provider: "p", model: "m", mode: .batch)
    let lab = Lab(flows: [Flows.pinned(flow)], config: config)
    let environment = ["TOK=canary-t", "OTHER=canary-o", "PATH=/bin"]
    let run = try lab.start(try lab.open("/w"), StartRequest(cwd: "/w", environment: environment)).id
    let request = try #require(lab.work(run, "ask")?.agent)
    #expect(request.environment.contains("PATH=/bin"))
    #expect(!request.environment.contains { $0.contains("canary") })
    #expect(request.environmentSecrets == [])
    lab.finish(run, "ask", .answered)
    #expect(lab.work(run, "named")?.agent?.environment.contains("OTHER=canary-o") == true)
  }
}
