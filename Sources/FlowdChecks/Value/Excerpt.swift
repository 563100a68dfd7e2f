internal import FlowdModel

/// A value on one line and not longer than it may be, so that neither its size nor its control characters do harm.
enum Excerpt {
  /// The value as JSON; `…` ends one that was cut.
  static func of(_ value: JSONValue, bytesMax: Int) -> String {
    var text = ""
    write(value, to: &text, bytesMax: bytesMax)
    return cut(text, bytesMax: bytesMax)
  }

  /// The text, control characters spelled out; `…` ends one that was cut.
  static func of(plain text: String, bytesMax: Int) -> String {
    var written = ""
    write(scalarsOf: text, to: &written, bytesMax: bytesMax, escaping: [])
    return cut(written, bytesMax: bytesMax)
  }

  static func cut(_ text: String, bytesMax: Int) -> String {
    guard text.utf8.count > bytesMax else { return text }
    let mark = "…"
    var room = bytesMax - mark.utf8.count
    var kept = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      room -= scalar.utf8.count
      guard room >= 0 else { break }
      kept.append(scalar)
    }
    return String(kept) + mark
  }

  /// Goes on until the text is longer than it may be.
  private static func write(_ value: JSONValue, to text: inout String, bytesMax: Int) {
    guard text.utf8.count <= bytesMax else { return }
    switch value {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .number(let number): write(scalarsOf: number, to: &text, bytesMax: bytesMax, escaping: [])
    case .string(let string): write(quoted: string, to: &text, bytesMax: bytesMax)
    case .array(let elements):
      text += "["
      for (index, element) in elements.enumerated() where text.utf8.count <= bytesMax {
        if index > 0 { text += "," }
        write(element, to: &text, bytesMax: bytesMax)
      }
      text += "]"
    case .object(let members):
      text += "{"
      for (index, member) in members.enumerated() where text.utf8.count <= bytesMax {
        if index > 0 { text += "," }
        write(quoted: member.name, to: &text, bytesMax: bytesMax)
        text += ":"
        write(member.value, to: &text, bytesMax: bytesMax)
      }
      text += "}"
    }
  }

  private static func write(quoted string: String, to text: inout String, bytesMax: Int) {
    text += "\""
    write(scalarsOf: string, to: &text, bytesMax: bytesMax, escaping: ["\"", "\\"])
    text += "\""
  }

  private static func write(
    scalarsOf string: String, to text: inout String, bytesMax: Int, escaping special: Set<Unicode.Scalar>
  ) {
    for scalar in string.unicodeScalars {
      guard text.utf8.count <= bytesMax else { return }
      if special.contains(scalar) { text += "\\" }
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator: text += scalar.escaped(asASCII: true)
      default: text.unicodeScalars.append(scalar)
      }
    }
  }
}
