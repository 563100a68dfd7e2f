import FlowdLua
import FlowdModel
import Testing

@testable import FlowdSteps

@Suite struct ScriptStopTests {
  @Test(arguments: [
    Scripts.endless, "while true do pcall(function() while true do end end) end",
    "while true do local text = ('x'):rep(1000):gsub('x', 'yy') end",
  ])
  func aRunningScriptIsCancelledLongBeforeItsBoundsEndIt(source: String) async throws {
    let scripts = try Scripts(limits: Scripts.patient)
    let attempt = scripts.start(source)
    try await scripts.running(1)
    scripts.executor.terminate(attempt)
    #expect(try await scripts.outcome(of: attempt) == .cancelled)
    #expect(try await scripts.outcome(of: scripts.start("return 1")) == .returned(.number("1")))
  }

  @Test func aWaitingScriptIsCancelledAtOnceAndNeverRuns() async throws {
    let scripts = try Scripts(threads: 1, limits: Scripts.patient)
    let first = scripts.start(Scripts.endless)
    try await scripts.running(1)
    let waiter = scripts.start("return 1")
    let last = scripts.start("return 2")
    scripts.executor.terminate(waiter)
    #expect(scripts.outcomes(of: waiter) == [.cancelled])
    scripts.executor.terminate(waiter)
    #expect(scripts.outcomes(of: first) == [])
    scripts.executor.terminate(first)
    #expect(try await scripts.outcome(of: last) == .returned(.number("2")))
    #expect(scripts.finished == [waiter, first, last])
  }

  @Test func aTimeoutEndsAScript() async throws {
    let scripts = try Scripts(limits: Scripts.patient)
    let attempt = scripts.start(Scripts.endless, timeout: .milliseconds(20))
    #expect(try await scripts.outcome(of: attempt) == .timedOut)
  }

  @Test func aTimeoutCountsFromWhenTheScriptRuns() async throws {
    let scripts = try Scripts(threads: 1, limits: Scripts.patient)
    let first = scripts.start(Scripts.endless, timeout: .milliseconds(3_100))
    // Would have passed while it waits.
    let second = scripts.start("for i = 1, 100000 do end return 1", timeout: .milliseconds(3_000))
    #expect(try await scripts.outcome(of: first) == .timedOut)
    #expect(try await scripts.outcome(of: second) == .returned(.number("1")))
  }

  @Test func withoutATimeoutTheDeadlineEndsAScriptWithAnError() async throws {
    var limits = Scripts.patient
    limits.deadline = .milliseconds(20)
    let scripts = try Scripts(limits: limits)
    guard case .raised(let error) = try await scripts.outcome(of: scripts.start(Scripts.endless, firstLine: 5)) else {
      Issue.record("it ended in another way")
      return
    }
    #expect(error.kind == .exhausted)
    #expect(error.line == 5)
  }

  @Test func aTimeoutTakesThePlaceOfTheDeadline() async throws {
    var limits = Scripts.patient
    limits.deadline = .milliseconds(1)
    let scripts = try Scripts(limits: limits)
    let attempt = scripts.start("for i = 1, 2000000 do end return 1", timeout: .seconds(60))
    #expect(try await scripts.outcome(of: attempt) == .returned(.number("1")))
  }

  @Test func anEndlessLoopRunsOutOfInstructionsByItself() async throws {
    let scripts = try Scripts()
    guard case .raised(let error) = try await scripts.outcome(of: scripts.start(Scripts.endless)) else {
      Issue.record("it ended in another way")
      return
    }
    #expect(error.kind == .exhausted)
  }

  @Test func unknownAndFinishedAttemptsAreIgnored() async throws {
    let scripts = try Scripts()
    let attempt = scripts.start("return 1")
    #expect(try await scripts.outcome(of: attempt) == .returned(.number("1")))
    scripts.executor.terminate(attempt)
    scripts.executor.terminate(.unique())
    #expect(try await scripts.outcome(of: scripts.start("return 2")) == .returned(.number("2")))
    #expect(scripts.finished.count == 2)
  }

  @Test func aCancelRacingWithTheEndGivesOneReport() async throws {
    let scripts = try Scripts()
    var attempts: [AttemptID] = []
    for _ in 0..<500 {
      let attempt = scripts.start("for i = 1, 3000 do end return 1")
      attempts.append(attempt)
      scripts.executor.terminate(attempts[attempts.count / 2])
      scripts.executor.terminate(attempt)
    }
    try await scripts.finish(500)
    for attempt in attempts {
      let outcome = try await scripts.outcome(of: attempt)
      #expect(outcome == .cancelled || outcome == .returned(.number("1")))
    }
  }

  @Test func shutdownStopsWhatRunsAndDropsWhatWaits() async throws {
    let scripts = try Scripts(limits: Scripts.patient)
    let done = scripts.start("return 1")
    _ = try await scripts.outcome(of: done)
    let endless = (0..<2).map { _ in scripts.start(Scripts.endless) }
    try await scripts.running(2)
    let waiting = (0..<100).map { _ in scripts.start("return 1") }
    scripts.executor.shutdown()
    scripts.start("return 1")
    for attempt in endless + waiting { scripts.executor.terminate(attempt) }
    scripts.executor.shutdown()
    #expect(scripts.finished == [done])
    #expect(scripts.executor.counts == (0, 0))
  }

  @Test func nothingIsDeliveredOnceShutdownHasReturned() async throws {
    for _ in 0..<20 {
      let isOver = Locked(false)
      let late = Locked(0)
      let executor = try ScriptExecutor(
        threads: 2, waitingMax: 20, limits: .script, read: { _, _ in StepOutput() }
      ) { _ in
        if isOver.withLock({ $0 }) { late.withLock { $0 += 1 } }
      }
      await withTaskGroup(of: Void.self) { group in
        for _ in 0..<2 {
          group.addTask {
            // Some are refused, some cancelled while they wait, some run.
            for _ in 0..<200 {
              let attempt = AttemptID.unique()
              executor.start(
                ScriptRequest(
                  attempt: attempt, source: "return 1", firstLine: 0, values: [], steps: [],
                  now: Timestamp(microsecondsSince1970: 0)))
              executor.terminate(attempt)
            }
          }
        }
        group.addTask {
          executor.shutdown()
          isOver.withLock { $0 = true }
        }
      }
      #expect(late.withLock { $0 } == 0)
    }
  }
}
