import FlowdLua
import FlowdModel
import Testing

@testable import FlowdSteps

@Suite struct ScriptQueueTests {
  @Test func scriptsOfARunGoInTheOrderInWhichTheyCame() async throws {
    let scripts = try Scripts(threads: 1, limits: Scripts.patient)
    let run = AttemptID.unique().run
    let blocker = scripts.start(Scripts.endless)
    try await scripts.running(1)
    let attempts = (0..<50).map { scripts.start("return 1", as: AttemptID(run: run, step: $0, attempt: 1)) }
    scripts.executor.terminate(blocker)
    try await scripts.finish(51)
    #expect(scripts.finished == [blocker] + attempts)
  }

  @Test func runsTakeTurns() async throws {
    let scripts = try Scripts(threads: 1, limits: Scripts.patient)
    let (many, few) = (AttemptID.unique().run, AttemptID.unique().run)
    let blocker = scripts.start(Scripts.endless)
    try await scripts.running(1)
    let first = (0..<10).map { scripts.start("return 1", as: AttemptID(run: many, step: $0, attempt: 1)) }
    let second = (0..<2).map { scripts.start("return 1", as: AttemptID(run: few, step: $0, attempt: 1)) }
    scripts.executor.terminate(blocker)
    try await scripts.finish(13)
    #expect(scripts.finished == [blocker, first[0], second[0], first[1], second[1]] + first[2...])
  }

  @Test func aScriptBeyondTheQueueIsRefused() async throws {
    let scripts = try Scripts(threads: 1, limits: Scripts.patient)
    let blocker = scripts.start(Scripts.endless)
    try await scripts.running(1)
    for _ in 0..<Limits.waitingScriptsMax { scripts.start("return 1") }
    #expect(scripts.finished == [])
    let refused = scripts.start("return 1")
    guard case .notStarted(let reason)? = scripts.outcomes(of: refused).first else {
      Issue.record("it was accepted")
      return
    }
    #expect(reason.contains("\(Limits.waitingScriptsMax) scripts wait"))
    scripts.executor.terminate(blocker)
    try await scripts.running(0)
    #expect(try await scripts.outcome(of: scripts.start("return 3")) == .returned(.number("3")))
  }

  @Test func asManyRunAtOneTimeAsThereAreThreads() async throws {
    let scripts = try Scripts(threads: 3, limits: Scripts.patient)
    let attempts = (0..<5).map { _ in scripts.start(Scripts.endless) }
    try await scripts.running(3)
    #expect(scripts.executor.counts == (2, 3))
    for attempt in attempts { scripts.executor.terminate(attempt) }
    for attempt in attempts { #expect(try await scripts.outcome(of: attempt) == .cancelled) }
  }

  @Test func whatIsTakenOutLeavesNoTurnBehind() {
    var waiting = WaitingScripts()
    let (first, second) = (AttemptID.unique().run, AttemptID.unique().run)
    func request(_ run: RunID, _ step: Int) -> ScriptRequest {
      ScriptRequest(
        attempt: AttemptID(run: run, step: step, attempt: 1), source: "", firstLine: 0, values: [], steps: [],
        now: Timestamp(microsecondsSince1970: 0))
    }
    waiting.append(request(first, 0))
    waiting.append(request(second, 0))
    waiting.append(request(second, 1))
    let removed = [(first, 0), (first, 0), (second, 0)].map {
      waiting.remove(AttemptID(run: $0.0, step: $0.1, attempt: 1))
    }
    #expect(removed == [true, false, true])
    waiting.append(request(first, 2))
    #expect(waiting.count == 2)
    let rest = [waiting.popFirst(), waiting.popFirst(), waiting.popFirst()]
    #expect(rest == [request(second, 1), request(first, 2), nil])
  }
}
