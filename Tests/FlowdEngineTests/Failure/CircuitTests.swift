import FlowdModel
import Testing

@testable import FlowdEngine

@Suite("Circuit breakers")
struct CircuitTests {
  private static let begin = Timestamp(microsecondsSince1970: 0)

  /// Lets an attempt through, and fails the test when the circuit does not.
  private static func admit(_ name: String, now: Timestamp, _ circuits: inout CircuitBreakers) throws
    -> CircuitBreakers.Pass
  {
    guard case .now(let pass) = circuits.admit(name, now: now) else { throw Closed() }
    return pass
  }

  private struct Closed: Error {}

  /// A circuit that has opened at `begin`.
  private static func opened(_ name: String = "x") throws -> CircuitBreakers {
    var circuits = CircuitBreakers()
    for _ in 0..<Limits.circuitFailures {
      _ = circuits.note(.failed, of: try admit(name, now: begin, &circuits), now: begin)
    }
    return circuits
  }

  @Test("A circuit opens after failures in a row, lets one attempt find out, and closes or opens for longer")
  func circuit() throws {
    var circuits = CircuitBreakers()
    var now = Self.begin
    var pass = try Self.admit("x", now: now, &circuits)
    for failure in 1..<Limits.circuitFailures {
      #expect(circuits.note(.failed, of: pass, now: now).view == nil)
      pass = try Self.admit("x", now: now, &circuits)
      #expect(circuits.views.map(\.failures) == [failure])
    }
    var delay = Limits.circuitDelay
    for _ in 0..<10 {
      let opened = circuits.note(.failed, of: pass, now: now).view
      #expect(opened?.state == .open && opened?.retryAt == now + delay)
      #expect(circuits.admit("x", now: now) == .notBefore(now + delay))
      _ = try Self.admit("y", now: now, &circuits)
      now = now + delay
      delay = min(delay * 2, Limits.circuitDelayMax)
      pass = try Self.admit("x", now: now, &circuits)
      // Whoever comes while that attempt is under way waits.
      #expect(circuits.admit("x", now: now) == .notBefore(now + .seconds(1)))
    }
    #expect(circuits.note(.worked, of: pass, now: now).view?.state == .closed)
    #expect(circuits.views.isEmpty)
    #expect(circuits.note(.failed, of: try Self.admit("x", now: now, &circuits), now: now).view == nil)
  }

  @Test("A clock that is set back keeps no circuit open for longer than circuits are")
  func clockSetBack() throws {
    var circuits = try Self.opened()
    #expect(circuits.admit("x", now: Self.begin - .seconds(1)) == .notBefore(Self.begin + Limits.circuitDelay))
    _ = try Self.admit("x", now: Self.begin - .seconds(86_400), &circuits)
  }

  @Test("A success in between counts from the beginning")
  func success() throws {
    var circuits = CircuitBreakers()
    for _ in 0..<3 {
      let pass = try Self.admit("x", now: Self.begin, &circuits)
      for _ in 1..<Limits.circuitFailures {
        #expect(circuits.note(.failed, of: pass, now: Self.begin).view == nil)
      }
      #expect(circuits.note(.worked, of: pass, now: Self.begin) == CircuitBreakers.Change())
    }
  }

  @Test("An attempt that finds out and is not made gives its turn back")
  func givenBack() throws {
    for all in [false, true] {
      var circuits = try Self.opened()
      let later = Self.begin + .seconds(60)
      let pass = try Self.admit("x", now: later, &circuits)
      if all { circuits.giveBackAll() } else { circuits.giveBack(pass) }
      _ = try Self.admit("x", now: later, &circuits)
      // It has given back its own turn, not the next one's.
      circuits.giveBack(pass)
      #expect(circuits.admit("x", now: later) == .notBefore(later + .seconds(1)))
    }
  }

  @Test("What began before a circuit opened neither closes it nor keeps it open", arguments: [true, false])
  func late(_ works: Bool) throws {
    var circuits = CircuitBreakers()
    let old = try Self.admit("x", now: Self.begin, &circuits)
    for _ in 0..<Limits.circuitFailures {
      _ = circuits.note(.failed, of: try Self.admit("x", now: Self.begin, &circuits), now: Self.begin)
    }
    let open = circuits.views
    #expect(circuits.note(works ? .worked : .failed, of: old, now: Self.begin) == CircuitBreakers.Change())
    #expect(circuits.views == open)
    let later = Self.begin + Limits.circuitDelay
    let probe = try Self.admit("x", now: later, &circuits)
    #expect(circuits.note(works ? .worked : .failed, of: old, now: later) == CircuitBreakers.Change())
    #expect(circuits.admit("x", now: later) == .notBefore(later + .seconds(1)))
    #expect(circuits.note(.worked, of: probe, now: later).view?.state == .closed)
  }

  @Test("What holds until a time is ended by the attempt after it alone")
  func held() throws {
    var circuits = CircuitBreakers()
    let old = try Self.admit("x", now: Self.begin, &circuits)
    let reset = Self.begin + .seconds(7_200)
    _ = circuits.hold("x", CircuitHold(until: reset, reason: "used up"), now: Self.begin)
    for outcome in [CircuitBreakers.Outcome.worked, .failed, .failedInTurn] {
      #expect(circuits.note(outcome, of: old, now: Self.begin) == CircuitBreakers.Change())
      #expect(circuits.admit("x", now: Self.begin) == .notBefore(reset))
    }
    let change = circuits.note(.worked, of: try Self.admit("x", now: reset, &circuits), now: reset)
    #expect(change.endsHold && change.view?.state == .closed)
  }

  @Test("Failures at a pace that the flow gives open no circuit, and close none")
  func inTurn() throws {
    var circuits = CircuitBreakers()
    for _ in 0..<20 {
      let pass = try Self.admit("x", now: Self.begin, &circuits)
      #expect(circuits.note(.failedInTurn, of: pass, now: Self.begin) == CircuitBreakers.Change())
    }
    circuits = try Self.opened()
    let later = Self.begin + Limits.circuitDelay
    let probe = try Self.admit("x", now: later, &circuits)
    #expect(circuits.note(.failedInTurn, of: probe, now: later).view?.state == .open)
  }

  @Test("A look at the other side counts like a success or a failure, and ends no hold")
  func check() throws {
    var circuits = CircuitBreakers()
    for _ in 0..<Limits.circuitFailures { circuits.noteCheck("x", works: false, now: Self.begin) }
    #expect(circuits.view("x")?.state == .open)
    circuits.noteCheck("x", works: true, now: Self.begin)
    #expect(circuits.view("x") == nil)
    let hold = CircuitHold(until: Self.begin + .seconds(60), reason: "used up")
    _ = circuits.hold("x", hold, now: Self.begin)
    for works in [true, false] { circuits.noteCheck("x", works: works, now: Self.begin) }
    #expect(circuits.heldUntil("x", now: Self.begin) == hold.until)
  }

  @Test("So many circuits are remembered; the one unused for longest is forgotten")
  func bound() throws {
    var circuits = CircuitBreakers()
    for number in 0...Limits.circuitsMax {
      let now = Self.begin + .seconds(number)
      _ = circuits.note(.failed, of: try Self.admit("c\(number)", now: now, &circuits), now: now)
    }
    #expect(circuits.views.count == Limits.circuitsMax)
    #expect(!circuits.views.contains { $0.name == "c0" })
  }
}
