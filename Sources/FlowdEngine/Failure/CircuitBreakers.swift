package import FlowdModel

/// Circuit breakers by name: after repeated failures nothing is tried for a while, then one attempt finds out.
///
/// They live as long as the daemon: after a restart everything is tried again, which is right for a peer that may have
/// recovered meanwhile. What holds until a known time, as an exhausted quota does, is stored.
package struct CircuitBreakers: Sendable {
  /// Lets one attempt through. What comes of the attempt counts only while the circuit is as it was then: one that began
  /// before a circuit opened says nothing about whether it may close.
  struct Pass: Equatable {
    let circuit: String
    fileprivate let generation: Int
  }

  enum Admission: Equatable {
    case now(Pass)
    case notBefore(Timestamp)
  }

  /// What came of an attempt.
  enum Outcome {
    /// The other side does what it is there for, whatever became of the step.
    case worked
    case failed
    /// It failed, and is tried again at a pace that the flow gives (`until`): that opens no circuit, but closes none.
    case failedInTurn
  }

  struct Change: Equatable {
    /// The circuit when its state changed.
    var view: CircuitView?
    /// What was known until when nothing is tried holds no more.
    var endsHold = false
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
    /// Another one each time that attempts are let through or kept off anew.
    var generation = 0
  }

  /// The circuit of agent steps on a provider.
  package static func name(ofProvider id: String) -> String { "provider \(id)" }

  private var breakers: [String: Breaker] = [:]
  private var lastGeneration = 0

  /// Those with failures, by name.
  package var views: [CircuitView] {
    breakers.filter { $0.value.failures > 0 || $0.value.state != .closed }.map(CircuitBreakers.view)
      .sorted { $0.name < $1.name }
  }

  /// Whether an attempt may be made now.
  mutating func admit(_ name: String, now: Timestamp) -> Admission {
    guard var breaker = breakers[name] else { return .now(Pass(circuit: name, generation: 0)) }
    defer { breakers[name] = breaker }
    breaker.lastUse = now
    switch breaker.state {
    case .closed: return .now(Pass(circuit: name, generation: breaker.generation))
    case .open:
      // Further off than it can be: the clock was set back.
      let longest = breaker.holdReason.isEmpty ? Limits.circuitDelayMax : Limits.quotaResetMax
      if let retryAt = breaker.retryAt, now < retryAt, retryAt - now <= longest {
        return .notBefore(retryAt)
      }
    case .halfOpen:
      // Whoever asks while the probe is under way asks again a little later.
      if breaker.isProbing { return .notBefore(now + .seconds(1)) }
    }
    breaker.state = .halfOpen
    breaker.isProbing = true
    breaker.generation = nextGeneration()
    return .now(Pass(circuit: name, generation: breaker.generation))
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
    breaker.generation = nextGeneration()
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

  /// An attempt that was admitted is not made, or nothing is learnt from it.
  mutating func giveBack(_ pass: Pass) {
    if breakers[pass.circuit]?.generation == pass.generation { breakers[pass.circuit]?.isProbing = false }
  }

  /// Attempts that were admitted and not made durable are not made.
  mutating func giveBackAll() {
    for name in breakers.keys { breakers[name]?.isProbing = false }
  }

  mutating func note(_ outcome: Outcome, of pass: Pass, now: Timestamp) -> Change {
    let known = breakers[pass.circuit]
    if let known, known.generation != pass.generation { return Change() }
    let breaker = known ?? Breaker(lastUse: now)
    let endsHold = !breaker.holdReason.isEmpty
    switch outcome {
    case .failedInTurn where breaker.state == .closed: return Change()
    case .failed, .failedInTurn:
      if known == nil { makeRoom() }
      return Change(view: fail(pass.circuit, breaker, now: now), endsHold: endsHold)
    case .worked:
      breakers[pass.circuit] = nil
      guard breaker.state != .closed else { return Change() }
      return Change(
        view: CircuitView(name: pass.circuit, state: .closed, failures: 0, retryAt: nil), endsHold: endsHold)
    }
  }

  /// What a look at the other side found, beside all attempts. It ends no hold.
  mutating func noteCheck(_ name: String, works: Bool, now: Timestamp) {
    let known = breakers[name]
    let breaker = known ?? Breaker(lastUse: now)
    guard breaker.holdReason.isEmpty else { return }
    if works { breakers[name] = nil }
    guard !works, breaker.state == .closed else { return }
    if known == nil { makeRoom() }
    _ = fail(name, breaker, now: now)
  }

  /// A circuit with failures; `nil`: there were none.
  func view(_ name: String) -> CircuitView? {
    guard let breaker = breakers[name], breaker.failures > 0 || breaker.state != .closed else { return nil }
    return CircuitBreakers.view((name, breaker))
  }

  private mutating func fail(_ name: String, _ old: Breaker, now: Timestamp) -> CircuitView? {
    var breaker = old
    breaker.failures += 1
    breaker.isProbing = false
    breaker.lastUse = now
    breaker.holdReason = ""
    let opens = breaker.state == .halfOpen || breaker.failures >= Limits.circuitFailures
    if opens {
      breaker.state = .open
      let delay = min(Limits.circuitDelay * (1 << min(breaker.openings, 10)), Limits.circuitDelayMax)
      breaker.openings += 1
      breaker.retryAt = now + delay
      breaker.generation = nextGeneration()
    }
    breakers[name] = breaker
    return opens ? CircuitBreakers.view((name, breaker)) : nil
  }

  private mutating func nextGeneration() -> Int {
    lastGeneration += 1
    return lastGeneration
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
