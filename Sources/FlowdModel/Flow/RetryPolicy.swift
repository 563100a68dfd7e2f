/// When a failed attempt is followed by another one.
package struct RetryPolicy: Equatable, Sendable {
  package enum Condition: Equatable, Sendable {
    /// The error's class is recoverable.
    case recoverable
    case any
    /// An expression over the attempt's result and `error`.
    case expression(Expression)
  }

  /// Attempts after the first; 0: none.
  package var limit: Int
  /// Before the first of them.
  package var delay: Duration
  /// What the delay is multiplied with for each further one; at least 1.
  package var backoff: Double
  package var maxDelay: Duration
  /// How much of a delay is left to chance, from 0 to 1: 0.2 is ±20 %.
  package var jitter: Double
  package var condition: Condition

  package init(
    limit: Int = 0, delay: Duration = .seconds(1), backoff: Double = 2, maxDelay: Duration = .seconds(60),
    jitter: Double = 0.2, condition: Condition = .recoverable
  ) {
    self.limit = limit
    self.delay = delay
    self.backoff = backoff
    self.maxDelay = maxDelay
    self.jitter = jitter
    self.condition = condition
  }
}
