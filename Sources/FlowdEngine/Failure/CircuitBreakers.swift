package import FlowdModel

/// Circuit breakers by name: after repeated failures nothing is tried for a while, then one attempt finds out.
///
/// They live as long as the daemon: after a restart everything is tried again, which is right for a peer that may have
/// recovered meanwhile. What holds until a known time, as an exhausted quota does, is stored.
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
    /// Why it is open until a time that the other side named.
    var holdReason = ""
  }

  /// The circuit of agent steps on a provider.
  package static func name(ofProvider id: String) -> String { "provider \(id)" }

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
      let longest = breaker.holdReason.isEmpty ? Limits.circuitDelayMax : Limits.quotaResetMax
      if let retryAt = breaker.retryAt, now < retryAt, retryAt - now <= longest {
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

  /// Why nothing is tried, as a sentence.
  func reason(_ name: String) -> String {
    let held = breakers[name]?.holdReason ?? ""
    return held.isEmpty ? "the circuit \(quoted(name)) is open after repeated failures" : held
  }

  /// Lets nothing through until a time that the other side named; then one attempt finds out.
  mutating func hold(_ name: String, _ hold: CircuitHold, now: Timestamp) -> CircuitView {
    if breakers[name] == nil { makeRoom() }
    var breaker = breakers[name] ?? Breaker(lastUse: now)
    breaker.state = .open
    breaker.isProbing = false
    breaker.lastUse = now
    breaker.retryAt = hold.until
    breaker.holdReason = hold.reason
    breakers[name] = breaker
    return CircuitBreakers.view((name, breaker))
  }

  /// Until when a circuit is held; `nil`: it is not.
  package func heldUntil(_ name: String, now: Timestamp) -> Timestamp? {
    guard let breaker = breakers[name], !breaker.holdReason.isEmpty, let time = breaker.retryAt, time > now else {
      return nil
    }
    return time
  }

  /// Whether a circuit's hold is in the store.
  func isHeld(_ name: String) -> Bool { breakers[name].map { !$0.holdReason.isEmpty } ?? false }

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
    breaker.holdReason = ""
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
      retryAt: entry.value.state == .open ? entry.value.retryAt : nil, reason: entry.value.holdReason)
  }
}
