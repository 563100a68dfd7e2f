package import FlowdModel

/// Circuit breakers by name: after repeated failures nothing is tried for a while, then one attempt finds out.
///
/// They live as long as the daemon: after a restart everything is tried again, which is right for a peer that may have
/// recovered meanwhile.
package struct CircuitBreakers: Sendable {
  enum Admission: Equatable {
    case now
    case notBefore(Timestamp)
  }

  private struct Breaker {
    var state = CircuitView.State.closed
    var failures = 0
    /// How many times it has opened without closing since.
    var openings = 0
    var retryAt: Timestamp?
    /// The attempt that finds out is under way.
    var isProbing = false
    var lastUse: Timestamp
  }

  private var breakers: [String: Breaker] = [:]

  /// Those with failures, by name.
  package var views: [CircuitView] {
    breakers.filter { $0.value.failures > 0 || $0.value.state != .closed }.map(CircuitBreakers.view)
      .sorted { $0.name < $1.name }
  }

  /// Whether an attempt may be made now.
  mutating func admit(_ name: String, now: Timestamp) -> Admission {
    guard var breaker = breakers[name] else { return .now }
    defer { breakers[name] = breaker }
    breaker.lastUse = now
    switch breaker.state {
    case .closed: return .now
    case .open:
      // Further off than it can be: the clock was set back.
      if let retryAt = breaker.retryAt, now < retryAt, retryAt - now <= Limits.circuitDelayMax {
        return .notBefore(retryAt)
      }
      breaker.state = .halfOpen
      breaker.isProbing = true
      return .now
    case .halfOpen:
      guard breaker.isProbing else {
        breaker.isProbing = true
        return .now
      }
      // Whoever asks while the probe is under way asks again a little later.
      return .notBefore(now + .seconds(1))
    }
  }

  /// An attempt that was admitted is not made.
  mutating func giveBack(_ name: String) { breakers[name]?.isProbing = false }

  /// Attempts that were admitted and not made durable are not made.
  mutating func giveBackAll() {
    for name in breakers.keys { breakers[name]?.isProbing = false }
  }

  /// - Returns: The circuit when its state changed.
  mutating func noteSuccess(_ name: String) -> CircuitView? {
    guard let old = breakers.removeValue(forKey: name), old.state != .closed else { return nil }
    return CircuitView(name: name, state: .closed, failures: 0, retryAt: nil)
  }

  /// - Returns: The circuit when its state changed.
  mutating func noteFailure(_ name: String, now: Timestamp) -> CircuitView? {
    if breakers[name] == nil { makeRoom() }
    var breaker = breakers[name] ?? Breaker(lastUse: now)
    breaker.failures += 1
    breaker.isProbing = false
    breaker.lastUse = now
    let opens = breaker.state == .halfOpen || (breaker.state == .closed && breaker.failures >= Limits.circuitFailures)
    if opens {
      breaker.state = .open
      let delay = min(Limits.circuitDelay * (1 << min(breaker.openings, 10)), Limits.circuitDelayMax)
      breaker.openings += 1
      breaker.retryAt = now + delay
    }
    breakers[name] = breaker
    return opens ? CircuitBreakers.view((name, breaker)) : nil
  }

  private mutating func makeRoom() {
    guard breakers.count >= Limits.circuitsMax else { return }
    let oldest = breakers.min { ($0.value.lastUse, $0.key) < ($1.value.lastUse, $1.key) }
    if let oldest { breakers[oldest.key] = nil }
  }

  private static func view(_ entry: (key: String, value: Breaker)) -> CircuitView {
    CircuitView(
      name: entry.key, state: entry.value.state, failures: entry.value.failures,
      retryAt: entry.value.state == .open ? entry.value.retryAt : nil)
  }
}
