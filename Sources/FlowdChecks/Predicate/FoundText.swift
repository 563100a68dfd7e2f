internal import FlowdModel

/// A text that predicates look at, compared byte by byte.
struct FoundText {
  var full: String
  /// Of a program or a body: one newline at its end does not count.
  var isOutput: Bool

  var withoutNewline: String {
    guard isOutput, full.utf8.last == UInt8(ascii: "\n") else { return full }
    let rest = full.utf8.dropLast()
    return String(Substring(rest.last == UInt8(ascii: "\r") ? rest.dropLast() : rest))
  }

  /// Without white space at both ends.
  var stripped: String {
    func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
    let utf8 = full.utf8
    guard let first = utf8.firstIndex(where: { !isSpace($0) }), let last = utf8.lastIndex(where: { !isSpace($0) })
    else { return "" }
    return String(full[first...last])
  }

  var number: DecimalNumber? { DecimalNumber(stripped) }

  func equals(_ wanted: String) -> Bool {
    ExactName(full) == ExactName(wanted) || (isOutput && ExactName(withoutNewline) == ExactName(wanted))
  }

  func startsWith(_ wanted: String) -> Bool { full.utf8.starts(with: wanted.utf8) }

  func endsWith(_ wanted: String) -> Bool {
    [full, withoutNewline].contains { text in
      text.utf8.count >= wanted.utf8.count && text.utf8.suffix(wanted.utf8.count).elementsEqual(wanted.utf8)
    }
  }

  /// In time proportional to both texts (Knuth, Morris and Pratt).
  func contains(_ wanted: String) -> Bool {
    let part = Array(wanted.utf8)
    guard !part.isEmpty else { return true }
    guard part.count <= full.utf8.count else { return false }
    var borders = [0]
    var length = 0
    for byte in part.dropFirst() {
      while length > 0, part[length] != byte { length = borders[length - 1] }
      if part[length] == byte { length += 1 }
      borders.append(length)
    }
    length = 0
    for byte in full.utf8 {
      while length > 0, part[length] != byte { length = borders[length - 1] }
      if part[length] == byte { length += 1 }
      if length == part.count { return true }
    }
    return false
  }
}

extension Finding {
  /// The found as a text, unless it is a JSON value of another type.
  var asText: FoundText? {
    switch self {
    case .output(let text): FoundText(full: text, isOutput: true)
    case .text(let text), .value(.string(let text)): FoundText(full: text, isOutput: false)
    case .number(let number): FoundText(full: String(number), isOutput: false)
    case .milliseconds(let count): FoundText(full: String(count), isOutput: false)
    case .failed, .nothing, .value, .values, .texts: nil
    }
  }

  var isNoText: String {
    switch self {
    case .value(let value): "\(value.kind) is not a text"
    case .values: "a list is not a text; the path may find several values"
    case .failed, .nothing, .output, .text, .texts, .number, .milliseconds: "not a text"
    }
  }

  /// Elements, members or characters (Unicode scalars).
  var count: Int? {
    switch self {
    case .value(.array(let elements)), .values(let elements): elements.count
    case .value(.object(let members)): members.count
    case .output, .text, .value(.string): asText?.withoutNewline.unicodeScalars.count
    case .texts(let texts): texts.count
    case .failed, .nothing, .value, .number, .milliseconds: nil
    }
  }

  var isEmpty: Bool {
    switch self {
    case .value(.null): true
    case .failed, .nothing, .value, .values, .output, .text, .texts, .number, .milliseconds: count == 0
    }
  }
}
