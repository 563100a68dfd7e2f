internal import CLuaSandbox
internal import FlowdModel

/// Writes values in the form that `CLuaSandbox.h` describes.
struct ValueWriter {
  private(set) var bytes: [UInt8] = []

  /// - Throws: The text of a number that no Lua number can hold.
  mutating func write(_ value: JSONValue) throws(NumberOutOfRange) {
    switch value {
    case .null: tag("z")
    case .bool(let value): tag(value ? "t" : "f")
    case .number(let text): try write(number: text)
    case .string(let text): write(string: text)
    case .array(let elements):
      tag("[")
      raw(elements.count)
      for element in elements { try write(element) }
    case .object(let members):
      tag("{")
      raw(members.count)
      for member in members {
        write(text: member.name)
        try write(member.value)
      }
    }
  }

  mutating func write(strings: [String]) {
    tag("[")
    raw(strings.count)
    for string in strings { write(string: string) }
  }

  mutating func write(string text: String) {
    tag("s")
    write(text: text)
  }

  private mutating func write(number text: String) throws(NumberOutOfRange) {
    if let integer = Int64(text) {
      tag("i")
      raw(integer)
    } else if let number = Double(text), number.isFinite {
      tag("d")
      raw(number)
    } else {
      throw NumberOutOfRange(text: text)
    }
  }

  private mutating func write(text: String) {
    raw(text.utf8.count)
    bytes += text.utf8
  }

  private mutating func tag(_ tag: Unicode.Scalar) { bytes.append(UInt8(ascii: tag)) }

  private mutating func raw<Number: BitwiseCopyable>(_ number: Number) {
    withUnsafeBytes(of: number) { bytes += $0 }
  }
}

/// A JSON number beyond what Lua's numbers hold, such as `1e999`.
struct NumberOutOfRange: Error {
  var text: String
}
