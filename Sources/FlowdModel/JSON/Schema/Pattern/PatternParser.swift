/// Reads a regular expression of a schema: the part of ECMA-262 that can be matched in linear time, without assertions but
/// `^` and `$`.
struct PatternParser {
  indirect enum Node {
    case set(ScalarSet)
    case start
    case end
    case sequence([Node])
    case choice([Node])
    /// `most` is `nil` without a bound.
    case loop(Node, least: Int, most: Int?)
  }

  /// What is wrong with a pattern, or not supported of it.
  struct Mistake: Error, Equatable {
    let message: String

    init(_ message: String) { self.message = message }
  }

  private let scalars: [Unicode.Scalar]
  private var at = 0
  private var depth = 0

  init(_ text: String) { scalars = Array(text.unicodeScalars) }

  /// Reads the whole of it.
  mutating func parse() throws(Mistake) -> Node {
    let node = try choice()
    guard at == scalars.count else { throw Mistake("a ')' closes nothing") }
    return node
  }

  private var peek: Unicode.Scalar? { at < scalars.count ? scalars[at] : nil }

  private mutating func take(_ words: String) -> Bool {
    guard scalars[at...].starts(with: words.unicodeScalars) else { return false }
    at += words.unicodeScalars.count
    return true
  }

  private mutating func next() -> Unicode.Scalar? {
    guard let scalar = peek else { return nil }
    at += 1
    return scalar
  }

  private mutating func choice() throws(Mistake) -> Node {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Limits.regexDepthMax else {
      throw Mistake("more than \(Limits.regexDepthMax) groups in one another")
    }
    var branches = [try sequence()]
    while take("|") { branches.append(try sequence()) }
    return branches.count == 1 ? branches[0] : .choice(branches)
  }

  private mutating func sequence() throws(Mistake) -> Node {
    var items: [Node] = []
    while let scalar = peek, scalar != "|", scalar != ")" {
      let item = try item()
      items.append(try quantified(item))
    }
    return .sequence(items)
  }

  private mutating func item() throws(Mistake) -> Node {
    guard let scalar = next() else { return .sequence([]) }
    switch scalar {
    case "^": return .start
    case "$": return .end
    case ".": return .set(.notLineEnds)
    case "(": return try group()
    case "[": return .set(try characterClass())
    case "\\": return .set(try escape(inClass: false))
    case "*", "+", "?": throw Mistake("'\(scalar)' has nothing to repeat")
    default: return .set(ScalarSet(scalar))
    }
  }

  private mutating func group() throws(Mistake) -> Node {
    if take("?"), !take(":") {
      guard take("<"), let first = peek, first != "=", first != "!" else {
        throw Mistake("'(?' groups that look ahead or back are not supported")
      }
      while let scalar = next(), scalar != ">" {}
    }
    let node = try choice()
    guard take(")") else { throw Mistake("a ')' is missing") }
    return node
  }

  /// Whether it is lazy makes no difference to whether it matches.
  private mutating func quantified(_ item: Node) throws(Mistake) -> Node {
    guard let (least, most) = try quantifier() else { return item }
    _ = take("?")
    if case .start = item { throw Mistake("'^' cannot be repeated") }
    if case .end = item { throw Mistake("'$' cannot be repeated") }
    if let scalar = peek, scalar == "*" || scalar == "+" || scalar == "?" {
      throw Mistake("'\(scalar)' has nothing to repeat")
    }
    return .loop(item, least: least, most: most)
  }

  private mutating func quantifier() throws(Mistake) -> (least: Int, most: Int?)? {
    if take("*") { return (0, nil) }
    if take("+") { return (1, nil) }
    if take("?") { return (0, 1) }
    let start = at
    guard take("{"), let least = number() else {
      at = start
      return nil
    }
    var most: Int? = least
    if take(",") { most = number() }
    guard take("}") else {
      at = start
      return nil
    }
    if let most, most < least { throw Mistake("{\(least),\(most)} is the wrong way round") }
    return (least, most)
  }

  private mutating func number() -> Int? {
    let start = at
    while let scalar = peek, ("0"..."9").contains(scalar), at - start < 6 { at += 1 }
    return Int(String(String.UnicodeScalarView(scalars[start..<at])))
  }

  // MARK: characters

  private mutating func characterClass() throws(Mistake) -> ScalarSet {
    let isNegated = take("^")
    var set = ScalarSet([])
    while let scalar = next() {
      if scalar == "]" { return isNegated ? set.negated : set }
      let low = scalar == "\\" ? try escape(inClass: true) : ScalarSet(scalar)
      guard peek == "-", at + 1 < scalars.count, scalars[at + 1] != "]" else {
        set.formUnion(low)
        continue
      }
      at += 1
      guard let scalar = next() else { break }
      let high = scalar == "\\" ? try escape(inClass: true) : ScalarSet(scalar)
      guard let first = low.only, let last = high.only else {
        throw Mistake("a range in '[]' needs a character at either end")
      }
      guard first <= last else { throw Mistake("a range in '[]' is the wrong way round") }
      set.formUnion(ScalarSet([first...last]))
    }
    throw Mistake("a ']' is missing")
  }

  private mutating func escape(inClass: Bool) throws(Mistake) -> ScalarSet {
    guard let scalar = next() else { throw Mistake("a '\\' stands at the end") }
    switch scalar {
    case "d": return .digits
    case "D": return .digits.negated
    case "w": return .words
    case "W": return .words.negated
    case "s": return .spaces
    case "S": return .spaces.negated
    case "t": return ScalarSet("\t")
    case "n": return ScalarSet("\n")
    case "r": return ScalarSet("\r")
    case "v": return ScalarSet("\u{B}")
    case "f": return ScalarSet("\u{C}")
    case "0": return ScalarSet("\0")
    case "b" where inClass: return ScalarSet("\u{8}")
    case "x": return try hexadecimal(digits: 2)
    case "u": return take("{") ? try braced() : try hexadecimal(digits: 4)
    case "a"..."z", "A"..."Z", "1"..."9": throw Mistake("'\\\(scalar)' is not supported")
    default: return ScalarSet(scalar)
    }
  }

  private mutating func hexadecimal(digits: Int) throws(Mistake) -> ScalarSet {
    let text = String(String.UnicodeScalarView(scalars[at...].prefix(digits)))
    guard text.unicodeScalars.count == digits, let scalar = Self.scalar(text) else {
      throw Mistake("\(digits) hexadecimal digits of a character are missing")
    }
    at += digits
    return ScalarSet(scalar)
  }

  private mutating func braced() throws(Mistake) -> ScalarSet {
    let text = String(String.UnicodeScalarView(scalars[at...].prefix { $0 != "}" }))
    guard let scalar = Self.scalar(text) else { throw Mistake("'\\u{\(text.prefix(10))}' is no character") }
    at += text.unicodeScalars.count
    guard take("}") else { throw Mistake("a '}' is missing") }
    return ScalarSet(scalar)
  }

  private static func scalar(_ hexadecimal: String) -> Unicode.Scalar? {
    guard hexadecimal.utf8.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }) else { return nil }
    return UInt32(hexadecimal, radix: 16).flatMap(Unicode.Scalar.init)
  }
}

extension ScalarSet {
  /// The one character that it stands for.
  fileprivate var only: UInt32? {
    guard !isNegated, ranges.count == 1, let range = ranges.first, range.count == 1 else { return nil }
    return range.lowerBound
  }
}
