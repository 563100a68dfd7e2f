internal import FlowdModel

extension RetryPolicy {
  /// How long to wait before a further attempt.
  ///
  /// - Parameters:
  ///   - retries: How many there were, 0 before the first.
  ///   - chance: From 0 to 1.
  ///   - atLeast: What the other side asked for.
  func delay(after retries: Int, chance: Double, atLeast: Duration = .zero) -> Duration {
    let base = RetryPolicy.seconds(delay)
    var wait = base
    // Bounded by the limit of retries, and ends early once it is at its bound.
    for _ in 0..<retries where wait < RetryPolicy.seconds(maxDelay) { wait *= backoff }
    wait = min(wait, RetryPolicy.seconds(maxDelay))
    wait *= 1 + jitter * (2 * chance - 1)
    return max(.microseconds(Int64(max(0, wait) * 1_000_000)), atLeast)
  }

  private static func seconds(_ duration: Duration) -> Double {
    let (seconds, attoseconds) = duration.components
    return Double(seconds) + Double(attoseconds) / 1e18
  }
}
