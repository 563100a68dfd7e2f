/// How far a reading of a text has come in the automaton, and where in the text the bytes stand that led there.
struct PatternTrail {
  private(set) var state: PatternAutomaton.State = 0
  /// Where the last bytes begin, the newest at `count - 1`; a ring with room for the longest pattern. Empty in one that
  /// has read and followed nothing.
  private var starts: [Int] = []
  private var count = 0
  /// Line breaks in a row, after at least one other byte.
  private var lineBreaks = 0

  /// Has to follow another before it reads.
  init() {}

  init(_ automaton: PatternAutomaton) {
    var room = 1
    while room < automaton.depthMax { room *= 2 }
    starts = [Int](repeating: 0, count: room)
  }

  /// Goes to where `other` is.
  mutating func follow(_ other: borrowing PatternTrail, _ automaton: PatternAutomaton) {
    if starts.isEmpty { starts = [Int](repeating: 0, count: other.starts.count) }
    state = other.state
    count = other.count
    lineBreaks = other.lineBreaks
    for index in (count - automaton.depth(state))..<count {
      starts[index & (starts.count - 1)] = other.starts[index & (starts.count - 1)]
    }
  }

  /// Where an occurrence may have begun; `nil` if none has.
  func start(_ automaton: PatternAutomaton) -> Int? {
    state == 0 ? nil : starts[(count - automaton.depth(state)) & (starts.count - 1)]
  }

  /// - Returns: Where the longest occurrence began that ends with this byte.
  mutating func step(_ byte: UInt8, at start: Int, _ automaton: PatternAutomaton) -> Int? {
    if SecretForms.isLineBreak(byte) {
      lineBreaks += 1
      if lineBreaks > automaton.lineBreaksMax { state = 0 }
      return nil
    }
    lineBreaks = 0
    state = automaton.next(state, SecretForms.fold(byte))
    guard state != 0 else { return nil }
    starts[count & (starts.count - 1)] = start
    count += 1
    let length = automaton.match(state)
    return length == 0 ? nil : starts[(count - length) & (starts.count - 1)]
  }
}
