internal import Glibc

/// A point of `CLOCK_MONOTONIC`, which no clock change moves and which stands still while the machine sleeps.
package struct MonotonicInstant: Comparable, Sendable {
  private let nanoseconds: Int64

  private init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  package static var now: MonotonicInstant {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return MonotonicInstant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
  }

  /// Later than every other.
  package static let never = MonotonicInstant(nanoseconds: .max)

  /// Durations beyond what 63 bits of nanoseconds hold give `never`.
  package static func + (left: MonotonicInstant, right: Duration) -> MonotonicInstant {
    let (seconds, attoseconds) = right.components
    let (whole, tooLong) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    let (length, tooLongByPart) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
    let (sum, tooLate) = left.nanoseconds.addingReportingOverflow(length)
    return tooLong || tooLongByPart || tooLate ? .never : MonotonicInstant(nanoseconds: sum)
  }

  package static func < (left: MonotonicInstant, right: MonotonicInstant) -> Bool {
    left.nanoseconds < right.nanoseconds
  }

  /// How long after this instant another one is; negative when it is before it.
  package func duration(to other: MonotonicInstant) -> Duration { .nanoseconds(other.nanoseconds - nanoseconds) }

  /// For `poll`: milliseconds from `now` until this instant, rounded up; 0 when it has passed, -1 for `never`.
  package func timeout(from now: MonotonicInstant) -> Int32 {
    if self == .never { return -1 }
    if self <= now { return 0 }
    let left = (nanoseconds - now.nanoseconds + 999_999) / 1_000_000
    return Int32(min(left, Int64(Int32.max)))
  }
}
