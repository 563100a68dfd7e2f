/// A field's value as the wire has it.
enum EncodedValue {
  case varint(UInt64)
  case fixed32(UInt32)
  case fixed64(UInt64)
  /// A string's, or of packed elements.
  case bytes([UInt8])
  /// Present even when empty.
  case message([UInt8])

  /// What a proto3 field without presence leaves out; -0.0 is not a default.
  var isDefault: Bool {
    switch self {
    case .varint(let value), .fixed64(let value): value == 0
    case .fixed32(let value): value == 0
    case .bytes(let bytes): bytes.isEmpty
    case .message: false
    }
  }

  func append(field number: UInt32, to output: inout [UInt8]) {
    let wireType: FieldReader.WireType =
      switch self {
      case .varint: .varint
      case .fixed32: .fixed32
      case .fixed64: .fixed64
      case .bytes, .message: .lengthDelimited
      }
    ProtobufWriter.append(varint: UInt64(number) << 3 | UInt64(wireType.rawValue), to: &output)
    switch self {
    case .varint, .fixed32, .fixed64: break
    case .bytes(let bytes), .message(let bytes): ProtobufWriter.append(varint: UInt64(bytes.count), to: &output)
    }
    appendBare(to: &output)
  }

  /// Without tag and length.
  func appendBare(to output: inout [UInt8]) {
    switch self {
    case .varint(let value): ProtobufWriter.append(varint: value, to: &output)
    case .fixed32(let value): withUnsafeBytes(of: value.littleEndian) { output.append(contentsOf: $0) }
    case .fixed64(let value): withUnsafeBytes(of: value.littleEndian) { output.append(contentsOf: $0) }
    case .bytes(let bytes), .message(let bytes): output.append(contentsOf: bytes)
    }
  }
}
