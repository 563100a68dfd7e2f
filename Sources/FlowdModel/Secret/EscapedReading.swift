/// A text as it reads once escapes are undone.
///
/// Most of a text reads the same either way, so a reading sleeps until an escape comes, goes on from where the plain one
/// is, and sleeps again when both are in the same place for the same reason.
struct EscapedReading {
  private var decoders: [EscapeDecoder]
  private var trail: PatternTrail
  /// The end of the last escape that was undone.
  private var escapeEnd = 0
  private(set) var isAwake = false
  /// Room for what comes out of a decoder and goes into the next.
  private var passed: [ReadByte] = []
  private var decoded: [ReadByte] = []

  init(_ kinds: [EscapeDecoder.Kind], _ automaton: PatternAutomaton) {
    decoders = kinds.map { EscapeDecoder($0) }
    trail = PatternTrail(automaton)
  }

  /// JSON, JSON within JSON, a URL, a URL within a URL, JSON within a URL.
  static func all(_ automaton: PatternAutomaton) -> [EscapedReading] {
    let readings: [[EscapeDecoder.Kind]] = [
      [.backslash], [.backslash, .backslash], [.percent], [.percent, .percent], [.percent, .backslash],
    ]
    return readings.map { EscapedReading($0, automaton) }
  }

  static func wakes(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "%") }

  /// Goes on from where the plain reading is.
  mutating func wake(beside plain: borrowing PatternTrail, _ automaton: PatternAutomaton) {
    trail.follow(plain, automaton)
    escapeEnd = 0
    isAwake = true
  }

  func isWoken(by byte: UInt8) -> Bool { decoders.contains { $0.kind.lead == byte } }

  /// The beginning of what may become part of an occurrence.
  func start(_ automaton: PatternAutomaton) -> Int? {
    var first = trail.start(automaton)
    for decoder in decoders {
      if let start = decoder.pendingStart { first = min(start, first ?? start) }
    }
    return first
  }

  mutating func push(_ byte: UInt8, at start: Int, _ automaton: PatternAutomaton, into covered: inout CoveredRanges) {
    decoded.removeAll(keepingCapacity: true)
    decoded.append(ReadByte(value: byte, start: start, end: start + 1))
    for index in decoders.indices {
      swap(&decoded, &passed)
      decoded.removeAll(keepingCapacity: true)
      for byte in passed { decoders[index].push(byte, into: &decoded) }
    }
    follow(automaton, into: &covered)
  }

  mutating func finish(_ automaton: PatternAutomaton, into covered: inout CoveredRanges) {
    decoded.removeAll(keepingCapacity: true)
    for index in decoders.indices {
      swap(&decoded, &passed)
      decoded.removeAll(keepingCapacity: true)
      for byte in passed { decoders[index].push(byte, into: &decoded) }
      decoders[index].finish(into: &decoded)
    }
    follow(automaton, into: &covered)
  }

  /// Sleeps if from here on it would do what the plain reading does, which has come to `position`.
  mutating func rest(beside plain: PatternTrail, at position: Int, _ automaton: PatternAutomaton) {
    for decoder in decoders where decoder.pendingStart != nil { return }
    let starts = min(plain.start(automaton) ?? position, trail.start(automaton) ?? position)
    if escapeEnd <= starts { isAwake = false }
  }

  private mutating func follow(_ automaton: PatternAutomaton, into covered: inout CoveredRanges) {
    for byte in decoded {
      if byte.end - byte.start > 1 { escapeEnd = byte.end }
      if let start = trail.step(byte.value, at: byte.start, automaton) { covered.insert(start..<byte.end) }
    }
  }
}
