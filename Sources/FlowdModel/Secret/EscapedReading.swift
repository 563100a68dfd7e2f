/// A text as it reads once escapes are undone.
///
/// Most of a text reads the same either way, so a reading sleeps until an escape comes, goes on from where another is that
/// has read the same until there, and sleeps again when nothing that was escaped belongs to what it has found so far.
struct EscapedReading {
  private(set) var isAwake = false
  private var decoder: EscapeDecoder
  private(set) var trail = PatternTrail()
  /// The end of the last escape that was undone.
  private var escapeEnd = 0
  /// Not to sleep before: by then as many bytes have come as were copied when it woke.
  private var restsFrom = 0

  init(_ kind: EscapeDecoder.Kind) { decoder = EscapeDecoder(kind) }

  /// Goes on from where the plain reading is, which has come to `position`.
  mutating func wake(beside plain: borrowing PatternTrail, at position: Int, _ automaton: PatternAutomaton) {
    follow(plain, at: position, automaton)
    escapeEnd = 0
  }

  /// Goes on from where `other` is, whose output it reads.
  mutating func wake(after other: borrowing EscapedReading, at position: Int, _ automaton: PatternAutomaton) {
    follow(other.trail, at: position, automaton)
    escapeEnd = other.escapeEnd
  }

  /// Goes on from where `other` is, of the same kind.
  mutating func wake(like other: borrowing EscapedReading, at position: Int, _ automaton: PatternAutomaton) {
    wake(after: other, at: position, automaton)
    decoder = other.decoder
  }

  /// The beginning of what may become part of an occurrence.
  func start(_ automaton: PatternAutomaton) -> Int? {
    guard let pending = decoder.pendingStart else { return trail.start(automaton) }
    return min(trail.start(automaton) ?? pending, pending)
  }

  mutating func decode(_ byte: ReadByte, into output: inout [ReadByte]) { decoder.push(byte, into: &output) }

  mutating func finish(into output: inout [ReadByte]) { decoder.finish(into: &output) }

  /// Goes on by a byte that came out of the decoder.
  mutating func step(_ byte: ReadByte, _ automaton: PatternAutomaton, into covered: inout CoveredRanges) {
    if byte.isEscaped { escapeEnd = byte.end }
    if let start = trail.step(byte.value, at: byte.start, automaton) { covered.insert(start..<byte.end) }
  }

  /// Sleeps if the text as it stands there has led the plain reading to the same place, or further.
  mutating func rest(at position: Int, _ automaton: PatternAutomaton) {
    guard position >= restsFrom, decoder.pendingStart == nil else { return }
    if escapeEnd <= trail.start(automaton) ?? position { isAwake = false }
  }

  private mutating func follow(_ other: borrowing PatternTrail, at position: Int, _ automaton: PatternAutomaton) {
    trail.follow(other, automaton)
    restsFrom = position + automaton.depth(trail.state)
    isAwake = true
  }
}
