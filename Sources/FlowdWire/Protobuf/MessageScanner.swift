internal import CFlowdProto
internal import FlowdModel

/// Walks the encoded fields of a message before protobuf-c sees them.
///
/// Refuses what protobuf-c would take: invalid UTF-8 and NUL in strings, more fields than `Limits.messageFieldsMax`,
/// nesting beyond `Limits.messageDepthMax`, and a singular message given twice (protobuf-c would lose the scalars of the
/// first). Wire types that do not fit, groups and cut-off fields are refused here too, with the field's name.
struct MessageScanner {
  /// A field's share of the parser's own tables and, when it is unknown, its record.
  private static let fieldOverheadBytes = 160

  private var fieldsLeft = Limits.messageFieldsMax
  /// At most what protobuf-c allocates for the fields seen so far, freed memory included: an arena takes nothing back.
  private(set) var memoryBytes = 2_048

  init() {}

  mutating func scan(
    _ bytes: UnsafeRawBufferPointer, as descriptor: UnsafePointer<ProtobufCMessageDescriptor>, depth: Int = 1
  ) throws(WireError) {
    guard depth <= Limits.messageDepthMax else {
      throw .tooLarge("messages nested deeper than \(Limits.messageDepthMax)")
    }
    var reader = FieldReader(bytes)
    var seen: UInt64 = 0
    while let field = try reader.next() {
      fieldsLeft &-= 1
      guard fieldsLeft >= 0 else { throw .tooLarge("more than \(Limits.messageFieldsMax) fields") }
      guard let index = MessageScanner.index(of: field.number, in: descriptor) else {
        try count(field.bytes.count)
        continue
      }
      let known = descriptor.pointee.fields + index
      try check(field, is: known)
      switch known.pointee.type {
      case PROTOBUF_C_TYPE_STRING:
        try count(field.bytes.count)
        guard UTF8Validation.isText(field.bytes) else {
          throw .malformed("\(MessageScanner.name(of: known)) is not UTF-8 without NUL")
        }
      case PROTOBUF_C_TYPE_BYTES: try count(field.bytes.count)
      case PROTOBUF_C_TYPE_MESSAGE:
        guard let nested = known.pointee.descriptor?.assumingMemoryBound(to: ProtobufCMessageDescriptor.self) else {
          continue
        }
        try count(Int(nested.pointee.sizeof_message))
        if known.pointee.label != PROTOBUF_C_LABEL_REPEATED, index < 64 {
          guard seen & (1 << UInt64(index)) == 0 else {
            throw .malformed("\(MessageScanner.name(of: known)) is given twice")
          }
          seen |= 1 << UInt64(index)
        }
        try scan(field.bytes, as: nested, depth: depth + 1)
      default:
        // A number; or packed ones, each byte of which may be a number of eight.
        try count(8 * field.bytes.count)
      }
    }
  }

  /// Counts the memory of one field with that much content.
  @inline(__always)
  private mutating func count(_ contentBytes: Int) throws(WireError) {
    memoryBytes &+= MessageScanner.fieldOverheadBytes &+ contentBytes
    guard memoryBytes <= Limits.unpackBytesMax else {
      throw .tooLarge("a message that needs more than \(Limits.unpackBytesMax) bytes of memory")
    }
  }

  private func check(_ field: FieldReader.Field, is known: UnsafePointer<ProtobufCFieldDescriptor>) throws(WireError) {
    let expected: FieldReader.WireType
    switch known.pointee.type {
    case PROTOBUF_C_TYPE_STRING, PROTOBUF_C_TYPE_BYTES, PROTOBUF_C_TYPE_MESSAGE: expected = .lengthDelimited
    case PROTOBUF_C_TYPE_SFIXED32, PROTOBUF_C_TYPE_FIXED32, PROTOBUF_C_TYPE_FLOAT: expected = .fixed32
    case PROTOBUF_C_TYPE_SFIXED64, PROTOBUF_C_TYPE_FIXED64, PROTOBUF_C_TYPE_DOUBLE: expected = .fixed64
    default: expected = .varint
    }
    if field.wireType == expected { return }
    let isPacked = field.wireType == .lengthDelimited && known.pointee.label == PROTOBUF_C_LABEL_REPEATED
    guard isPacked else { throw .malformed("\(MessageScanner.name(of: known)) has the wrong wire type") }
  }

  private static func name(of field: UnsafePointer<ProtobufCFieldDescriptor>) -> String {
    String(cString: field.pointee.name)
  }

  /// Finds a field by number; the generated fields are sorted by it.
  private static func index(
    of number: UInt32, in descriptor: UnsafePointer<ProtobufCMessageDescriptor>
  ) -> Int? {
    guard let fields = descriptor.pointee.fields else { return nil }
    let count = Int(descriptor.pointee.n_fields)
    let guess = Int(number) - 1
    if guess < count, fields[guess].id == number { return guess }
    return (0..<count).first { fields[$0].id == number }
  }
}
