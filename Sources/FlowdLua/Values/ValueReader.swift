internal import FlowdModel

/// Reads values in the form that `CLuaSandbox.h` describes. The bytes come from the sandbox, which has checked that text
/// is UTF-8 and values are not nested too deep.
struct ValueReader {
  private let bytes: UnsafeRawBufferPointer
  private var position = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  mutating func value() -> JSONValue {
    let tag = raw(as: UInt8.self)
    switch tag {
    case UInt8(ascii: "z"): return .null
    case UInt8(ascii: "t"): return .bool(true)
    case UInt8(ascii: "f"): return .bool(false)
    case UInt8(ascii: "i"): return .number(String(raw(as: Int64.self)))
    case UInt8(ascii: "d"): return .number(NumberText.shortest(raw(as: Double.self)))
    case UInt8(ascii: "s"): return .string(text())
    case UInt8(ascii: "["):
      let count = raw(as: Int.self)
      var elements: [JSONValue] = []
      elements.reserveCapacity(count)
      for _ in 0..<count { elements.append(value()) }
      return .array(elements)
    case UInt8(ascii: "{"):
      let count = raw(as: Int.self)
      var members: [JSONValue.Member] = []
      members.reserveCapacity(count)
      for _ in 0..<count {
        let name = text()
        members.append(JSONValue.Member(name, value()))
      }
      return .object(members)
    default:
      preconditionFailure("the sandbox wrote no value")
    }
  }

  private mutating func raw<Number: BitwiseCopyable>(as type: Number.Type) -> Number {
    defer { position += MemoryLayout<Number>.size }
    return bytes.loadUnaligned(fromByteOffset: position, as: type)
  }

  private mutating func text() -> String {
    let count = raw(as: Int.self)
    defer { position += count }
    return String(decoding: bytes[position..<position + count], as: UTF8.self)
  }
}

/// The JSON text of a number.
enum NumberText {
  /// Without a fraction when the value has none, else the shortest text that is read as the same number.
  static func shortest(_ number: Double) -> String {
    // Every integer up to here is exact.
    if abs(number) <= 9_007_199_254_740_992, number == number.rounded(.towardZero) { return String(Int64(number)) }
    return number.description
  }
}
