@testable import FlowdEngine
import FlowdModel
import Testing

@Suite("Retries, deadlines and circuits of steps")
struct RetryTests {
  private static func step(_ keys: String) -> String {
    "steps: [{ id: a, uses: run, with: { command: \"true\" }, \(keys) }]"
  }

  @Test("A recoverable failure is tried again as often as the step says, each time later")
  func limit() throws {
    let (lab, run) = try Lab.running(Self.step("retry: { limit: 2, delay: 1s, backoff: 3, jitter: 0 }"))
    for (attempt, delay) in [(1, 1), (2, 3)] {
      #expect(lab.running(run).map(\.attempt.attempt) == [attempt])
      lab.finish(run, "a", .exited(1))
      #expect(lab.stepStatuses(run) == [.waitingRetry] && lab.status(run) == .running)
      lab.pass(.milliseconds(delay * 1000 - 1))
      #expect(lab.executor.running.isEmpty)
      lab.pass(.milliseconds(1))
    }
    lab.finish(run, "a", .exited(7))
    #expect(lab.status(run) == .failed)
    #expect(lab.step(run, "a")?.attempt == 3 && lab.step(run, "a")?.retries == 2)
    #expect(lab.error(run, "a") == "exited with code 7" && lab.step(run, "a")?.exitCode == 7)
    let story = lab.story(run).filter { $0.contains("a#") }
    #expect(story == ["started a#1/3", "retrying a#1/3", "started a#2/3", "retrying a#2/3", "started a#3/3"])
  }

  @Test("An attempt that a restart cut off does not count against the bound that is told")
  func boundAfterARestart() throws {
    let (lab, run) = try Lab.running(Self.step("retry: { limit: 1, delay: 0s }"))
    lab.restart()
    lab.resume()
    lab.settle()
    lab.finish(run, "a", .exited(1))
    lab.pass(.zero)
    lab.finish(run, "a", .exited(1))
    #expect(lab.status(run) == .failed)
    let story = lab.story(run).filter { $0.contains("a#") }
    #expect(story == ["started a#1/2", "retrying a#1/3", "started a#2/3", "retrying a#2/3", "started a#3/3"])
  }

  @Test("A fatal failure is not tried again, unless the step says: any", arguments: [false, true])
  func fatal(_ any: Bool) throws {
    let (lab, run) = try Lab.running(Self.step("retry: { limit: 1, delay: 0s\(any ? ", when: any" : "") }"))
    lab.finish(run, "a", .exited(127))
    lab.pass(.zero)
    #expect(lab.status(run) == (any ? .running : .failed))
    #expect(lab.running(run).map(\.attempt.attempt) == (any ? [2] : []))
  }

  @Test("An expression decides by the attempt's result; its mistake hides no failure")
  func expression() throws {
    let condition = "retry: { limit: 5, delay: 0s, when: \"${{ exit == 3 and attempt < 3 and stderr == '' }}\" }"
    for (codes, end) in [([3, 3, 3], RunStatus.failed), ([4], .failed), ([3, 0], .succeeded)] as [([Int32], RunStatus)]
    {
      let (lab, run) = try Lab.running(Self.step(condition))
      for code in codes {
        lab.finish(run, "a", .exited(code))
        lab.pass(.zero)
      }
      #expect(lab.status(run) == end)
    }
    let (lab, run) = try Lab.running(Self.step("retry: { limit: 5, when: \"${{ error.no.such }}\" }"))
    lab.finish(run, "a", .exited(9))
    #expect(lab.error(run, "a") == "exited with code 9")
  }

  @Test("A retry waits across a restart, counts on, and a cut-off attempt is none of them")
  func restarts() throws {
    let (lab, run) = try Lab.running(Self.step("retry: { limit: 1, delay: 10s, jitter: 0 }"))
    lab.restart()
    lab.resume()
    lab.settle()
    lab.finish(run, "a", .exited(1))
    lab.pass(.seconds(4))
    lab.restart()
    lab.resume()
    lab.settle()
    lab.pass(.seconds(5))
    #expect(lab.executor.running.isEmpty)
    lab.pass(.seconds(1))
    #expect(lab.running(run).map(\.attempt.attempt) == [3])
    lab.finish(run, "a", .exited(1))
    #expect(lab.status(run) == .failed)
  }

  @Test("A deadline bounds the step with its retries, and the last attempt's time")
  func deadline() throws {
    let (lab, run) = try Lab.running(
      Self.step("timeout: 20s, deadline: 30s, retry: { limit: 9, delay: 10s, backoff: 1, jitter: 0 }"))
    #expect(lab.request(run, "a")?.timeout == .seconds(20))
    lab.pass(.seconds(8))
    lab.finish(run, "a", .exited(1))
    lab.pass(.seconds(10))
    #expect(lab.request(run, "a")?.timeout == .seconds(12))
    lab.pass(.seconds(2))
    lab.finish(run, "a", .timedOut)
    // The next would begin at the deadline.
    #expect(lab.status(run) == .failed)
    #expect(lab.step(run, "a")?.attempt == 2)
  }

  @Test("A run that ends takes its waiting retries with it")
  func ending() throws {
    let (lab, run) = try Lab.running(
      """
      steps:
        - { id: a, uses: run, needs: [], with: { command: "true" }, retry: { limit: 1, delay: 10s } }
        - { id: b, uses: run, needs: [], with: { command: "true" } }
      """)
    lab.finish(run, "a", .exited(1))
    lab.finish(run, "b", .exited(1))
    #expect(lab.status(run) == .failed)
    #expect(lab.stepStatuses(run) == [.cancelled, .failed])
    lab.pass(.seconds(60))
    #expect(lab.executor.running.isEmpty)
  }

