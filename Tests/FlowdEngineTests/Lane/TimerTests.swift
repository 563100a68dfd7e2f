@testable import FlowdEngine
import FlowdModel
import TestSupport
import Testing

@Suite("Timers, the disk and restarts")
struct TimerTests {
  private static let nap = "steps: [{ id: nap, uses: wait, with: { for: 10s } }]"
  private static let again = """
    steps:
      - { id: a, uses: run, with: { command: "true" }, retry: { limit: 3, delay: 10s, jitter: 0 } }
    """

  @Test("What is due comes in the order of its time")
  func order() {
    var random = SplitMix64(seed: 3)
    for _ in 0..<50 {
      var timers = StepTimers()
      var model: [Int] = []
      for step in 0..<100 {
        let due = random.below(1000)
        model.append(due)
        timers.insert(
          StepTimer(
            due: Timestamp(microsecondsSince1970: Int64(due)), session: SessionID(UUIDv7(high: 1, low: 1)),
            run: RunID(UUIDv7(high: 1, low: 1)), step: step))
      }
      #expect(timers.nextDue?.microsecondsSince1970 == model.min().map(Int64.init))
      let now = Timestamp(microsecondsSince1970: 600)
      var taken: [Int] = []
      while let timer = timers.take(now: now) { taken.append(Int(timer.due.microsecondsSince1970)) }
      #expect(taken == model.filter { $0 <= 600 }.sorted())
    }
  }

  @Test("A time that is up while the disk is full counts when it takes writes, and does not come all the while")
  func diskFull() throws {
    let (lab, run) = try Lab.running(Self.nap)
    let session = try #require(lab.store.run(run)?.sessionID)
    _ = lab.submit(.setMode(.hybrid, expected: Expected()), to: .session(session))
    lab.seal()
    lab.failCommit()
    lab.now = lab.now + .seconds(10)
    for _ in 0..<3 {
      lab.fireTimers()
      #expect(lab.engine.nextTimer.map { $0 > lab.now } ?? true, "a timer that cannot be decided must not spin")
      lab.settle()
    }
    #expect(lab.status(run) == .running)
    lab.allowWrites()
    lab.settle()
    lab.pass(.zero)
    #expect(lab.status(run) == .succeeded)
  }

  @Test("What a timer decided and the disk refused is decided again without anybody asking", arguments: [nap, again])
  func refused(_ yaml: String) throws {
    let (lab, run) = try Lab.running(yaml)
    if yaml == Self.again { lab.finish(run, "a", .exited(1)) }
    lab.now = lab.now + .seconds(10)
    lab.fireTimers()
    lab.seal()
    #expect(lab.sealed != nil)
    lab.failCommit()
    lab.settle()
    lab.allowWrites()
    lab.settle()
    lab.pass(.zero)
    if yaml == Self.again {
      #expect(lab.running(run).map(\.attempt.attempt) == [2])
      lab.finish(run, "a")
    }
    #expect(lab.status(run) == .succeeded)
  }

  @Test("A session that cannot be read when its time comes is read later")
  func unreadable() throws {
    let (lab, run) = try Lab.running(Self.nap)
    let session = try #require(lab.store.run(run)?.sessionID)
    _ = lab.submit(.setMode(.hybrid, expected: Expected()), to: .session(session))
    lab.seal()
    lab.failCommit()
    lab.allowWrites()
    for _ in 0..<3 {
      lab.takeLoads()
      lab.now = lab.now + .seconds(10)
      lab.fireTimers()
      lab.takeLoads()
      #expect(lab.requested.count == 1)
      lab.readOne(failing: true)
      lab.deliverOne()
      lab.engine.applyWhatWaits(now: lab.now)
    }
    lab.settle()
    lab.pass(.zero)
    #expect(lab.status(run) == .succeeded)
  }

  @Test("Times that were up while the daemon was down, or before it went on with its runs, are not forgotten")
  func whileDown() throws {
    let (lab, run) = try Lab.running(Self.nap)
    lab.restart()
    lab.now = lab.now + .seconds(20)
    lab.fireTimers()
    lab.settle()
    #expect(lab.status(run) == .running)
    lab.resume()
    lab.settle()
    lab.pass(.zero)
    #expect(lab.status(run) == .succeeded)
  }

  @Test("A wait begun before a restart ends when it was to end")
  func durable() throws {
    let (lab, run) = try Lab.running(Self.nap)
    lab.pass(.seconds(6))
    lab.restart()
    lab.resume()
    lab.settle()
    lab.pass(.seconds(3))
    #expect(lab.status(run) == .running)
    lab.pass(.seconds(1))
    #expect(lab.status(run) == .succeeded)
  }

  @Test("What was cancelled is not remembered until its time would have come")
  func cancelledWaits() throws {
    let (lab, session) = try Lab.withSession(
      try Flows.parse("f", "steps: [{ id: w, uses: wait, with: { for: 365d } }]"))
    let kept = try lab.open("/other")
    _ = try lab.start(kept)
    for _ in 0..<Limits.timersPurgeMin + 8 {
      let run = try lab.start(session).id
      _ = try lab.cancel(session, run, .force)
    }
    #expect(lab.engine.transaction.timers.count <= 1 + Limits.timersPurgeMin)
    #expect(lab.engine.nextTimer != nil)
  }

  @Test("Timers that count no more do not pile up, however often somebody comes and goes")
  func bound() throws {
    let (lab, run) = try Lab.running(
      "input-expiry: { after: 30d, then: fail }\nsteps: [{ id: ask, uses: input, with: { prompt: Well? } }]",
      mode: .hybrid)
    for _ in 0..<(Limits.timersPurgeMin + 100) {
      lab.now = lab.now + .milliseconds(1)
      lab.watch(true)
      lab.watch(false)
      #expect(lab.engine.transaction.timers.count <= Limits.timersPurgeMin + 1)
    }
    lab.pass(Limits.inputTimeoutDefault)
    #expect(lab.status(run) == .failed)
  }
}
