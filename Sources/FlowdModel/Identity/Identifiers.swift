/// An id that is a UUID; each kind is a type of its own, so that one cannot be passed for another.
package protocol UUIDIdentifier: Hashable, Comparable, Sendable, CustomStringConvertible {
  var uuid: UUIDv7 { get }
  init(_ uuid: UUIDv7)
}

extension UUIDIdentifier {
  /// Parses the canonical 36-character text; `nil` for anything else.
  package init?(_ text: String) {
    guard let uuid = UUIDv7(text) else { return nil }
    self.init(uuid)
  }

  package var description: String { uuid.text }

  package static func < (left: Self, right: Self) -> Bool { left.uuid < right.uuid }
}

/// Names a session: one editor's selection and the runs started from it.
package struct SessionID: UUIDIdentifier {
  package let uuid: UUIDv7
  package init(_ uuid: UUIDv7) { self.uuid = uuid }
}

/// Names one run of a flow.
package struct RunID: UUIDIdentifier {
  package let uuid: UUIDv7
  package init(_ uuid: UUIDv7) { self.uuid = uuid }
}

/// The place of an event in its session: 1, 2, 3 … without gaps.
package typealias EventSequence = UInt64

/// The place of an event among all events of one daemon's database; rises, may have gaps.
package typealias EventPosition = UInt64

/// One attempt at one step of one run: what an executor's results are attributed to.
package struct AttemptID: Hashable, Sendable {
  package let run: RunID
  package let step: Int
  package let attempt: Int

  /// - Parameters:
  ///   - step: The step's index in the run's roster.
  ///   - attempt: 1 for the first attempt.
  package init(run: RunID, step: Int, attempt: Int) {
    self.run = run
    self.step = step
    self.attempt = attempt
  }
}
