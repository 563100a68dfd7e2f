/// A wall-clock instant: microseconds since 1970-01-01T00:00:00Z.
package struct Timestamp: Hashable, Comparable, Sendable {
  package let microsecondsSince1970: Int64

  package init(microsecondsSince1970: Int64) {
    self.microsecondsSince1970 = microsecondsSince1970
  }

  package var millisecondsSince1970: Int64 { microsecondsSince1970 / 1000 }

  package static func < (left: Timestamp, right: Timestamp) -> Bool {
    left.microsecondsSince1970 < right.microsecondsSince1970
  }

  package static func + (left: Timestamp, right: Duration) -> Timestamp {
    let (seconds, attoseconds) = right.components
    return Timestamp(
      microsecondsSince1970: left.microsecondsSince1970 + seconds * 1_000_000 + attoseconds / 1_000_000_000_000)
  }

  package static func - (left: Timestamp, right: Duration) -> Timestamp { left + (.zero - right) }

  package static func - (left: Timestamp, right: Timestamp) -> Duration {
    .microseconds(left.microsecondsSince1970 - right.microsecondsSince1970)
  }
}
