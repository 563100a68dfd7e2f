@testable import FlowdEngine
import FlowdModel
import Testing

/// Faults seen in a research pipeline whose users come and go; each must be impossible here.
@Suite("Lessons: sessions that are resumed")
struct ResumptionLessonTests {
  private static let run = "uses: run, with: { command: \"true\" }"

  @Test("What happens while nobody watches is all in the log, in order")
  func outputWhileDisconnected() throws {
    let (lab, run) = try Lab.running(
      "steps: [{ id: a, \(Self.run) }, { id: b, uses: input, with: { prompt: Well? } }]",
      mode: .interactive)
    lab.watch(true)
    let seen = try #require(lab.store.events.last?.sequence)
    lab.watch(false)
    let attempt = try #require(lab.executor.running.first)
    lab.report([lab.executor.output(attempt, "one"), lab.executor.output(attempt, "two")])
    lab.report([lab.executor.finish(attempt, .exited(0))])
    lab.settle()
    let missed = lab.store.events.filter { $0.sequence > seen }
    #expect(
      missed.map(\.kind.short) == [
        "output a#1", "output a#1", "a succeeded", "started b#1", "asks b",
      ])
    #expect(missed.map(\.sequence) == (1...5).map { seen + $0 })
    #expect(lab.status(run) == .waitingInput)
  }

  @Test("What goes wrong in the background is the run's status, its error and an event")
  func backgroundFailuresAreSeen() throws {
    let (lab, run) = try Lab.running(
      "steps: [{ id: a, uses: script, with: { lua: \"error('no luck')\" } }]")
    #expect(lab.status(run) == .failed)
    #expect(lab.store.run(run)?.error.contains("no luck") == true)
    #expect(lab.story(run).suffix(2) == ["a failed", "run failed"])
  }

  @Test("A second start does not overwrite the run that goes on")
  func secondStartOverwritesNothing() throws {
    let (lab, session) = try Lab.withSession(Flows.single("f"))
    let first = try lab.start(session)
    #expect(lab.refusal(of: .start(StartRequest()), on: session)?.metadata["run_id"] == first.id.description)
    #expect(lab.status(first.id) == .running && lab.store.runs.count == 1)
  }

  @Test("A recoverable error is tried again, a fatal one is not, and one that needs a person waits for one")
  func classesOfErrors() throws {
    let needsPerson = try Flows.parse(
      "inner", "input-timeout: 1s\nsteps: [{ id: ask, uses: input, with: { prompt: Who? } }]")
    let flow = """
      steps:
        - { id: again, \(Self.run), needs: [], retry: { limit: 1, delay: 0s }, continue-on-error: true }
        - { id: never, \(Self.run), needs: [], retry: { limit: 1, delay: 0s }, continue-on-error: true }
        - { id: person, uses: flow, needs: [], with: { flow: inner }, retry: { limit: 1, delay: 0s } }
      """
    let (lab, run) = try Lab.running(flow, mode: .hybrid, subflows: [needsPerson])
    lab.finish(run, "again", .exited(1))
    lab.finish(run, "never", .exited(126))
    lab.pass(.zero)
    #expect(lab.running(run).map(\.attempt.attempt) == [2])
    lab.finish(run, "again")
    // Nobody answers the sub-flow: the step asks what is to become of it.
    lab.pass(.milliseconds(1000))
    #expect(lab.stepStatuses(run) == [.succeeded, .failed, .waitingInput])
    #expect(lab.step(run, "person")?.question?.reason == .error)
    _ = try lab.answer(run, .string("skip"), step: "person")
    #expect(lab.status(run) == .succeeded)
    #expect(lab.stepStatuses(run).last == .skipped)
  }

  @Test("People may join and leave the loop at any time: each change counts at once")
  func hybridIsReliable() throws {
    let (lab, run) = try Lab.running(
      """
      steps:
        - { id: a, uses: input, with: { prompt: One?, default: x } }
        - { id: b, uses: input, with: { prompt: Two?, default: x } }
        - { id: c, uses: input, with: { prompt: Three?, default: x } }
      """, mode: .interactive)
    let session = try #require(lab.store.run(run)?.sessionID)
    _ = try lab.answer(run, .string("y"))
    _ = try lab.call(.setMode(.hybrid, expected: Expected()), on: .session(session))
    lab.pass(Limits.inputTimeoutDefault)
    #expect(lab.stepStatuses(run) == [.succeeded, .succeeded, .waitingInput])
    lab.watch(true)
    lab.pass(.seconds(86_400))
    #expect(lab.stepStatuses(run).last == .waitingInput)
    _ = try lab.call(.setMode(.batch, expected: Expected()), on: .session(session))
    #expect(lab.status(run) == .succeeded)
    #expect(
      lab.story(run).filter { $0.hasPrefix("answered") } == [
        "answered a by person", "answered b by timeout", "answered c by mode",
      ])
  }

  @Test("A run that was paused, waited for a person or for a time is so after the daemon's restart")
  func checkpointsKeepWhatWaits() throws {
    let (lab, session) = try Lab.withSession(
      try Flows.parse(
        "f",
        """
        steps:
          - { id: nap, uses: wait, needs: [], with: { for: 1h } }
          - { id: ask, uses: input, needs: [], with: { prompt: Well? } }
          - { id: end, \(Self.run), needs: [nap, ask] }
        """), mode: .interactive)
    let run = try lab.start(session).id
    _ = try lab.call(.pause(run), on: .session(session))
    let rows = lab.store.steps
    for _ in 0..<2 {
      lab.restart()
      lab.resume()
      lab.settle()
    }
    #expect(lab.store.steps == rows && lab.status(run) == .paused)
    _ = try lab.answer(run, .string("so"))
    lab.pass(.seconds(3600))
    _ = try lab.call(.resume(run, stepByStep: false), on: .session(session))
    #expect(lab.runningSteps(run) == ["end"])
  }

  @Test("A session that is closed ends its runs, and one that waits for a person too long goes by its policy")
  func expiryAgainstCompletion() throws {
    let (lab, run) = try Lab.running(
      "input-expiry: { after: 1h, then: fail }\nsteps: [{ id: ask, uses: input, with: { prompt: Well? } }]",
      mode: .interactive)
    let session = try #require(lab.store.run(run)?.sessionID)
    #expect(lab.refusal(of: .close(cancelActive: false), on: session)?.reason == "RUN_ACTIVE")
    // The answer that comes with the expiry is in time or not; it is never both.
    lab.pass(.milliseconds(3_599_999))
    _ = try lab.answer(run, .string("just in time"))
    lab.pass(.seconds(10))
    #expect(lab.status(run) == .succeeded)
  }
}
