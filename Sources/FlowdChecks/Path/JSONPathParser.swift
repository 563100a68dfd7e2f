internal import FlowdModel

/// Reads a JSONPath (RFC 9535 §2), strictly.
struct JSONPathParser {
  let bytes: [UInt8]
  var position = 0
  var depth = 0

  static func parse(_ text: String) throws(JSONPathMistake) -> JSONPath {
    var parser = JSONPathParser(bytes: Array(text.utf8))
    return try parser.path()
  }

  private mutating func path() throws(JSONPathMistake) -> JSONPath {
    guard bytes.count <= Limits.jsonPathBytesMax else {
      throw mistake("the path is longer than \(Limits.jsonPathBytesMax) bytes")
    }
    guard take("$") else { throw mistake("a path begins with '$', found \(found)") }
    let path = JSONPath(segments: try segments())
    guard position == bytes.count else { throw mistake("expected '.', '[' or the end, found \(found)") }
    return path
  }

  mutating func segments() throws(JSONPathMistake) -> [JSONPath.Segment] {
    var segments: [JSONPath.Segment] = []
    while true {
      let before = position
      skipSpace()
      guard let segment = try segment() else {
        position = before
        return segments
      }
      segments.append(segment)
    }
  }

  private mutating func segment() throws(JSONPathMistake) -> JSONPath.Segment? {
    if peek == UInt8(ascii: "[") { return .init(isDescendant: false, selectors: try bracketed()) }
    guard take(".") else { return nil }
    let isDescendant = take(".")
    if isDescendant, peek == UInt8(ascii: "[") { return .init(isDescendant: true, selectors: try bracketed()) }
    if take("*") { return .init(isDescendant: isDescendant, selectors: [.wildcard]) }
    return .init(isDescendant: isDescendant, selectors: [.name(try shorthandName())])
  }

  private mutating func bracketed() throws(JSONPathMistake) -> [JSONPath.Selector] {
    position += 1
    var selectors: [JSONPath.Selector] = []
    repeat {
      skipSpace()
      selectors.append(try selector())
      skipSpace()
    } while take(",")
    guard take("]") else { throw mistake("expected ',' or ']', found \(found)") }
    return selectors
  }

  private mutating func selector() throws(JSONPathMistake) -> JSONPath.Selector {
    switch peek {
    case UInt8(ascii: "'"), UInt8(ascii: "\""): return .name(try string())
    case UInt8(ascii: "*"):
      position += 1
      return .wildcard
    case UInt8(ascii: "?"):
      position += 1
      skipSpace()
      return .filter(try condition())
    case UInt8(ascii: ":"), UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try indexOrSlice()
    default: throw mistake("expected a name in quotes, an index, a slice, '*' or '?', found \(found)")
    }
  }

  private mutating func indexOrSlice() throws(JSONPathMistake) -> JSONPath.Selector {
    let start = try optionalInteger()
    let afterStart = position
    skipSpace()
    guard take(":") else {
      position = afterStart
      guard let start else { throw mistake("expected an index, found \(found)") }
      return .index(start)
    }
    skipSpace()
    let end = try optionalInteger()
    let afterEnd = position
    skipSpace()
    guard take(":") else {
      position = afterEnd
      return .slice(start: start, end: end, step: 1)
    }
    skipSpace()
    return .slice(start: start, end: end, step: try optionalInteger() ?? 1)
  }
}
