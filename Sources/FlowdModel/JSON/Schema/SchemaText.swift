/// How messages about schemas put things.
enum SchemaText {
  /// `a string`, `an array`, `null`.
  static func article(_ type: String) -> String {
    switch type {
    case "null": "null"
    case "array", "integer", "object": "an \(type)"
    default: "a \(type)"
    }
  }

  /// A value as JSON, cut when it is long.
  static func excerpt(_ value: JSONValue) -> String {
    switch value {
    case .null, .bool: value.text
    case .number(let text): cut(text)
    case .string(let text): quoted(text)
    case .array(let elements): "an array of \(elements.count)"
    case .object(let members): "an object of \(members.count)"
    }
  }

  /// What may be there, for people.
  static func list(_ values: [JSONValue]) -> String {
    let shownMax = 12
    let shown = values.prefix(shownMax).map(excerpt).joined(separator: ", ")
    return values.count > shownMax ? "\(shown), … (\(values.count) in all)" : shown
  }

  /// A text in JSON's quotes, cut when it is long.
  static func quoted(_ text: String) -> String { JSONValue.string(cut(text)).text }

  static func cut(_ text: String) -> String {
    let scalarsMax = 60
    var scalars = text.unicodeScalars.prefix(scalarsMax + 1)
    guard scalars.count > scalarsMax else { return text }
    scalars.removeLast()
    return String(scalars) + "…"
  }

  /// `$.name`, or `$["a name"]` for one that is no plain word.
  static func path(_ path: String, _ name: String) -> String {
    let isPlain =
      !name.isEmpty && name.utf8.count <= 60
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), 0x80...0xFF:
          true
        default: false
        }
      }
    return isPlain ? "\(path).\(name)" : "\(path)[\(quoted(name))]"
  }

  /// What is wrong with a size; `nil` when it is within its bounds.
  static func outOfBounds(_ count: Int, _ least: Int?, _ most: Int?, _ unit: String) -> String? {
    if let least, count < least { return "expected at least \(number(least, unit)), found \(count)" }
    if let most, count > most { return "expected at most \(number(most, unit)), found \(count)" }
    return nil
  }

  private static func number(_ count: Int, _ unit: String) -> String { "\(count) \(unit)\(count == 1 ? "" : "s")" }
}
