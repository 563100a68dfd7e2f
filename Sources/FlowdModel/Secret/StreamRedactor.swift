/// The same for a stream: what may be the beginning of a value is held back until more has come.
///
/// However the stream is cut, what comes out is what `Redactor` makes of the whole. What is held back is at most the
/// longest form of a value as it was written, without its last byte.
package struct StreamRedactor: Sendable {
  private let automaton: PatternAutomaton?
  private var plain: PatternTrail?
  private var escaped = EscapedReadings()
  private var covered = CoveredRanges()
  /// What was held back: `held[heldFrom...]`, which ends at `position` of the stream.
  private var held: [UInt8] = []
  private var heldFrom = 0
  private var position = 0
  /// Whether the last byte that was handed on belonged to an occurrence.
  private var isMarked = false
  /// Whether anything was taken out of what was handed on.
  private(set) var found = false

  package init(_ redactor: Redactor) {
    automaton = redactor.automaton
    plain = redactor.automaton.map { PatternTrail($0) }
  }

  /// - Returns: What can be handed on.
  package mutating func push(_ bytes: [UInt8]) -> [UInt8] {
    guard let automaton, var plain else { return bytes }
    self.plain = nil  // `plain` is the only one, and changed in place.
    held += bytes
    bytes.withUnsafeBufferPointer { scan($0, &plain, automaton) }
    position += bytes.count
    var first = plain.start(automaton) ?? position
    if let start = escaped.start(automaton) { first = min(first, start) }
    self.plain = plain
    return release(until: first)
  }

  /// - Returns: What was held back, at the end of the stream.
  package mutating func finish() -> [UInt8] {
    guard let automaton else { return [] }
    escaped.finish(at: position, automaton, into: &covered)
    return release(until: position)
  }

  private mutating func scan(
    _ bytes: UnsafeBufferPointer<UInt8>, _ plain: inout PatternTrail, _ automaton: PatternAutomaton
  ) {
    var index = 0
    while index < bytes.count {
      if !escaped.isAwake, plain.state == 0 {
        index = automaton.skip(bytes, from: index)
        guard index < bytes.count else { return }
      }
      let (byte, start) = (bytes[index], position + index)
      index += 1
      if escaped.isAwake || EscapeDecoder.Kind(lead: byte) != nil {
        escaped.push(byte, at: start, beside: plain, automaton, into: &covered)
      }
      if let first = plain.step(byte, at: start, automaton) { covered.insert(first..<start + 1) }
    }
  }

  /// Hands on what stands before `end`.
  private mutating func release(until end: Int) -> [UInt8] {
    var at = position - (held.count - heldFrom)
    let base = at - heldFrom
    var output: [UInt8] = []
    output.reserveCapacity(end - at)
    for range in covered.ranges {
      guard range.lowerBound < end else { break }
      if range.lowerBound > at {
        output += held[(at - base)..<(range.lowerBound - base)]
        isMarked = false
      }
      if !isMarked { output += Redactor.mark.utf8 }
      isMarked = true
      found = true
      at = min(range.upperBound, end)
    }
    if at < end {
      output += held[(at - base)..<(end - base)]
      isMarked = false
    }
    covered.removeAll(before: end)
    heldFrom = end - base
    if heldFrom * 2 >= held.count {
      held.removeFirst(heldFrom)
      heldFrom = 0
    }
    return output
  }
}
