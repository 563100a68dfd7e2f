/// A regular expression of a schema, made ready to be searched for.
///
/// All ways to match are followed side by side, so that the time is at most the length of the text times that of the
/// pattern, whatever they are.
struct SchemaPattern {
  private enum Instruction {
    case set(ScalarSet)
    case start
    case end
    /// Goes on at both places.
    case split(Int, Int)
    case jump(Int)
    case match
  }

  private var program: [Instruction] = []
  /// Parts that were compiled, those of repetitions each time; they may be empty.
  private var partCount = 0

  /// - Throws: The pattern is none, is not supported, or makes too large a program.
  init(_ text: String) throws(PatternParser.Mistake) {
    guard text.utf8.count <= Limits.regexBytesMax else {
      throw PatternParser.Mistake("it is longer than \(Limits.regexBytesMax) bytes")
    }
    var parser = PatternParser(text)
    try compile(try parser.parse())
    try append(.match)
  }

  /// Whether the pattern is found anywhere in a text.
  ///
  /// - Parameter take: Counts work; `false` ends the search.
  func isFound(in text: String, _ take: (Int) -> Bool) -> Bool {
    let scalars = text.unicodeScalars.map(\.value)
    var current: [Int] = []
    var seenAt = [Int](repeating: -1, count: program.count)
    for position in 0...scalars.count {
      let isAtEnd = position == scalars.count
      if follow(from: 0, at: position, isAtEnd, &current, &seenAt) { return true }
      guard !isAtEnd else { return false }
      guard take(1 + current.count) else { return false }
      var following: [Int] = []
      let isNextTheEnd = position + 1 == scalars.count
      for place in current {
        guard case .set(let set) = program[place], set.contains(scalars[position]) else { continue }
        if follow(from: place + 1, at: position + 1, isNextTheEnd, &following, &seenAt) { return true }
      }
      current = following
    }
    return false
  }

  /// Adds the sets that are looked at next, coming from a place of the program.
  ///
  /// - Returns: Whether the match is complete.
  private func follow(
    from first: Int, at position: Int, _ isAtEnd: Bool, _ places: inout [Int], _ seenAt: inout [Int]
  ) -> Bool {
    var open = [first]
    while let place = open.popLast() {
      guard seenAt[place] != position else { continue }
      seenAt[place] = position
      switch program[place] {
      case .set: places.append(place)
      case .start: if position == 0 { open.append(place + 1) }
      case .end: if isAtEnd { open.append(place + 1) }
      case .split(let one, let other): open += [other, one]
      case .jump(let target): open.append(target)
      case .match: return true
      }
    }
    return false
  }

  // MARK: the program

  private mutating func append(_ instruction: Instruction) throws(PatternParser.Mistake) {
    guard program.count < Limits.patternItemsMax else {
      throw PatternParser.Mistake("it takes more than \(Limits.patternItemsMax) items with its repetitions")
    }
    program.append(instruction)
  }

  private mutating func compile(_ node: PatternParser.Node) throws(PatternParser.Mistake) {
    partCount += 1
    guard partCount <= 8 * Limits.patternItemsMax else {
      throw PatternParser.Mistake("it takes more than \(8 * Limits.patternItemsMax) parts with its repetitions")
    }
    switch node {
    case .set(let set): try append(.set(set))
    case .start: try append(.start)
    case .end: try append(.end)
    case .sequence(let items): for item in items { try compile(item) }
    case .choice(let branches): try appendChoice(branches[...])
    case .loop(let item, let least, let most):
      for _ in 0..<least { try compile(item) }
      if let most {
        for _ in least..<most { try appendOptional(item) }
      } else {
        try appendRepeated(item)
      }
    }
  }

  private mutating func appendChoice(_ branches: ArraySlice<PatternParser.Node>) throws(PatternParser.Mistake) {
    var jumps: [Int] = []
    for (index, branch) in branches.enumerated() {
      let isLast = index == branches.count - 1
      let split = program.count
      if !isLast { try append(.jump(0)) }
      try compile(branch)
      if !isLast {
        jumps.append(program.count)
        try append(.jump(0))
        program[split] = .split(split + 1, program.count)
      }
    }
    for jump in jumps { program[jump] = .jump(program.count) }
  }

  private mutating func appendOptional(_ item: PatternParser.Node) throws(PatternParser.Mistake) {
    let split = program.count
    try append(.jump(0))
    try compile(item)
    program[split] = .split(split + 1, program.count)
  }

  private mutating func appendRepeated(_ item: PatternParser.Node) throws(PatternParser.Mistake) {
    let split = program.count
    try append(.jump(0))
    try compile(item)
    try append(.jump(split))
    program[split] = .split(split + 1, program.count)
  }
}
