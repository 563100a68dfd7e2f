/// Reads one JSON text (RFC 8259), strictly.
///
/// Beyond the RFC's grammar it requires valid UTF-8, paired surrogates, distinct member names and at most
/// `Limits.jsonDepthMax` nested arrays and objects. A byte order mark is an error, as the RFC lets it be.
package struct JSONParser<Builder: JSONBuilder> {
  let bytes: [UInt8]
  var position = 0
  /// What the nodes were built with; may be asked for what it gathered.
  package private(set) var builder: Builder
  private var nodesLeft: Int
  private let depthMax: Int

  /// - Parameters:
  ///   - bytes: The whole text.
  ///   - nodesMax: How many values the text may hold, nested ones counted.
  ///   - depthMax: How many arrays and objects may be nested.
  package init(
    _ bytes: [UInt8], builder: Builder, nodesMax: Int = .max, depthMax: Int = Limits.jsonDepthMax
  ) {
    self.bytes = bytes
    self.builder = builder
    nodesLeft = nodesMax
    self.depthMax = depthMax
  }

  /// Reads the whole text.
  ///
  /// - Throws: The first mistake; nothing can be read after it.
  package mutating func parse() throws(JSONParseError) -> Builder.Node {
    do {
      _ = try UTF8Span(validating: bytes.span)
    } catch {
      throw mistake("the text is not valid UTF-8", at: error.byteOffsets.lowerBound)
    }
    skipSpace()
    let root = try value(depth: 0)
    skipSpace()
    guard position == bytes.count else { throw mistake("expected the end, found \(found)") }
    return root
  }

  private mutating func value(depth: Int) throws(JSONParseError) -> Builder.Node {
    guard nodesLeft > 0 else { throw mistake("too many values") }
    nodesLeft -= 1
    let start = builder.mark(at: position)
    switch peek {
    case UInt8(ascii: "{"): return try object(from: start, depth: depth + 1)
    case UInt8(ascii: "["): return try array(from: start, depth: depth + 1)
    case UInt8(ascii: "\""): return scalar(.string(try string()), from: start)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return scalar(.number(try number()), from: start)
    case UInt8(ascii: "t"): return scalar(try literal("true", .bool(true)), from: start)
    case UInt8(ascii: "f"): return scalar(try literal("false", .bool(false)), from: start)
    case UInt8(ascii: "n"): return scalar(try literal("null", .null), from: start)
    default: throw mistake("expected a value, found \(found)")
    }
  }

  private mutating func scalar(_ scalar: JSONScalar, from start: Builder.Mark) -> Builder.Node {
    let end = builder.mark(at: position)
    return builder.scalar(scalar, from: start, to: end)
  }

  private mutating func literal(_ text: StaticString, _ scalar: JSONScalar) throws(JSONParseError) -> JSONScalar {
    let end = position + text.utf8CodeUnitCount
    guard end <= bytes.count, text.withUTF8Buffer({ $0.elementsEqual(bytes[position..<end]) }) else {
      throw mistake("expected \(text)")
    }
    position = end
    return scalar
  }

  private mutating func array(from start: Builder.Mark, depth: Int) throws(JSONParseError) -> Builder.Node {
    try enter(depth: depth)
    var elements: [Builder.Node] = []
    if take(UInt8(ascii: "]")) { return builder.array(elements, from: start) }
    while true {
      elements.append(try value(depth: depth))
      skipSpace()
      if take(UInt8(ascii: "]")) { return builder.array(elements, from: start) }
      guard take(UInt8(ascii: ",")) else { throw mistake("expected ',' or ']', found \(found)") }
      skipSpace()
    }
  }

  private mutating func object(from start: Builder.Mark, depth: Int) throws(JSONParseError) -> Builder.Node {
    try enter(depth: depth)
    var members: [Builder.Member] = []
    var names: Set<ExactName> = []
    if take(UInt8(ascii: "}")) { return builder.object(members, from: start) }
    while true {
      let nameOffset = position
      guard peek == UInt8(ascii: "\"") else { throw mistake("expected a member name in quotes, found \(found)") }
      let mark = builder.mark(at: position)
      let name = try string()
      guard isNew(name, among: members, &names) else {
        throw mistake("the member \"\(name)\" is given twice", at: nameOffset)
      }
      skipSpace()
      guard take(UInt8(ascii: ":")) else { throw mistake("expected ':', found \(found)") }
      skipSpace()
      members.append(builder.member(name, at: mark, value: try value(depth: depth)))
      skipSpace()
      if take(UInt8(ascii: "}")) { return builder.object(members, from: start) }
      guard take(UInt8(ascii: ",")) else { throw mistake("expected ',' or '}', found \(found)") }
      skipSpace()
    }
  }

  private mutating func enter(depth: Int) throws(JSONParseError) {
    guard depth <= depthMax else { throw mistake("more than \(depthMax) nested values") }
    position += 1
    skipSpace()
  }

  /// Few names are compared one by one; a hash table is worth its memory only for more.
  private func isNew(_ name: String, among members: [Builder.Member], _ names: inout Set<ExactName>) -> Bool {
    let few = 8
    if members.count < few {
      return !members.contains { ExactName(builder.name(of: $0)) == ExactName(name) }
    }
    if members.count == few { names = Set(members.map { ExactName(builder.name(of: $0)) }) }
    return names.insert(ExactName(name)).inserted
  }
}

extension JSONValue {
  /// Reads one JSON text (RFC 8259), strictly: valid UTF-8, paired surrogates, distinct member names, at most
  /// `Limits.jsonDepthMax` nested values.
  public init(parsing bytes: [UInt8]) throws(JSONParseError) {
    var parser = JSONParser(bytes, builder: JSONValueBuilder())
    self = try parser.parse()
  }

  /// The same for what this program wrote: values of others, with some levels around them.
  package init(parsingStored bytes: [UInt8]) throws(JSONParseError) {
    var parser = JSONParser(bytes, builder: JSONValueBuilder(), depthMax: Limits.storedJSONDepthMax)
    self = try parser.parse()
  }

  /// The same, with at most `valuesMax` values, nested ones counted.
  package init(parsing bytes: [UInt8], valuesMax: Int) throws(JSONParseError) {
    var parser = JSONParser(bytes, builder: JSONValueBuilder(), nodesMax: valuesMax)
    self = try parser.parse()
  }
}
