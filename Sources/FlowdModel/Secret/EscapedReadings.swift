/// A text as it reads once escapes of each kind are undone, and those of each kind within each.
///
/// What is undone twice reads like one of the two until the other's escape comes too, so only then it is read by itself:
/// in most texts one reading or none is awake.
struct EscapedReadings {
  private static let kinds = EscapeDecoder.Kind.allCases

  /// By kind.
  private var once = kinds.map { EscapedReading($0) }
  /// By the outer kind and then by the inner: reads what the outer kind's reading has undone. Awake only while that is.
  private var twice = kinds.flatMap { _ in kinds.map { EscapedReading($0) } }
  private(set) var isAwake = false
  /// Room for what comes out of the decoders.
  private var decoded: [ReadByte] = []
  private var decodedTwice: [ReadByte] = []

  /// The beginning of what may become part of an occurrence.
  func start(_ automaton: PatternAutomaton) -> Int? {
    guard isAwake else { return nil }
    var first: Int?
    for reading in once where reading.isAwake { first = Self.earlier(first, reading.start(automaton)) }
    for reading in twice where reading.isAwake { first = Self.earlier(first, reading.start(automaton)) }
    return first
  }

  /// - Parameter plain: Where the plain reading is before this byte.
  mutating func push(
    _ byte: UInt8, at position: Int, beside plain: borrowing PatternTrail, _ automaton: PatternAutomaton,
    into covered: inout CoveredRanges
  ) {
    if let kind = EscapeDecoder.Kind(lead: byte), !once[kind.rawValue].isAwake {
      wake(kind, beside: plain, at: position, automaton)
    }
    isAwake = false
    for outer in once.indices where once[outer].isAwake {
      decoded.removeAll(keepingCapacity: true)
      once[outer].decode(ReadByte(value: byte, start: position, end: position + 1), into: &decoded)
      for byte in decoded { step(byte, outer, at: position, automaton, into: &covered) }
      rest(outer, at: position + 1, automaton)
      isAwake = isAwake || once[outer].isAwake
    }
  }

  /// The text is at its end.
  mutating func finish(at position: Int, _ automaton: PatternAutomaton, into covered: inout CoveredRanges) {
    for outer in once.indices where once[outer].isAwake {
      decoded.removeAll(keepingCapacity: true)
      once[outer].finish(into: &decoded)
      for byte in decoded { step(byte, outer, at: position, automaton, into: &covered) }
      for place in places(in: outer) where twice[place].isAwake {
        decodedTwice.removeAll(keepingCapacity: true)
        twice[place].finish(into: &decodedTwice)
        for byte in decodedTwice { twice[place].step(byte, automaton, into: &covered) }
      }
    }
  }

  /// Until here nothing of this kind was undone: what undoes another kind within it has read what that one has.
  private mutating func wake(
    _ kind: EscapeDecoder.Kind, beside plain: borrowing PatternTrail, at position: Int, _ automaton: PatternAutomaton
  ) {
    let outer = kind.rawValue
    for inner in once.indices where once[inner].isAwake {
      twice[place(outer, inner)].wake(like: once[inner], at: position, automaton)
    }
    once[outer].wake(beside: plain, at: position, automaton)
  }

  /// A byte has come out of the outer decoder.
  private mutating func step(
    _ byte: ReadByte, _ outer: Int, at position: Int, _ automaton: PatternAutomaton,
    into covered: inout CoveredRanges
  ) {
    let lead = EscapeDecoder.Kind(lead: byte.value)?.rawValue
    for inner in once.indices {
      let place = place(outer, inner)
      if !twice[place].isAwake {
        guard inner == lead else { continue }
        twice[place].wake(after: once[outer], at: position, automaton)
      }
      decodedTwice.removeAll(keepingCapacity: true)
      twice[place].decode(byte, into: &decodedTwice)
      for byte in decodedTwice { twice[place].step(byte, automaton, into: &covered) }
    }
    once[outer].step(byte, automaton, into: &covered)
  }

  private mutating func rest(_ outer: Int, at position: Int, _ automaton: PatternAutomaton) {
    var isRead = false
    for place in places(in: outer) where twice[place].isAwake {
      twice[place].rest(at: position, automaton)
      isRead = isRead || twice[place].isAwake
    }
    if !isRead { once[outer].rest(at: position, automaton) }
  }

  private func place(_ outer: Int, _ inner: Int) -> Int { outer * once.count + inner }

  private func places(in outer: Int) -> Range<Int> { place(outer, 0)..<place(outer + 1, 0) }

  private static func earlier(_ first: Int?, _ second: Int?) -> Int? {
    guard let first, let second else { return first ?? second }
    return min(first, second)
  }
}
