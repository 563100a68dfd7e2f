package import FlowdModel
package import FlowdSteps

/// What an agent thinks aloud on its way to the engine: redacted, and gathered so that ten thousand pieces make a few
/// activities.
package struct ThoughtStream: Sendable {
  /// How long a thought is gathered.
  static let gatheringTime = Duration.milliseconds(500)

  /// When `take` has to be called; `never` while nothing is gathered.
  package private(set) var dueAt = MonotonicInstant.never

  private let values: Redactor
  private var redactor: StreamRedactor
  private var sanitizer = UTF8Sanitizer()
  private var gathered: [UInt8] = []
  /// Of the attempt; past `Limits.streamedOutputBytesMax` thoughts are thrown away.
  private var taken = 0

  /// - Parameter redactor: What must not be handed on.
  package init(redactor: Redactor) {
    values = redactor
    self.redactor = StreamRedactor(redactor)
  }

  /// Adds a piece.
  package mutating func push(_ bytes: [UInt8], now: MonotonicInstant) {
    guard !bytes.isEmpty, taken < Limits.streamedOutputBytesMax else { return }
    taken += bytes.count
    redactor.push(bytes).withUnsafeBytes { sanitizer.append($0, to: &gathered) }
    if gathered.count >= Limits.outputChunkBytesMax {
      dueAt = now
    } else if dueAt == .never {
      dueAt = now + Self.gatheringTime
    }
  }

  /// Takes what is gathered.
  ///
  /// - Parameter atEnd: The thought is at its end: what was held back too.
  package mutating func take(atEnd: Bool) -> [AgentActivity] {
    if atEnd {
      redactor.finish().withUnsafeBytes { sanitizer.append($0, to: &gathered) }
      sanitizer.finish(to: &gathered)
      redactor = StreamRedactor(values)
      sanitizer = UTF8Sanitizer()
    }
    defer {
      gathered = []
      dueAt = .never
    }
    var activities: [AgentActivity] = []
    var rest = gathered[...]
    while !rest.isEmpty {
      let room = min(rest.startIndex + Limits.outputChunkBytesMax, rest.endIndex)
      let end = UTF8Boundary.atOrBefore(room, in: rest)
      activities.append(AgentActivity(.thought, String(decoding: rest[..<end], as: UTF8.self)))
      rest = rest[end...]
    }
    return activities
  }
}
