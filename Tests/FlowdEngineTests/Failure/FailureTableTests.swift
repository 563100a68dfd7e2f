@testable import FlowdEngine
import FlowdModel
import Testing

@Suite("Classes of errors, delays")
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
}
