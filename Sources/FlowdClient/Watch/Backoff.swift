internal import FlowdModel

/// The pauses between attempts: 50 ms, doubled each time up to a bound, each with a quarter of random difference.
struct Backoff {
  private var milliseconds = 50

  mutating func next() -> Duration {
    let pause = milliseconds
    milliseconds = min(milliseconds * 2, Limits.reconnectDelayMillisecondsMax)
    return .milliseconds(Int.random(in: pause - pause / 4...pause))
  }
}
