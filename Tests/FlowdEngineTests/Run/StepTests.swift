@testable import FlowdEngine
import FlowdModel
import Testing

@Suite("Steps of a run")
struct StepTests {
  private static func flow(_ steps: [StepDefinition], maxParallel: Int = 8) -> FlowDefinition {
    FlowDefinition(id: "f", name: "f", maxParallel: maxParallel, steps: steps)
  }

  @Test("A step starts as soon as what it needs is settled, not in waves")
  func noWaves() throws {
    let flow = Self.flow([
      Flows.step("a"), Flows.step("b"), Flows.step("afterA", needs: [Need(step: 0)]),
      Flows.step("afterBoth", needs: [Need(step: 1), Need(step: 2)]),
    ])
    let (lab, session) = try Lab.withSession(flow)
    let run = try lab.start(session).id
    #expect(lab.runningSteps(run) == ["a", "b"])
    lab.finish(run, "a")
    #expect(lab.runningSteps(run) == ["b", "afterA"])
    lab.finish(run, "afterA")
    #expect(lab.runningSteps(run) == ["b"])
    lab.finish(run, "b")
    lab.finish(run, "afterBoth")
    #expect(lab.status(run) == .succeeded)
  }

  @Test("No more steps run at once than the flow says; those first in the file go first", arguments: 1...4)
  func maxParallel(_ bound: Int) throws {
    let flow = Self.flow((0..<9).map { Flows.step("s\($0)") }, maxParallel: bound)
    let (lab, session) = try Lab.withSession(flow)
    let run = try lab.start(session).id
    for index in 0..<9 {
      #expect(lab.runningSteps(run) == (index..<min(9, index + bound)).map { "s\($0)" })
      lab.finish(run, "s\(index)")
    }
    #expect(lab.status(run) == .succeeded)
  }

  @Test("A failed step fails the run: what runs is ended, what waits is not run")
  func failure() throws {
    let flow = Self.flow([Flows.step("a"), Flows.step("b"), Flows.step("c", needs: [Need(step: 1, any: true)])])
    let (lab, session) = try Lab.withSession(flow)
    let run = try lab.start(session).id
    lab.finish(run, "b", .exited(3))
    #expect(lab.status(run) == .running)
    #expect(lab.executor.attempts.values.map(\.isTerminated) == [true])
    lab.finish(run, "a", .cancelled)
    #expect(lab.status(run) == .failed)
    #expect(lab.stepStatuses(run) == [.cancelled, .failed, .notRun])
    #expect(lab.store.run(run)?.error == "step \"b\": exited with code 3")
  }

  @Test("With continue-on-error the run goes on, and what needs the step too")
  func continueOnError() throws {
    let flow = Self.flow([Flows.step("a", continueOnError: true), Flows.step("b", needs: [Need(step: 0)])])
    let (lab, session) = try Lab.withSession(flow)
    let run = try lab.start(session).id
    lab.finish(run, "a", .exited(1))
    lab.finish(run, "b")
    #expect(lab.status(run) == .succeeded)
    #expect(lab.stepStatuses(run) == [.failed, .succeeded])
  }

  @Test("What comes late, twice, or for no step changes nothing")
  func lateReports() throws {
    let (lab, session) = try Lab.withSession(Flows.chain("f", 2))
    let run = try lab.start(session).id
    let attempt = try #require(lab.executor.running.first)
    let finished = lab.executor.finish(attempt, .exited(0))
    lab.report([finished])
    lab.settle()
    let events = lab.store.events
    lab.report([
      finished, lab.executor.output(attempt, "late"),
      StepReport(attempt: AttemptID(run: run, step: 1, attempt: 2), kind: finished.kind),
      StepReport(attempt: AttemptID(run: run, step: 7, attempt: 1), kind: finished.kind),
      StepReport(attempt: AttemptID(run: RunID(UUIDv7(high: 1, low: 2)), step: 0, attempt: 1), kind: finished.kind),
    ])
    lab.settle()
    #expect(lab.store.events == events)
  }

  @Test("Output is an event, acknowledged once it is durable")
  func output() throws {
    let (lab, session) = try Lab.withSession(Flows.single("f"))
    let run = try lab.start(session).id
    let attempt = try #require(lab.executor.running.first)
    lab.report([lab.executor.output(attempt, "one"), lab.executor.output(attempt, "two")])
    #expect(lab.executor.attempts[attempt]?.unacknowledged == 6)
    lab.settle()
    #expect(lab.executor.attempts[attempt]?.unacknowledged == 0)
    let texts = lab.store.events.compactMap { event in
      if case .stepOutput(_, 1, let chunk) = event.kind { String(decoding: chunk.text, as: UTF8.self) } else { nil }
    }
    #expect(texts == ["one", "two"])
    #expect(lab.store.events.last?.runID == run)
  }
}
