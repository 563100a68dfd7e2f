/// All messages and enums of a serialised `google.protobuf.FileDescriptorSet`, so that JSON can be mapped without code
/// for each message.
package struct DescriptorPool: Sendable {
  /// The contract's own; read at first use.
  package static let contract: DescriptorPool = {
    do throws(WireError) {
      return try DescriptorPool(DescriptorSet.bytes)
    } catch {
      preconditionFailure("the descriptor set that is linked in is damaged: \(error.message)")
    }
  }()

  package private(set) var messages: [MessageDescriptor] = []
  package private(set) var enums: [EnumDescriptor] = []
  private var messageIndices: [String: Int] = [:]

  /// - Throws: `.malformed` for bytes that are no descriptor set, or one that refers to a type it lacks.
  package init(_ fileDescriptorSet: [UInt8]) throws(WireError) {
    let result: Result<DescriptorSetReader, WireError> = fileDescriptorSet.withUnsafeBytes { bytes in
      do throws(WireError) {
        var reader = DescriptorSetReader()
        try reader.read(set: bytes)
        return .success(reader)
      } catch {
        return .failure(error)
      }
    }
    let read = try result.get()
    var names: [String: FieldType] = [:]
    for (index, message) in read.messages.enumerated() {
      names[message.fullName] = .message(index)
      messageIndices[message.fullName] = index
    }
    for (index, values) in read.enums.enumerated() { names[values.fullName] = .enumeration(index) }
    enums = read.enums
    let mapEntries = Set(read.messages.filter(\.isMapEntry).map(\.fullName))
    for message in read.messages {
      var fields: [FieldDescriptor] = []
      for field in message.fields { fields.append(try field.resolved(names: names, mapEntries: mapEntries)) }
      messages.append(
        MessageDescriptor(fullName: message.fullName, fields: fields, isMapEntry: message.isMapEntry))
    }
  }

  /// Finds a message by its full name, such as `flowd.v1.SessionMeta`.
  package func message(named fullName: String) -> MessageDescriptor? {
    messageIndices[fullName].map { messages[$0] }
  }
}

/// Reads `google/protobuf/descriptor.proto`'s messages, as far as the JSON mapping needs them.
private struct DescriptorSetReader {
  struct RawMessage {
    var fullName = ""
    var fields: [RawField] = []
    var isMapEntry = false
  }

  private(set) var messages: [RawMessage] = []
  private(set) var enums: [EnumDescriptor] = []

  mutating func read(set bytes: UnsafeRawBufferPointer) throws(WireError) {
    var reader = FieldReader(bytes)
    while let field = try reader.next() {
      if field.number == 1 { try read(file: field.bytes) }
    }
  }

  private mutating func read(file bytes: UnsafeRawBufferPointer) throws(WireError) {
    var reader = FieldReader(bytes)
    var package = ""
    var parts: [FieldReader.Field] = []
    while let field = try reader.next() {
      switch field.number {
      case 2: package = text(field)
      case 4, 5: parts.append(field)
      default: continue
      }
    }
    for part in parts {
      if part.number == 4 {
        try read(message: part.bytes, in: package, depth: 0)
      } else {
        try read(enum: part.bytes, in: package)
      }
    }
  }

  private mutating func read(
    message bytes: UnsafeRawBufferPointer, in scope: String, depth: Int
  ) throws(WireError) {
    guard depth < 16 else { throw .malformed("messages declared deeper than 16 levels") }
    var reader = FieldReader(bytes)
    var message = RawMessage()
    var nested: [FieldReader.Field] = []
    while let field = try reader.next() {
      switch field.number {
      case 1: message.fullName = scope.isEmpty ? text(field) : scope + "." + text(field)
      case 2: message.fields.append(try RawField(field.bytes))
      case 3, 4: nested.append(field)
      case 7: message.isMapEntry = try flag(7, in: field.bytes) ?? false
      default: continue
      }
    }
    messages.append(message)
    for part in nested {
      if part.number == 3 {
        try read(message: part.bytes, in: message.fullName, depth: depth + 1)
      } else {
        try read(enum: part.bytes, in: message.fullName)
      }
    }
  }

  private mutating func read(enum bytes: UnsafeRawBufferPointer, in scope: String) throws(WireError) {
    var reader = FieldReader(bytes)
    var name = ""
    var values: [(name: String, number: Int32)] = []
    while let field = try reader.next() {
      switch field.number {
      case 1: name = text(field)
      case 2:
        var valueReader = FieldReader(field.bytes)
        var value = (name: "", number: Int32(0))
        while let part = try valueReader.next() {
          if part.number == 1 { value.name = text(part) }
          if part.number == 2 { value.number = Int32(truncatingIfNeeded: part.value) }
        }
        values.append(value)
      default: continue
      }
    }
    enums.append(EnumDescriptor(fullName: scope.isEmpty ? name : scope + "." + name, values: values))
  }
}

/// A field whose type is still a name.
private struct RawField {
  var name = ""
  var jsonName = ""
  var number: UInt32 = 0
  var isRepeated = false
  var type: UInt64 = 0
  var typeName = ""
  var oneof: Int?
  var packed: Bool?

  init(_ bytes: UnsafeRawBufferPointer) throws(WireError) {
    var reader = FieldReader(bytes)
    while let field = try reader.next() {
      switch field.number {
      case 1: name = text(field)
      case 3: number = UInt32(truncatingIfNeeded: field.value)
      case 4: isRepeated = field.value == 3
      case 5: type = field.value
      case 6: typeName = String(text(field).drop { $0 == "." })
      case 8: packed = try flag(2, in: field.bytes)
      case 9: oneof = Int(field.value)
      case 10: jsonName = text(field)
      default: continue
      }
    }
  }

  func resolved(names: [String: FieldType], mapEntries: Set<String>) throws(WireError) -> FieldDescriptor {
    let type: FieldType
    if let scalar = RawField.scalars[self.type] {
      type = scalar
    } else if let named = names[typeName] {
      type = named
    } else {
      throw .malformed("field \(name) has type \(self.type) '\(typeName)', which the set lacks")
    }
    let shape: FieldDescriptor.Shape = !isRepeated ? .singular : mapEntries.contains(typeName) ? .map : .repeated
    return FieldDescriptor(
      name: name, jsonName: jsonName.isEmpty ? RawField.lowerCamel(name) : jsonName, number: number, shape: shape,
      type: type, oneof: oneof, isPacked: packed ?? (type.wireType != .lengthDelimited))
  }

  /// `FieldDescriptorProto.Type` by number; groups, messages and enums are not among them.
  private static let scalars: [UInt64: FieldType] = [
    1: .double, 2: .float, 3: .int64, 4: .uint64, 5: .int32, 6: .fixed64, 7: .fixed32, 8: .bool, 9: .string,
    12: .bytes, 13: .uint32, 15: .sfixed32, 16: .sfixed64, 17: .sint32, 18: .sint64,
  ]

  private static func lowerCamel(_ name: String) -> String {
    var result = ""
    var isUpper = false
    for character in name {
      if character == "_" {
        isUpper = true
      } else {
        result += isUpper ? character.uppercased() : String(character)
        isUpper = false
      }
    }
    return result
  }
}

private func text(_ field: FieldReader.Field) -> String { String(decoding: field.bytes, as: UTF8.self) }

private func flag(_ number: UInt32, in bytes: UnsafeRawBufferPointer) throws(WireError) -> Bool? {
  var reader = FieldReader(bytes)
  var value: Bool?
  while let field = try reader.next() {
    if field.number == number { value = field.value != 0 }
  }
  return value
}
