/// A circuit that is open until a time that the other side named, such as the reset of a quota.
package struct CircuitHold: Equatable, Sendable {
  package var until: Timestamp
  /// For people.
  package var reason: String

  package init(until: Timestamp, reason: String) {
    self.until = until
    self.reason = reason
  }
}
