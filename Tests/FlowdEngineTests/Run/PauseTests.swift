@testable import FlowdEngine
import FlowdModel
import Testing

@Suite("Pause, resume, step by step")
struct PauseTests {
  private static let run = "uses: run, with: { command: \"true\" }"
  private static let fork = """
    steps:
      - { id: a, \(run), needs: [] }
      - { id: b, \(run), needs: [] }
      - { id: c, \(run), needs: [a] }
    """

  @Test("A paused run finishes what it has in hand and starts nothing; resumed it goes on", arguments: [false, true])
  func pause(_ restarts: Bool) throws {
    let (lab, run) = try Lab.running(Self.fork)
    _ = try lab.call(.pause(run), ofRun: run)
    #expect(lab.status(run) == .running)
    lab.finish(run, "a")
    #expect(lab.runningSteps(run) == ["b"] && lab.status(run) == .running)
    lab.finish(run, "b")
    #expect(lab.status(run) == .paused)
    if restarts {
      lab.restart()
      lab.resume()
      lab.settle()
      #expect(lab.status(run) == .paused)
    }
    _ = try lab.call(.pause(run), ofRun: run)
    #expect(lab.runningSteps(run).isEmpty)
    for _ in 0..<2 { _ = try lab.call(.resume(run, stepByStep: false), ofRun: run) }
    #expect(lab.runningSteps(run) == ["c"] && lab.status(run) == .running)
    lab.finish(run, "c")
    #expect(lab.status(run) == .succeeded)
    let life = lab.story(run).filter { $0.contains("pause") || $0 == "resumed" }
    #expect(life == ["pause requested", "paused", "resumed"])
  }

  @Test("A run that is resumed before it has paused just goes on")
  func earlyResume() throws {
    let (lab, run) = try Lab.running(Self.fork)
    _ = try lab.call(.pause(run), ofRun: run)
    _ = try lab.call(.resume(run, stepByStep: false), ofRun: run)
    lab.finish(run, "a")
    #expect(lab.runningSteps(run) == ["b", "c"])
  }

  @Test("A paused run answers questions, lets times pass, and can be cancelled")
  func whilePaused() throws {
    let (lab, run) = try Lab.running(
      """
      steps:
        - { id: ask, uses: input, needs: [], with: { prompt: Yes? } }
        - { id: nap, uses: wait, needs: [], with: { for: 10s } }
        - { id: end, \(Self.run), needs: [ask, nap] }
      """, mode: .interactive)
    _ = try lab.call(.pause(run), ofRun: run)
    #expect(lab.status(run) == .paused)
    _ = try lab.answer(run, .string("yes"))
    lab.pass(.seconds(10))
    #expect(lab.stepStatuses(run) == [.succeeded, .succeeded, .pending])
    #expect(lab.status(run) == .paused)
    _ = try lab.cancel(try #require(lab.store.run(run)?.sessionID), run, .graceful)
    #expect(lab.status(run) == .interrupted)
  }

  @Test("Step by step a run pauses after each step, one at a time")
  func stepping() throws {
    let (lab, run) = try Lab.running(Self.fork, stepByStep: true)
    for step in ["a", "b"] {
      #expect(lab.runningSteps(run) == [step])
      lab.finish(run, step)
      #expect(lab.status(run) == .paused && lab.runningSteps(run).isEmpty)
      _ = try lab.call(.resume(run, stepByStep: true), ofRun: run)
    }
    lab.finish(run, "c")
    #expect(lab.status(run) == .succeeded)
  }

  @Test("Step by step, a step has its retries, its list's elements come one by one, and skips do not pause")
  func steppingRetries() throws {
    let (lab, run) = try Lab.running(
      """
      steps:
        - { id: no, \(Self.run), if: "${{ false }}" }
        - { id: a, \(Self.run), retry: { limit: 1, delay: 1s } }
        - { id: each, \(Self.run), foreach: [1, 2] }
      """, stepByStep: true)
    lab.finish(run, "a", .exited(1))
    #expect(lab.status(run) == .running)
    lab.pass(.seconds(2))
    #expect(lab.runningSteps(run) == ["a"])
    for step in ["a", "each[0]"] {
      lab.finish(run, step)
      #expect(lab.status(run) == .paused)
      _ = try lab.call(.resume(run, stepByStep: true), ofRun: run)
    }
    lab.finish(run, "each[1]")
    #expect(lab.status(run) == .succeeded)
  }

  @Test("Leaving step by step lets the run go, and it can be begun in the middle; both hold across a restart")
  func changing() throws {
    let (lab, run) = try Lab.running(Self.fork, stepByStep: true)
    lab.finish(run, "a")
    _ = try lab.call(.resume(run, stepByStep: false), ofRun: run)
    #expect(Set(lab.runningSteps(run)) == ["b", "c"])
    _ = try lab.call(.resume(run, stepByStep: true), ofRun: run)
    #expect(lab.store.run(run)?.isStepping == true)
    lab.restart()
    lab.resume()
    lab.settle()
    lab.finish(run, "b")
    #expect(lab.store.run(run)?.isPauseRequested == true)
  }

  @Test("An answer that tells of a row without an event waits for it, too")
  func durable() throws {
    let (lab, run) = try Lab.running(Self.fork)
    let session = try #require(lab.store.run(run)?.sessionID)
    let token = lab.submit(.resume(run, stepByStep: true), to: .session(session))
    lab.releaseAnswered()
    #expect(lab.answers[token] == nil)
    lab.seal()
    lab.failCommit()
    #expect(!lab.hasSucceeded(token))
    lab.allowWrites()
    lab.settle()
    #expect(lab.store.run(run)?.isStepping == false)
    lab.finish(run, "a")
    #expect(Set(lab.runningSteps(run)) == ["b", "c"])
  }

  @Test("A run that has ended cannot be paused or resumed, and one of another session is not there")
  func refused() throws {
    let (lab, run) = try Lab.running("steps: [{ id: a, \(Self.run) }]")
    lab.finish(run, "a")
    for command in [Command.pause(run), .resume(run, stepByStep: false)] {
      #expect(lab.refusal(of: command, ofRun: run)?.reason == "RUN_ENDED")
      let other = try lab.open("/other")
      #expect(lab.refusal(of: command, on: other)?.reason == "RUN_NOT_FOUND")
    }
  }
}
