@testable import FlowdEngine
import FlowdModel
import Testing

/// Faults seen in editors' flow controls; each must be impossible here.
@Suite("Lessons: flow controls of editors")
struct MetadataLessonTests {
  private static let chain = Flows.chain("f", 2)

  @Test("Changes that are still on their way when a start comes are in it, without any client's help")
  func pendingMetadataCountsForTheStart() throws {
    let (lab, session) = try Lab.withSession(Self.chain, others: [Flows.single("g")])
    // All at once, nothing awaited, nothing committed in between.
    let calls = [
      Command.setProviderModel(provider: "q", model: "n", expected: Expected()),
      .setExecutedFlow(flow: "g", expected: Expected()), .start(StartRequest()),
    ].map { lab.submit($0, to: .session(session)) }
    lab.settle()
    guard case .success(.started(let record, _)) = lab.answers[calls[2]] else { throw LabError.otherAnswer }
    #expect(record.snapshot.flowID == "g" && record.snapshot.providerID == "q" && record.snapshot.modelID == "n")
  }

  @Test("A start is answered with its run's id while the run goes on")
  func startReturnsOnAdmission() throws {
    let (lab, session) = try Lab.withSession(Self.chain)
    let run = try lab.start(session)
    #expect(lab.status(run.id) == .running)
  }

  @Test("What runs is what is shown, never what was used last")
  func shownIsExecuted() throws {
    let (lab, session) = try Lab.withSession(Self.chain, others: [Flows.single("g")])
    lab.finish(try lab.start(session).id, "s0", .exited(1))
    #expect(lab.meta(session)?.lastUsedFlowID == "f")
    _ = try lab.call(.setExecutedFlow(flow: "g", expected: Expected()), on: .session(session))
    #expect(try lab.start(session).snapshot.flowID == "g")
    // And when what is shown is gone, nothing else runs in its place.
    lab.flows["g"] = nil
    #expect(lab.refusal(of: .start(StartRequest(ifActive: .parallel)), on: session)?.reason == "FLOW_NOT_FOUND")
  }

  @Test("A flow that does not exist is refused before anything is kept")
  func unknownFlowIsNotKept() throws {
    let (lab, session) = try Lab.withSession(Self.chain)
    let events = lab.store.events
    #expect(lab.refusal(of: .setExecutedFlow(flow: "x", expected: Expected()), on: session)?.code == .notFound)
    #expect(lab.store.events == events && lab.meta(session)?.executedFlowID == "f")
  }

  @Test("A session that does not exist is told so")
  func unknownSessionIsRefused() throws {
    let (lab, _) = try Lab.withSession(Self.chain)
    let unknown = SessionID(UUIDv7(high: 1, low: 2))
    #expect(lab.refusal(of: .start(StartRequest()), on: unknown) == .sessionNotFound(unknown.description))
  }

  @Test("Nothing that changes while a run goes on reaches its steps")
  func settingsAreNotReadLive() throws {
    let (lab, session) = try Lab.withSession(
      try Flows.parse(
        "f",
        """
        steps:
          - { id: a, uses: run, with: { command: "true" } }
          - { id: b, uses: run, with: { command: "true" }, env: { ON: "${{ run.provider }} ${{ run.model }}" } }
        """))
    let run = try lab.start(session).id
    _ = try lab.call(.setProviderModel(provider: "q", model: "n", expected: Expected()), on: .session(session))
    lab.flows["f"] = .found(Flows.pinned(Flows.single("f"), version: 9))
    lab.restart()
    lab.resume()
    lab.settle()
    lab.finish(run, "a")
    #expect(lab.request(run, "b")?.environment.contains("ON=p m") == true)
  }

  @Test("What a cancelled run still has to say changes no metadata")
  func lateWritesOfACancelledRun() throws {
    let (lab, session) = try Lab.withSession(Self.chain)
    let run = try lab.start(session).id
    _ = try lab.cancel(session, run, .force)
    _ = try lab.call(.setProviderModel(provider: "q", model: "n", expected: Expected()), on: .session(session))
    let meta = lab.meta(session)
    lab.finish(run, "s0", .cancelled)
    #expect(lab.meta(session) == meta)
    // A client that writes what it saw before is refused.
    let stale = Command.setProviderModel(provider: "p", model: "m", expected: Expected(revision: 1))
    #expect(lab.refusal(of: stale, on: session)?.code == .aborted)
  }

  @Test("An end that is reported after the run's own end does not turn it back")
  func terminalStatesAreFinal() throws {
    let (lab, session) = try Lab.withSession(Self.chain)
    let run = try lab.start(session).id
    let attempt = try #require(lab.executor.running.first)
    _ = try lab.cancel(session, run, .force)
    lab.report([lab.executor.finish(attempt, .cancelled)])
    lab.settle()
    let events = lab.store.events
    lab.report([
      StepReport(attempt: attempt, kind: .finished(StepResult(outcome: .exited(0)))),
      lab.executor.output(attempt, "late"),
    ])
    lab.settle()
    lab.pass(.seconds(60))
    #expect(lab.store.events == events && lab.status(run) == .cancelled)
  }

  @Test("A cancel without a run ends the session's own active run, and nothing of other sessions")
  func cancelWithoutARun() throws {
    let (lab, first) = try Lab.withSession(Self.chain)
    let second = try lab.open("/w")
    let runs = [try lab.start(first).id, try lab.start(second).id]
    let (view, _) = try lab.cancel(second, nil, .force)
    #expect(view.record.id == runs[1])
    lab.finish(runs[1], "s0", .cancelled)
    #expect(runs.map { lab.status($0) } == [.running, .cancelled])
    #expect(lab.running(runs[0]).allSatisfy { lab.executor.attempts[$0.attempt]?.isTerminated == false })
  }

  @Test("Of two questions none is answered by an answer that does not say which")
  func twoWaitingInputs() throws {
    let (lab, run) = try Lab.running(
      """
      steps:
        - { id: one, uses: input, needs: [], with: { prompt: First? } }
        - { id: two, uses: input, needs: [], with: { prompt: Second? } }
      """, mode: .interactive)
    let refusal = lab.refusal(of: .answer(AnswerRequest(run: run, value: .string("x"))), ofRun: run)
    #expect(refusal?.reason == "INPUT_AMBIGUOUS")
    #expect(lab.stepStatuses(run) == [.waitingInput, .waitingInput])
  }
}
