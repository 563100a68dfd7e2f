/// Instants of the monotonic clock.
enum Monotonic {
  static var now: ContinuousClock.Instant { ContinuousClock.now }

  /// Milliseconds to wait in `poll`, rounded up; 0 when the instant has passed, -1 for none.
  static func pollMilliseconds(until instant: ContinuousClock.Instant?) -> Int32 {
    guard let instant else { return -1 }
    let left = now.duration(to: instant)
    guard left > .zero else { return 0 }
    let (seconds, attoseconds) = left.components
    let milliseconds = seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
    return Int32(clamping: milliseconds)
  }
}
