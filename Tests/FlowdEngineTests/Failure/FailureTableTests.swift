@testable import FlowdEngine
import FlowdModel
import Testing

@Suite("Classes of errors, delays, circuit breakers")
struct FailureTableTests {
  static let outcomes: [(StepResult.Outcome, Int32?, StepError?)] = [
    (.exited(0), 0, nil),
    (.exited(1), 1, StepError(.recoverable, "exited with code 1")),
    (.exited(64), 64, StepError(.fatal, "exited with code 64")),
    (.exited(75), 75, StepError(.recoverable, "exited with code 75")),
    (.exited(77), 77, StepError(.fatal, "exited with code 77")),
    (.exited(126), 126, StepError(.fatal, "exited with code 126 (found, but cannot be executed)")),
    (.exited(127), 127, StepError(.fatal, "exited with code 127 (command not found)")),
    (.exited(137), 137, StepError(.recoverable, "exited with code 137 (128 + signal 9)")),
    (.exited(255), 255, StepError(.recoverable, "exited with code 255")),
    (.signalled(11), nil, StepError(.recoverable, "ended by signal 11")),
    (.timedOut, nil, StepError(.recoverable, "timed out after 1.5 s")),
    (.cancelled, nil, nil),
    (.notStarted("no program \"x\""), nil, StepError(.fatal, "no program \"x\"")),
    (.returned(.bool(false)), nil, nil),
    (.elapsed, nil, nil),
    (.raised(ExpressionError(.exhausted, "too long")), nil, StepError(.fatal, "too long")),
    (.subflowFailed(StepError(.needsUser, "who?")), nil, StepError(.needsUser, "who?")),
  ]

  @Test("What the end of an attempt means", arguments: outcomes)
  func classified(_ outcome: StepResult.Outcome, _ exitCode: Int32?, _ error: StepError?) {
    let found = ErrorClassification.classify(outcome, timeout: .milliseconds(1500))
    #expect(found.exitCode == exitCode)
    #expect(found.error == error)
  }

  @Test(
    "A time is told in words",
    arguments: [(Duration.milliseconds(20), "20 ms"), (.seconds(2), "2 s"), (.milliseconds(61_250), "61.25 s")])
  func words(_ time: Duration, _ text: String) {
    #expect(ErrorClassification.describe(time) == text)
  }

  @Test("Delays grow by the backoff up to their bound")
  func backoff() {
    let policy = RetryPolicy(limit: 9, delay: .seconds(1), backoff: 3, maxDelay: .seconds(20), jitter: 0)
    let delays = (0..<5).map { policy.delay(after: $0, chance: 0.5) }
    #expect(delays == [.seconds(1), .seconds(3), .seconds(9), .seconds(20), .seconds(20)])
    #expect(policy.delay(after: 1_000_000, chance: 0.5) == .seconds(20))
    let steady = RetryPolicy(limit: 9, delay: .seconds(2), backoff: 1, maxDelay: .seconds(20), jitter: 0)
    #expect(steady.delay(after: 1000, chance: 0.5) == .seconds(2))
    let none = RetryPolicy(limit: 9, delay: .zero, backoff: 1000, maxDelay: .seconds(20), jitter: 1)
    #expect(none.delay(after: 1000, chance: 1) == .zero)
    #expect(policy.delay(after: 0, chance: 0.5, atLeast: .seconds(7)) == .seconds(7))
  }

  @Test("Jitter stays within its share, on both sides, and is never negative")
  func jitter() {
    let policy = RetryPolicy(limit: 9, delay: .seconds(10), backoff: 1, maxDelay: .seconds(60), jitter: 0.2)
    #expect(policy.delay(after: 0, chance: 0) == .seconds(8))
    #expect(policy.delay(after: 0, chance: 1) == .seconds(12))
    let all = RetryPolicy(limit: 9, delay: .seconds(10), backoff: 1, maxDelay: .seconds(60), jitter: 1)
    #expect(all.delay(after: 0, chance: 0) == .zero)
    #expect(all.delay(after: 0, chance: 1) == .seconds(20))
  }

  private static let begin = Timestamp(microsecondsSince1970: 0)

  @Test("A circuit opens after failures in a row, lets one attempt find out, and closes or opens for longer")
  func circuit() {
    var circuits = CircuitBreakers()
    var now = Self.begin
    for failure in 1..<Limits.circuitFailures {
      #expect(circuits.noteFailure("x", now: now) == nil)
      #expect(circuits.admit("x", now: now) == .now)
      #expect(circuits.views.map(\.failures) == [failure])
    }
    var delay = Limits.circuitDelay
    for _ in 0..<10 {
      let opened = circuits.noteFailure("x", now: now)
      #expect(opened?.state == .open && opened?.retryAt == now + delay)
      #expect(circuits.admit("x", now: now) == .notBefore(now + delay))
      #expect(circuits.admit("y", now: now) == .now)
      now = now + delay
      delay = min(delay * 2, Limits.circuitDelayMax)
      #expect(circuits.admit("x", now: now) == .now)
      // Whoever comes while that attempt is under way waits.
      #expect(circuits.admit("x", now: now) == .notBefore(now + .seconds(1)))
    }
    #expect(circuits.noteSuccess("x")?.state == .closed)
    #expect(circuits.views.isEmpty)
    #expect(circuits.noteFailure("x", now: now) == nil)
  }

  @Test("A clock that is set back keeps no circuit open for longer than circuits are")
  func clockSetBack() {
    var circuits = CircuitBreakers()
    for _ in 0..<Limits.circuitFailures { _ = circuits.noteFailure("x", now: Self.begin) }
    #expect(circuits.admit("x", now: Self.begin - .seconds(1)) == .notBefore(Self.begin + Limits.circuitDelay))
    #expect(circuits.admit("x", now: Self.begin - .seconds(86_400)) == .now)
  }

  @Test("A success in between counts from the beginning")
  func success() {
    var circuits = CircuitBreakers()
    for _ in 0..<3 {
      for _ in 1..<Limits.circuitFailures { #expect(circuits.noteFailure("x", now: Self.begin) == nil) }
      #expect(circuits.noteSuccess("x") == nil)
    }
  }

  @Test("An attempt that finds out and is not made gives its turn back")
  func givenBack() {
    for all in [false, true] {
      var circuits = CircuitBreakers()
      for _ in 0..<Limits.circuitFailures { _ = circuits.noteFailure("x", now: Self.begin) }
      let later = Self.begin + .seconds(60)
      #expect(circuits.admit("x", now: later) == .now)
      if all { circuits.giveBackAll() } else { circuits.giveBack("x") }
      #expect(circuits.admit("x", now: later) == .now)
    }
  }

  @Test("So many circuits are remembered; the one unused for longest is forgotten")
  func bound() {
    var circuits = CircuitBreakers()
    for number in 0...Limits.circuitsMax {
      _ = circuits.noteFailure("c\(number)", now: Self.begin + .seconds(number))
    }
    #expect(circuits.views.count == Limits.circuitsMax)
    #expect(!circuits.views.contains { $0.name == "c0" })
  }
}
