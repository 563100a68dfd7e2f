/// Writes JSON values as text.
///
/// Strings are raw UTF-8; only `"`, `\` and the control characters below U+0020 are escaped, the way RFC 8785 §3.2.2.2
/// spells them. Numbers are written as they were read.
package struct JSONWriter {
  /// How values are laid out.
  package enum Form: Sendable {
    /// No space at all, members in their order.
    case compact
    /// Two spaces a level, members in their order.
    case pretty
    /// No space at all, members sorted by the UTF-8 bytes of their names: equal values give equal bytes.
    case canonical
  }

  private let form: Form
  private var bytes: [UInt8] = []

  private init(_ form: Form) { self.form = form }

  /// The text of a value, as UTF-8.
  package static func bytes(of value: JSONValue, _ form: Form) -> [UInt8] {
    var writer = JSONWriter(form)
    writer.write(value, level: 0)
    return writer.bytes
  }

  private mutating func write(_ value: JSONValue, level: Int) {
    switch value {
    case .null: bytes += "null".utf8
    case .bool(let value): bytes += (value ? "true" : "false").utf8
    case .number(let text): bytes += text.utf8
    case .string(let text): write(string: text)
    case .array(let elements):
      list("[", "]", elements, level: level) { writer, element in writer.write(element, level: level + 1) }
    case .object(let members):
      let sorted =
        form == .canonical ? members.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) } : members
      list("{", "}", sorted, level: level) { writer, member in
        writer.write(string: member.name)
        writer.bytes += (writer.form == .pretty ? ": " : ":").utf8
        writer.write(member.value, level: level + 1)
      }
    }
  }

  private mutating func list<Element>(
    _ open: Unicode.Scalar, _ close: Unicode.Scalar, _ elements: [Element], level: Int,
    _ write: (inout JSONWriter, Element) -> Void
  ) {
    bytes.append(UInt8(ascii: open))
    for (index, element) in elements.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      breakLine(level: level + 1)
      write(&self, element)
    }
    if !elements.isEmpty { breakLine(level: level) }
    bytes.append(UInt8(ascii: close))
  }

  private mutating func breakLine(level: Int) {
    guard form == .pretty else { return }
    bytes.append(UInt8(ascii: "\n"))
    bytes += repeatElement(UInt8(ascii: " "), count: level * 2)
  }

  private mutating func write(string text: String) {
    bytes.append(UInt8(ascii: "\""))
    var text = text
    text.withUTF8 { buffer in
      var start = 0
      for (index, byte) in buffer.enumerated()
      where byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
        bytes += buffer[start..<index]
        bytes += Self.escape(byte).utf8
        start = index + 1
      }
      bytes += buffer[start...]
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private static func escape(_ byte: UInt8) -> String {
    switch byte {
    case UInt8(ascii: "\""): return "\\\""
    case UInt8(ascii: "\\"): return "\\\\"
    case 0x08: return "\\b"
    case 0x09: return "\\t"
    case 0x0A: return "\\n"
    case 0x0C: return "\\f"
    case 0x0D: return "\\r"
    default:
      let digits = String(byte, radix: 16)
      return digits.utf8.count == 1 ? "\\u000\(digits)" : "\\u00\(digits)"
    }
  }
}

extension JSONValue {
  /// The value on one line, without spaces.
  public var text: String { String(decoding: JSONWriter.bytes(of: self, .compact), as: UTF8.self) }

  /// The value over several lines, for people.
  public var prettyText: String { String(decoding: JSONWriter.bytes(of: self, .pretty), as: UTF8.self) }

  /// The one text of all equal values: members sorted by the UTF-8 bytes of their names, no spaces, fewest escapes.
  ///
  /// Numbers keep their text, so `1` and `1.0` differ.
  public var canonicalText: String { String(decoding: JSONWriter.bytes(of: self, .canonical), as: UTF8.self) }
}
