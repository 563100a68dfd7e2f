@testable import FlowdEngine
import FlowdModel
import Testing

/// Faults seen in a flow runner on a database; each must be impossible here.
@Suite("Lessons: an orchestrator of agents")
struct OrchestratorLessonTests {
  private static let run = "uses: run, with: { command: \"true\" }"

  @Test("A condition that depends on a result is not decided when the run is launched")
  func resultDependentCondition() throws {
    let (lab, run) = try Lab.running(
      """
      steps:
        - { id: look, \(Self.run) }
        - { id: fix, \(Self.run), if: "${{ steps.look.stdout == 'broken' }}" }
      """)
    #expect(lab.stepStatuses(run) == [.running, .pending])
    lab.finish(run, "look", stdout: "broken")
    #expect(lab.runningSteps(run) == ["fix"])
  }

  @Test("A launch is there as a whole or not at all")
  func launchIsAtomic() throws {
    let (lab, session) = try Lab.withSession(
      try Flows.parse(
        "f", "steps: [{ id: a, \(Self.run), foreach: [1, 2] }, { id: sub, uses: flow, needs: [], with: { flow: g } }]",
        subflows: [Flows.pinned(Flows.single("g"))]))
    _ = lab.submit(.start(StartRequest()), to: .session(session))
    lab.takeLoads()
    lab.readOne()
    lab.deliverOne()
    lab.seal()
    #expect(lab.sealed?.runs.count == 2 && lab.sealed?.effects.count == 3)
    lab.failCommit()
    lab.settle()
    #expect(lab.store.runs.isEmpty && lab.store.steps.isEmpty && lab.store.definitions.isEmpty)
    #expect(lab.executor.everStarted.isEmpty)
    lab.restart()
    #expect(lab.engine.unfinishedRunCount == 0)
  }

  @Test("The end of a step and the start of what follows are one transaction: none is lost, none is dispatched twice")
  func endAndNextAreOne() throws {
    let (lab, run) = try Lab.running("steps: [{ id: a, \(Self.run) }, { id: b, \(Self.run) }]")
    let attempt = try #require(lab.executor.running.first)
    lab.report([lab.executor.finish(attempt, .exited(0))])
    lab.seal()
    let key = try #require(lab.store.run(run)?.key)
    let rows = try #require(lab.sealed?.steps)
    #expect(rows[Batch.StepKey(run: key, index: 0)]?.status == .succeeded)
    #expect(rows[Batch.StepKey(run: key, index: 1)]?.status == .running)
    // Dying right after the commit, before anything was started: the next daemon starts it, as another attempt.
    lab.write()
    lab.restart()
    lab.resume()
    lab.settle()
    #expect(lab.executor.running == [AttemptID(run: run, step: 1, attempt: 2)])
    #expect(lab.broken.isEmpty)
  }

  @Test("A cancelled run stays cancelled: its steps do not revive, whatever is reported or due")
  func cancelledStaysCancelled() throws {
    let (lab, run) = try Lab.running(
      """
      steps:
        - { id: a, \(Self.run), needs: [], retry: { limit: 3, delay: 1s } }
        - { id: b, \(Self.run), needs: [] }
        - { id: c, \(Self.run), needs: [b] }
      """)
    lab.finish(run, "a", .exited(1))
    let session = try #require(lab.store.run(run)?.sessionID)
    let attempt = try #require(lab.running(run).first?.attempt)
    // The end of b and the cancel cross each other.
    _ = lab.submit(.cancel(run, .force), to: .session(session))
    lab.report([lab.executor.finish(attempt, .exited(0))])
    lab.settle()
    lab.pass(.seconds(60))
    lab.restart()
    lab.resume()
    lab.settle()
    #expect(lab.status(run) == .cancelled)
    #expect(lab.stepStatuses(run) == [.cancelled, .succeeded, .notRun])
    #expect(lab.executor.running.isEmpty)
  }

  @Test("A failure leaves no sibling running and no row pending")
  func failureLeavesNothingBehind() throws {
    let (lab, run) = try Lab.running(
      """
      steps:
        - { id: a, \(Self.run), needs: [] }
        - { id: b, \(Self.run), needs: [], foreach: { in: [1, 2, 3], max-parallel: 2 } }
        - { id: c, \(Self.run), needs: [b] }
      """)
    lab.finish(run, "a", .exited(1))
    #expect(lab.executor.areAllTerminated)
    lab.finish(run, "b[0]", .cancelled)
    lab.finish(run, "b[1]", .cancelled)
    #expect(lab.status(run) == .failed)
    let view = try #require(lab.store.view(run))
    #expect(view.steps.allSatisfy { $0.status.isFinal })
  }

  @Test("A sub-flow that fails is a failure, not an empty text")
  func failedSubflowIsNoText() throws {
    let inner = try Flows.parse(
      "inner", "outputs: { said: \"${{ steps.x.stdout }}\" }\nsteps: [{ id: x, \(Self.run) }]")
    let (lab, run) = try Lab.running(
      """
      steps:
        - { id: sub, uses: flow, with: { flow: inner } }
        - { id: fold, \(Self.run), env: { TEXT: "${{ steps.sub.outputs.said }}" } }
      """, subflows: [inner])
    lab.finish(try #require(lab.store.children(of: run).first?.id), "x", .exited(1))
    #expect(lab.status(run) == .failed)
    #expect(lab.stepStatuses(run) == [.failed, .notRun])
  }

  @Test("Who waits for a sub-flow waits in the store, not in the process")
  func waitersOutliveTheProcess() throws {
    let (lab, run) = try Lab.running(
      "steps: [{ id: sub, uses: flow, with: { flow: g } }]", subflows: [Flows.pinned(Flows.single("g"))])
    for _ in 0..<3 {
      lab.restart()
      lab.resume()
      lab.settle()
    }
    lab.finish(try #require(lab.store.children(of: run).first?.id), "only")
    #expect(lab.status(run) == .succeeded)
  }

  @Test("An output that cannot be read is waited for, and never taken for an empty one")
  func unreadableOutputIsNotEmpty() throws {
    let (lab, run) = try Lab.running(
      """
      steps:
        - { id: a, \(Self.run) }
        - { id: b, \(Self.run) }
        - { id: c, \(Self.run), env: { SEEN: "${{ steps.a.stdout }}" } }
      """)
    lab.finish(run, "a", stdout: "text")
    lab.restart()
    lab.resume()
    lab.settle()
    let attempt = try #require(lab.running(run).first?.attempt)
    lab.report([lab.executor.finish(attempt, .exited(0))])
    for _ in 0..<50 where lab.requested.isEmpty {
      lab.seal()
      lab.write()
      lab.finishCommit()
      lab.takeLoads()
    }
    lab.readOne(failing: true)
    lab.deliverOne()
    lab.settle()
    #expect(lab.runningSteps(run).isEmpty && lab.status(run) == .running)
    lab.engine.applyWhatWaits(now: lab.now)
    lab.settle()
    #expect(lab.request(run, "c")?.environment.contains("SEEN=text") == true)
  }

  @Test("A callback that comes twice counts once")
  func callbacksAreIdempotent() throws {
    let (lab, run) = try Lab.running("steps: [{ id: a, \(Self.run) }, { id: b, \(Self.run) }]")
    let attempt = try #require(lab.executor.running.first)
    let report = lab.executor.finish(attempt, .exited(0))
    lab.report([report, report])
    lab.settle()
    lab.report([report])
    lab.settle()
    #expect(lab.running(run).map(\.attempt.attempt) == [1])
    #expect(lab.broken.isEmpty)
  }
}