  /// Runs of one step with a circuit, in sessions of their own.
  private static func circuits(_ keys: String = "") throws -> (Lab, () throws -> RunID) {
    let (lab, session) = try Lab.withSession(
      try Flows.parse("f", step("circuit: peer\(keys)")))
    return (lab, { try lab.start(session, StartRequest(ifActive: .parallel)).id })
  }

  private func open(_ lab: Lab, _ start: () throws -> RunID) throws {
    for _ in 0..<Limits.circuitFailures { lab.finish(try start(), "a", .exited(1)) }
    lab.pass(.seconds(1))
  }

  @Test("While its circuit is open a step waits; then one attempt finds out for all")
  func circuit() throws {
    let (lab, start) = try Self.circuits()
    try open(lab, start)
    #expect(lab.engine.circuits.map(\.state) == [.open])
    #expect(lab.store.events.contains { $0.kind.short == "circuit peer open" })
    let runs = try (0..<3).map { _ in try start() }
    #expect(runs.allSatisfy { lab.stepStatuses($0) == [.waitingRetry] })
    lab.pass(.seconds(4))
    #expect(runs.map { lab.runningSteps($0).count } == [1, 0, 0])
    lab.finish(runs[0], "a")
    #expect(lab.engine.circuits.isEmpty)
    lab.pass(.seconds(1))
    for run in runs[1...] { lab.finish(run, "a") }
    #expect(runs.map { lab.status($0) } == [.succeeded, .succeeded, .succeeded])
    #expect(runs.map { lab.step($0, "a")?.attempt } == [1, 1, 1])
  }

  @Test("When the attempt that finds out is cancelled, another one does")
  func cancelledProbe() throws {
    let (lab, start) = try Self.circuits()
    try open(lab, start)
    let runs = try (0..<2).map { _ in try start() }
    lab.pass(.seconds(4))
    #expect(runs.map { lab.runningSteps($0).count } == [1, 0])
    _ = try lab.cancel(try #require(lab.store.run(runs[0])?.sessionID), runs[0], .force)
    lab.finish(runs[0], "a", .cancelled)
    lab.pass(.seconds(2))
    #expect(lab.runningSteps(runs[1]) == ["a"])
  }

  @Test("Who waits for the attempt that finds out waits quietly, however long that takes")
  func longProbe() throws {
    let (lab, start) = try Self.circuits()
    try open(lab, start)
    let runs = try (0..<2).map { _ in try start() }
    lab.pass(.seconds(3600))
    #expect(runs.map { lab.runningSteps($0).count } == [1, 0])
    #expect(lab.story(runs[1]) == ["run started", "retrying a#0"])
    lab.restart()
    lab.resume()
    lab.settle()
    lab.pass(.seconds(1))
    #expect(lab.runningSteps(runs[1]) == ["a"])
  }

  @Test("A sub-flow's steps do not wait for the circuit that their own step tries")
  func nestedCircuit() throws {
    let inner = try Flows.parse("inner", Self.step("circuit: peer"))
    let (lab, session) = try Lab.withSession(
      try Flows.parse(
        "f", "steps: [{ id: sub, uses: flow, with: { flow: inner }, circuit: peer }]", subflows: [inner]))
    while lab.engine.circuits.first?.state != .open {
      let run = try lab.start(session).id
      lab.finish(try #require(lab.store.children(of: run).first?.id), "a", .exited(1))
    }
    #expect(lab.engine.circuits.map(\.state) == [.open])
    let run = try lab.start(session).id
    lab.pass(.seconds(60))
    let child = try #require(lab.store.children(of: run).first?.id)
    lab.finish(child, "a")
    #expect(lab.status(run) == .succeeded)
  }

  @Test("A sub-flow that waits for a person keeps nobody from its circuit, nor the children behind it")
  func askingProbe() throws {
    let inner = try Flows.parse(
      "inner",
      """
      steps:
        - { id: a, uses: run, with: { command: "true" } }
        - { id: q, uses: input, with: { prompt: Well? } }
      """)
    let (lab, session) = try Lab.withSession(
      try Flows.parse(
        "f",
        """
        concurrency: { max-parallel: \(Limits.circuitFailures) }
        steps:
          - { id: sub, uses: flow, with: { flow: inner }, circuit: peer, continue-on-error: true, foreach: { in: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15] } }
        """, subflows: [inner]), mode: .interactive)
    let run = try lab.start(session).id
    while let child = lab.store.children(of: run).first(where: { lab.runningSteps($0.id) == ["a"] }) {
      lab.finish(child.id, "a", .exited(1))
    }
    #expect(lab.engine.circuits.map(\.state) == [.open])
    let before = lab.store.children(of: run).count
    lab.pass(Limits.circuitDelay)
    #expect(lab.store.children(of: run).count == before + 1)
    let probe = try #require(lab.store.children(of: run).last?.id)
    lab.finish(probe, "a")
    #expect(lab.step(probe, "q")?.status == .waitingInput)
    lab.pass(.seconds(2))
    #expect(lab.store.children(of: run).count > before + 1)
  }

  @Test("A step whose deadline comes before its circuit may be tried fails then")
  func circuitDeadline() throws {
    let (lab, start) = try Self.circuits(", deadline: 3s")
    try open(lab, start)
    let run = try start()
    lab.pass(.seconds(3))
    #expect(lab.status(run) == .failed)
    #expect(lab.error(run, "a")?.contains("circuit") == true)
  }
}
