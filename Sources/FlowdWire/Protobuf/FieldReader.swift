/// Reads the fields of one encoded message, one after the other, without a copy
/// (https://protobuf.dev/programming-guides/encoding/).
struct FieldReader {
  enum WireType: UInt8 {
    case varint = 0
    case fixed64 = 1
    case lengthDelimited = 2
    case fixed32 = 5
  }

  struct Field {
    var number: UInt32
    var wireType: WireType
    /// A varint's value; of the fixed kinds too. 0 for a length-delimited field.
    var value: UInt64
    /// The content of a length-delimited field; empty for the others. Lives as long as the message's bytes.
    var bytes: UnsafeRawBufferPointer
  }

  private let bytes: UnsafeRawBufferPointer
  private(set) var offset = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// The next field; `nil` at the end of the message.
  @inline(__always)
  mutating func next() throws(WireError) -> Field? {
    guard offset < bytes.count else { return nil }
    let tag = try varint()
    let number = tag >> 3
    guard number >= 1, number <= 0x1FFF_FFFF else { throw .malformed("field number \(number) at byte \(offset)") }
    guard let wireType = WireType(rawValue: UInt8(tag & 7)) else {
      throw .malformed("wire type \(tag & 7) of field \(number)")
    }
    var field = Field(
      number: UInt32(number), wireType: wireType, value: 0, bytes: UnsafeRawBufferPointer(start: nil, count: 0))
    switch wireType {
    case .varint: field.value = try varint()
    case .fixed32: field.value = try fixed(4)
    case .fixed64: field.value = try fixed(8)
    case .lengthDelimited:
      let length = try varint()
      guard length <= UInt64(bytes.count - offset) else { throw .malformed("field \(number) is cut off") }
      field.bytes = UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + Int(length)])
      offset += Int(length)
    }
    return field
  }

  /// The next element of a packed field, as if it were a field of its own; `nil` at the end.
  mutating func nextPacked(_ wireType: WireType) throws(WireError) -> Field? {
    guard offset < bytes.count else { return nil }
    var field = Field(number: 0, wireType: wireType, value: 0, bytes: UnsafeRawBufferPointer(start: nil, count: 0))
    switch wireType {
    case .varint: field.value = try varint()
    case .fixed32: field.value = try fixed(4)
    case .fixed64: field.value = try fixed(8)
    case .lengthDelimited: throw .malformed("a packed field of strings or messages")
    }
    return field
  }

  @inline(__always)
  private mutating func varint() throws(WireError) -> UInt64 {
    if offset < bytes.count, bytes[offset] < 0x80 {
      offset &+= 1
      return UInt64(bytes[offset &- 1])
    }
    return try longVarint()
  }

  private mutating func longVarint() throws(WireError) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while offset < bytes.count {
      let byte = bytes[offset]
      offset += 1
      guard shift < 63 || byte <= 1 else { throw .malformed("varint beyond 64 bits at byte \(offset)") }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift += 7
      guard shift < 70 else { throw .malformed("varint beyond 64 bits at byte \(offset)") }
    }
    throw .malformed("cut off in a varint")
  }

  private mutating func fixed(_ count: Int) throws(WireError) -> UInt64 {
    guard bytes.count - offset >= count else { throw .malformed("cut off in a fixed-size field") }
    var value: UInt64 = 0
    for index in 0..<count { value |= UInt64(bytes[offset + index]) << UInt64(8 * index) }
    offset += count
    return value
  }
}
