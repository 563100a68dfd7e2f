@testable import FlowdEngine
import FlowdModel
import Testing

@Suite("Runs across a restart of the daemon")
struct RestartTests {
  @Test("An attempt that was cut off goes by its step's policy", arguments: RestartPolicy.allCases)
  func policies(_ policy: RestartPolicy) throws {
    let (lab, session) = try Lab.withSession(Flows.single("f", onRestart: policy))
    let run = try lab.start(session).id
    lab.restart()
    #expect(lab.engine.cutOffAttempts == [AttemptID(run: run, step: 0, attempt: 1)])
    #expect(lab.engine.unfinishedRunCount == 1)
    lab.resume()
    lab.settle()
    switch policy {
    case .retry:
      #expect(lab.executor.running == [AttemptID(run: run, step: 0, attempt: 2)])
      lab.finish(run, "only")
      #expect(lab.status(run) == .succeeded)
    case .fail:
      #expect(lab.status(run) == .failed)
      #expect(lab.store.run(run)?.error == "step \"only\": cut off when the daemon stopped, and on-restart is fail")
    case .ask:
      // The mode is BATCH.
      #expect(lab.status(run) == .failed)
      #expect(
        lab.store.run(run)?.error == "step \"only\": cut off when the daemon stopped, and on-restart asks a person")
    }
    #expect(lab.engine.unfinishedRunCount == 0)
    #expect(lab.broken.isEmpty)
  }

  @Test("Settled steps stay settled, and their output can still be referred to")
  func settledStay() throws {
    let (lab, session) = try Lab.withSession(
      try Flows.parse(
        "f",
        """
        steps:
          - { id: s0, uses: run, with: { command: "true" } }
          - { id: s1, uses: run, with: { command: "true" } }
          - { id: s2, uses: run, with: { command: "true" }, env: { SEEN: "${{ steps.s0.stdout }}" } }
        """))
    let run = try lab.start(session, StartRequest(environment: ["KEPT=1"])).id
    lab.finish(run, "s0", stdout: "from before")
    lab.restart()
    lab.resume()
    lab.settle()
    #expect(lab.runningSteps(run) == ["s1"])
    lab.finish(run, "s1")
    let environment = try #require(lab.request(run, "s2")?.environment)
    #expect(environment.contains("SEEN=from before") && environment.contains("KEPT=1"))
    lab.finish(run, "s2")
    #expect(lab.status(run) == .succeeded)
    #expect(lab.store.view(run)?.steps.map(\.attempt) == [1, 2, 1])
  }

  @Test("What ends while the daemon is ending is settled, and nothing is started by it")
  func stopping() throws {
    let (lab, session) = try Lab.withSession(Flows.chain("f", 2))
    let run = try lab.start(session).id
    lab.engine.stopStarting()
    lab.finish(run, "s0")
    #expect(lab.executor.running.isEmpty)
    #expect(lab.stepStatuses(run) == [.succeeded, .pending])
    #expect(lab.status(run) == .running)
    lab.restart()
    #expect(lab.engine.cutOffAttempts.isEmpty)
    lab.resume()
    lab.settle()
    #expect(lab.executor.running == [AttemptID(run: run, step: 1, attempt: 1)])
    lab.finish(run, "s1")
    #expect(lab.status(run) == .succeeded)
    #expect(lab.broken.isEmpty)
  }

  @Test("A run that was ending ends, whatever its steps' policy", arguments: CancelMode.allCases)
  func endingRuns(_ mode: CancelMode) throws {
    let (lab, session) = try Lab.withSession(Flows.chain("f", 2))
    let run = try lab.start(session).id
    _ = try lab.cancel(session, run, mode)
    lab.restart()
    lab.resume()
    lab.settle()
    #expect(lab.status(run) == (mode == .force ? .cancelled : .interrupted))
    #expect(lab.stepStatuses(run) == [.cancelled, .notRun])
  }

  @Test("A queued run that begins because the one before it ends with the restart runs its step once")
  func queuedBeginsOnce() throws {
    let (lab, session) = try Lab.withSession(Flows.single("f", onRestart: .fail))
    let first = try lab.start(session).id
    let queued = try lab.start(session, StartRequest(ifActive: .queue)).id
    lab.restart()
    lab.resume()
    lab.settle()
    #expect(lab.status(first) == .failed)
    #expect(lab.executor.running == [AttemptID(run: queued, step: 0, attempt: 1)])
    let resumed = lab.store.events.filter { $0.kind == .runResumed(afterRestart: true) }
    #expect(resumed.map(\.runID) == [first])
  }

  @Test("Until the old attempts are ended nothing starts; what is asked meanwhile counts")
  func suspended() throws {
    let (lab, session) = try Lab.withSession(Flows.single("f"))
    let run = try lab.start(session).id
    lab.restart()
    let parallel = try lab.start(session, StartRequest(ifActive: .parallel)).id
    _ = try lab.cancel(session, run, .force)
    #expect(lab.status(run) == .running)
    #expect(lab.runningSteps(run).isEmpty && lab.runningSteps(parallel) == ["only"])
    lab.resume()
    lab.settle()
    #expect(lab.status(run) == .cancelled)
    #expect(lab.executor.running == [AttemptID(run: parallel, step: 0, attempt: 1)])
  }

  @Test("A resumption that the disk refused is done again")
  func resumptionRefused() throws {
    let (lab, session) = try Lab.withSession(Flows.single("f"))
    let run = try lab.start(session).id
    lab.restart()
    lab.resume()
    lab.seal()
    lab.failCommit()
    lab.settle()
    #expect(lab.executor.running.isEmpty)
    lab.allowWrites()
    lab.settle()
    #expect(lab.executor.running == [AttemptID(run: run, step: 0, attempt: 2)])
    lab.finish(run, "only")
    #expect(lab.status(run) == .succeeded)
  }

  @Test("While the disk is full nothing is resumed")
  func resumeWaitsForTheDisk() throws {
    let (lab, session) = try Lab.withSession(Flows.single("f"))
    let run = try lab.start(session).id
    lab.restart()
    _ = lab.submit(.setMode(.hybrid, expected: Expected()), to: .session(session))
    lab.seal()
    lab.failCommit()
    lab.resume()
    lab.settle()
    #expect(!lab.engine.canSeal && lab.executor.running.isEmpty)
    lab.allowWrites()
    lab.settle()
    #expect(lab.runningSteps(run) == ["only"])
  }
}
