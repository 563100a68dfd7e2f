internal import FlowdModel

extension JSONMessageDecoder {
  /// The JSON form of a scalar other than a string.
  static func scalar(_ field: FieldReader.Field, of type: FieldType, _ pool: DescriptorPool) -> JSONValue {
    let bits = field.value
    switch type {
    case .int32, .sfixed32: return .number(String(Int32(truncatingIfNeeded: bits)))
    case .int64, .sfixed64: return .string(String(Int64(bitPattern: bits)))
    case .uint32, .fixed32: return .number(String(UInt32(truncatingIfNeeded: bits)))
    case .uint64, .fixed64: return .string(String(bits))
    case .sint32:
      let short = UInt32(truncatingIfNeeded: bits)
      return .number(String(Int32(bitPattern: short >> 1) ^ -Int32(bitPattern: short & 1)))
    case .sint64: return .string(String(Int64(bitPattern: bits >> 1) ^ -Int64(bitPattern: bits & 1)))
    case .bool: return .bool(bits != 0)
    case .float: return floatingPoint(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
    case .double: return floatingPoint(Double(bitPattern: bits))
    case .enumeration(let index):
      let number = Int32(truncatingIfNeeded: bits)
      return pool.enums[index].name(of: number).map { .string($0) } ?? .number(String(number))
    case .bytes: return .string(Base64.text(of: field.bytes))
    case .string, .message: return .null
    }
  }

  /// The shortest text that reads back as the same value; whole numbers without a fraction.
  private static func floatingPoint(_ value: some BinaryFloatingPoint & LosslessStringConvertible) -> JSONValue {
    if value.isNaN { return .string("NaN") }
    if value.isInfinite { return .string(value < 0 ? "-Infinity" : "Infinity") }
    let text = value.description
    return .number(text.hasSuffix(".0") ? String(text.dropLast(2)) : text)
  }

  static func isDefault(_ field: FieldReader.Field) -> Bool {
    field.wireType == .lengthDelimited ? field.bytes.isEmpty : field.value == 0
  }

  static func defaultValue(of type: FieldType, _ pool: DescriptorPool) -> JSONValue {
    switch type {
    case .string: return .string("")
    case .message: return .object([])
    case .enumeration(let index): return .string(pool.enums[index].names.first ?? "")
    default:
      let zero = FieldReader.Field(
        number: 0, wireType: type.wireType, value: 0, bytes: UnsafeRawBufferPointer(start: nil, count: 0))
      return scalar(zero, of: type, pool)
    }
  }
}
