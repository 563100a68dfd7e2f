import FlowdModel
import Testing

@testable import FlowdEngine

/// `until` waits out what a server or an agent answers and what may pass, and nothing else.
@Suite struct UntilClassTests {
  private static let until = Until(
    condition: Expression("response.status == 200"), interval: .milliseconds(200), deadline: .seconds(60))

  private static func http() throws -> (Lab, RunID) {
    let step = StepDefinition(id: "call", action: .http(HTTPStep(url: Template("http://h:1/"))), until: until)
    return try HTTPStepTests.started(FlowDefinition(id: "f", name: "f", steps: [step]))
  }

  private static func agent(mode: RunMode = .batch) throws -> (Lab, RunID) {
    var step = AgentStepTests.step()
    step.until = Until(condition: Expression("text == 'done'"), interval: .milliseconds(200), deadline: .seconds(60))
    return try AgentStepTests.started([step], mode: mode)
  }

  /// Ends the request without a response.
  private static func fail(_ lab: Lab, _ run: RunID, _ outcome: StepResult.Outcome) throws {
    let attempt = try #require(lab.running(run).first?.attempt)
    let details = StepDetails(exchange: HTTPExchange(method: "GET", url: "http://h:1/"))
    lab.report([lab.executor.finish(attempt, StepResult(outcome: outcome, details: details))])
    lab.settle()
  }

  @Test func whatMayPassIsWaitedOut() throws {
    let (lab, run) = try Self.http()
    for outcome in [StepResult.Outcome.requestFailed(.refused, "refused"), .timedOut] {
      try Self.fail(lab, run, outcome)
      lab.pass(.milliseconds(200))
    }
    for status in [404, 503, 401] {
      HTTPStepTests.respond(lab, run, status: status)
      lab.pass(.milliseconds(200))
    }
    HTTPStepTests.respond(lab, run, status: 200)
    #expect(lab.status(run) == .succeeded)
  }

  @Test(arguments: [HTTPFailure.policy, .tls, .invalid, .file, .tooLarge, .redirects])
  func aRequestThatCannotBeMadeFailsAtOnce(_ failure: HTTPFailure) throws {
    let (lab, run) = try Self.http()
    try Self.fail(lab, run, .requestFailed(failure, "no"))
    #expect(lab.status(run) == .failed)
    #expect(lab.error(run, "call") == "no")
  }

  @Test func aServersRetryAfterIsLongerThanTheInterval() throws {
    let (lab, run) = try Self.http()
    HTTPStepTests.respond(lab, run, status: 429, retryAfter: .seconds(7))
    #expect(lab.step(run, "call")?.wakeAt == lab.now + .seconds(7))
    lab.pass(.seconds(7))
    HTTPStepTests.respond(lab, run, status: 503, retryAfter: .milliseconds(1))
    #expect(lab.step(run, "call")?.wakeAt == lab.now + .milliseconds(200))
  }

  @Test func anExhaustedQuotaHoldsTheStepToo() throws {
    let (lab, run) = try Self.agent()
    lab.finish(run, "ask", .agentFailed(.quotaExhausted, "nothing left", retryAfter: .seconds(7_200)))
    #expect(lab.step(run, "ask")?.wakeAt == lab.now + .seconds(7_200))
    #expect(lab.engine.heldUntil(provider: "p", now: lab.now) == lab.now + .seconds(7_200))
  }

  @Test func whatNeedsAPersonAsksOne() throws {
    let (lab, run) = try Self.agent(mode: .interactive)
    lab.finish(run, "ask", .agentFailed(.unauthorized, "no key", retryAfter: nil))
    #expect(lab.step(run, "ask")?.status == .waitingInput)
  }

  @Test func pollingOpensNoCircuitAndClosesNone() throws {
    let (lab, run) = try Self.http()
    for _ in 0..<20 {
      try Self.fail(lab, run, .requestFailed(.refused, "refused"))
      lab.pass(.milliseconds(200))
    }
    #expect(lab.engine.circuits.isEmpty)
    #expect(lab.runningSteps(run) == ["call"])
  }
}

/// A person's time is not the step's.
@Suite struct AskedDeadlineTests {
  @Test func theTimeThatAPersonTakesCountsForNoDeadline() throws {
    var step = AgentStepTests.step()
    step.deadline = .seconds(10)
    let (lab, run) = try AgentStepTests.started([step], mode: .interactive)
    lab.pass(.seconds(4))
    lab.finish(run, "ask", .agentFailed(.unauthorized, "no key", retryAfter: nil))
    lab.pass(.seconds(3600))
    _ = try lab.answer(run, .string("retry"))
    #expect(lab.work(run, "ask")?.agent?.timeout == .seconds(6))
  }
}
