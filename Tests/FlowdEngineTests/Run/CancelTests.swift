import FlowdEngine
import FlowdModel
import Testing

@Suite("Cancelling runs")
struct CancelTests {
  @Test("Grace lets what runs finish, and the rest is not run")
  func grace() throws {
    let (lab, session) = try Lab.withSession(Flows.chain("f", 3))
    let run = try lab.start(session)
    let (view, outcome) = try lab.cancel(session, nil, .graceful)
    #expect(outcome == .requested)
    #expect(view.record.status == .running)
    #expect(lab.executor.attempts.values.allSatisfy { !$0.isTerminated })
    lab.finish(run.id, "s0", stdout: "kept")
    #expect(lab.status(run.id) == .interrupted)
    #expect(lab.stepStatuses(run.id) == [.succeeded, .notRun, .notRun])
    #expect(lab.store.outputs.values.map(\.stdout) == [Array("kept".utf8)])
  }

  @Test("Force ends what runs, also after grace; asking again changes nothing")
  func force() throws {
    let (lab, session) = try Lab.withSession(Flows.chain("f", 2))
    let run = try lab.start(session)
    _ = try lab.cancel(session, run.id, .graceful)
    for mode in [CancelMode.force, .force, .graceful] { _ = try lab.cancel(session, run.id, mode) }
    #expect(lab.executor.areAllTerminated)
    lab.finish(run.id, "s0", .cancelled)
    #expect(lab.status(run.id) == .cancelled)
    #expect(lab.stepStatuses(run.id) == [.cancelled, .notRun])
    let requests = lab.store.events.filter { if case .runCancelRequested = $0.kind { true } else { false } }
    #expect(requests.map(\.kind) == [.runCancelRequested(.graceful), .runCancelRequested(.force)])
  }

  @Test("A run that ended says so, also while its end is on its way to the disk")
  func alreadyEnded() throws {
    let (lab, session) = try Lab.withSession(Flows.single("f"))
    let run = try lab.start(session)
    let attempt = try #require(lab.executor.running.first)
    lab.report([lab.executor.finish(attempt, .exited(0))])
    // The end is decided; the store still has the run as running.
    #expect(lab.status(run.id) == .running)
    for _ in 0..<2 {
      let (view, outcome) = try lab.cancel(session, run.id, .force)
      #expect(outcome == .alreadyEnded)
      #expect(view.record.status == .succeeded)
    }
  }

  @Test(
    "A queued run ends at once and never starts",
    arguments: [(CancelMode.graceful, RunStatus.interrupted), (.force, .cancelled)])
  func queued(_ mode: CancelMode, _ expected: RunStatus) throws {
    let (lab, session) = try Lab.withSession(Flows.single("f"))
    let first = try lab.start(session)
    let queued = try lab.start(session, StartRequest(ifActive: .queue))
    _ = try lab.cancel(session, queued.id, mode)
    #expect(lab.status(queued.id) == expected)
    lab.finish(first.id, "only")
    #expect(lab.stepStatuses(queued.id) == [.notRun])
    #expect(lab.executor.attempts.isEmpty)
  }

  @Test("Nothing to cancel, too much to choose from, and a run of another session are refused")
  func refused() throws {
    let (lab, session) = try Lab.withSession(Flows.single("f"))
    let idle = lab.refusal(of: .cancel(nil, .force), on: session)
    #expect(idle?.reason == "NO_ACTIVE_RUN")
    #expect(idle?.code == .failedPrecondition)
    let unknown = RunID(UUIDv7(high: 1, low: 2))
    #expect(lab.refusal(of: .cancel(unknown, .force), on: session) == .runNotFound(unknown.description))
    let runs = try (0..<2).map { _ in try lab.start(session, StartRequest(ifActive: .parallel)) }
    let ambiguous = lab.refusal(of: .cancel(nil, .force), on: session)
    #expect(ambiguous?.reason == "RUN_AMBIGUOUS")
    #expect(ambiguous?.metadata == ["run_ids": runs.map(\.id.description).joined(separator: ", ")])
    let other = try lab.open("/w")
    #expect(lab.refusal(of: .cancel(runs[0].id, .force), on: other)?.reason == "RUN_NOT_FOUND")
  }
}
