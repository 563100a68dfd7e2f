internal import FlowdModel

extension JSONMessageEncoder {
  func integer(_ value: JSONValue, of type: FieldType) throws(JSONMappingError) -> EncodedValue {
    let text: String
    switch value {
    case .number(let digits), .string(let digits): text = digits
    default: throw path.mistake("expected an integer, found \(value.kindName)")
    }
    guard JSONNumberText.isNumber(text) else { throw path.mistake("expected an integer, found \(quoted(text))") }
    guard let whole = JSONNumberText.integer(text), let encoded = Self.encoded(whole, as: type) else {
      throw path.mistake("\(text) is not \(Self.rangeName(type))")
    }
    return encoded
  }

  private static func encoded(_ whole: (isNegative: Bool, magnitude: UInt64), as type: FieldType) -> EncodedValue? {
    switch type {
    case .int32: return signed(whole, bits: 32).map { .varint(UInt64(bitPattern: $0)) }
    case .int64: return signed(whole, bits: 64).map { .varint(UInt64(bitPattern: $0)) }
    case .sint32, .sint64:
      return signed(whole, bits: type == .sint32 ? 32 : 64).map { .varint(UInt64(bitPattern: $0 << 1 ^ $0 >> 63)) }
    case .sfixed32: return signed(whole, bits: 32).map { .fixed32(UInt32(truncatingIfNeeded: $0)) }
    case .sfixed64: return signed(whole, bits: 64).map { .fixed64(UInt64(bitPattern: $0)) }
    case .uint32: return unsigned(whole, max: UInt64(UInt32.max)).map { .varint($0) }
    case .uint64: return unsigned(whole, max: .max).map { .varint($0) }
    case .fixed32: return unsigned(whole, max: UInt64(UInt32.max)).map { .fixed32(UInt32($0)) }
    case .fixed64: return unsigned(whole, max: .max).map { .fixed64($0) }
    case .double, .float, .bool, .string, .bytes, .message, .enumeration: return nil
    }
  }

  /// - Returns: `nil` when the value does not fit.
  static func signed(_ whole: (isNegative: Bool, magnitude: UInt64), bits: UInt64) -> Int64? {
    let bound = UInt64(1) << (bits - 1)
    if whole.isNegative {
      return whole.magnitude <= bound ? Int64(bitPattern: 0 &- whole.magnitude) : nil
    }
    return whole.magnitude < bound ? Int64(whole.magnitude) : nil
  }

  private static func unsigned(_ whole: (isNegative: Bool, magnitude: UInt64), max: UInt64) -> UInt64? {
    guard !whole.isNegative || whole.magnitude == 0, whole.magnitude <= max else { return nil }
    return whole.magnitude
  }

  private static func rangeName(_ type: FieldType) -> String {
    switch type {
    case .int32, .sint32, .sfixed32: "an integer from \(Int32.min) to \(Int32.max)"
    case .int64, .sint64, .sfixed64: "an integer from \(Int64.min) to \(Int64.max)"
    case .uint32, .fixed32: "an integer from 0 to \(UInt32.max)"
    case .uint64, .fixed64: "an integer from 0 to \(UInt64.max)"
    case .double, .float, .bool, .string, .bytes, .message, .enumeration: "a number"
    }
  }

  func floatingPoint(_ value: JSONValue, of type: FieldType) throws(JSONMappingError) -> EncodedValue {
    let number: Double
    switch value {
    case .string("NaN"): number = .nan
    case .string("Infinity"): number = .infinity
    case .string("-Infinity"): number = -.infinity
    case .number(let text), .string(let text):
      guard JSONNumberText.isNumber(text), let parsed = Double(text) else {
        throw path.mistake("expected a number, found \(quoted(text))")
      }
      guard parsed.isFinite else { throw path.mistake("\(text) is too large for a double") }
      number = parsed
      guard type == .float else { break }
      // Rounded once, from the text: through a double it could be rounded twice.
      guard let single = Float(text), single.isFinite else { throw path.mistake("\(text) is too large for a float") }
      return .fixed32(single.bitPattern)
    default: throw path.mistake("expected a number, found \(value.kindName)")
    }
    return type == .float ? .fixed32(Float(number).bitPattern) : .fixed64(number.bitPattern)
  }
}
