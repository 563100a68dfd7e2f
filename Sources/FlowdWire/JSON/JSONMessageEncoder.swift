internal import FlowdModel

/// Turns one JSON value into a message's bytes.
struct JSONMessageEncoder {
  let pool: DescriptorPool
  var path = JSONPath()
  private var depth = 0

  init(pool: DescriptorPool) { self.pool = pool }

  mutating func encode(_ value: JSONValue, as message: MessageDescriptor) throws(JSONMappingError) -> [UInt8] {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Limits.messageDepthMax else {
      throw path.mistake("messages are nested deeper than \(Limits.messageDepthMax)")
    }
    switch message.fullName {
    case "google.protobuf.Timestamp": return try timestamp(value)
    case "google.protobuf.Any": return try any(value)
    default: break
    }
    guard case .object(let members) = value else {
      throw path.mistake("expected an object, found \(value.kindName)")
    }
    return try fields(members, of: message)
  }

  /// The fields that the members of an object give.
  private mutating func fields(
    _ members: [JSONValue.Member], of message: MessageDescriptor
  ) throws(JSONMappingError) -> [UInt8] {
    var given: [JSONValue?] = Array(repeating: nil, count: message.fields.count)
    var chosen: [Int: String] = [:]
    for member in members {
      path.enter(.member(member.name))
      guard let index = message.index(named: member.name) else { throw unknown(member.name, in: message) }
      let field = message.fields[index]
      guard given[index] == nil else { throw path.mistake("\(field.jsonName) is given twice") }
      if member.value != .null {
        if let oneof = field.oneof, let other = chosen.updateValue(field.jsonName, forKey: oneof) {
          throw path.mistake("\(other) is given too, and only one of them may be")
        }
        given[index] = member.value
      }
      path.leave()
    }
    var output: [UInt8] = []
    for (index, field) in message.fields.enumerated() {
      guard let value = given[index] else { continue }
      path.enter(.member(field.jsonName))
      switch field.shape {
      case .singular: try singular(value, of: field, to: &output)
      case .repeated: try repeated(value, of: field, to: &output)
      case .map: try map(value, of: field, to: &output)
      }
      path.leave()
    }
    return output
  }

  private func unknown(_ name: String, in message: MessageDescriptor) -> JSONMappingError {
    let near = NearMiss.nearest(to: name, among: message.fields.map(\.jsonName))
    return path.mistake("unknown field" + (near.map { "; did you mean \($0)?" } ?? ""))
  }

  private mutating func singular(
    _ value: JSONValue, of field: FieldDescriptor, to output: inout [UInt8]
  ) throws(JSONMappingError) {
    let encoded = try self.value(value, of: field.type)
    if field.oneof == nil, encoded.isDefault { return }
    encoded.append(field: field.number, to: &output)
  }

  private mutating func repeated(
    _ value: JSONValue, of field: FieldDescriptor, to output: inout [UInt8]
  ) throws(JSONMappingError) {
    guard case .array(let elements) = value else {
      throw path.mistake("expected an array, found \(value.kindName)")
    }
    var packed: [UInt8] = []
    for (index, element) in elements.enumerated() {
      path.enter(.index(index))
      let encoded = try self.value(element, of: field.type)
      if field.isPacked {
        encoded.appendBare(to: &packed)
      } else {
        encoded.append(field: field.number, to: &output)
      }
      path.leave()
    }
    if !packed.isEmpty { EncodedValue.bytes(packed).append(field: field.number, to: &output) }
  }

  private mutating func map(
    _ value: JSONValue, of field: FieldDescriptor, to output: inout [UInt8]
  ) throws(JSONMappingError) {
    guard case .object(let members) = value else {
      throw path.mistake("expected an object, found \(value.kindName)")
    }
    guard case .message(let index) = field.type, let keyField = pool.messages[index].field(numbered: 1),
      let valueField = pool.messages[index].field(numbered: 2)
    else { preconditionFailure("a map's entries have a key and a value") }
    for member in members {
      path.enter(.key(member.name))
      var entry: [UInt8] = []
      try key(member.name, of: keyField.type).append(field: 1, to: &entry)
      try self.value(member.value, of: valueField.type).append(field: 2, to: &entry)
      EncodedValue.bytes(entry).append(field: field.number, to: &output)
      path.leave()
    }
  }

  private mutating func key(_ name: String, of type: FieldType) throws(JSONMappingError) -> EncodedValue {
    switch (type, name) {
    case (.string, _): return .bytes(Array(name.utf8))
    case (.bool, "true"): return .varint(1)
    case (.bool, "false"): return .varint(0)
    case (.bool, _): throw path.mistake("expected true or false as key")
    default: return try value(.string(name), of: type)
    }
  }

  private mutating func value(_ value: JSONValue, of type: FieldType) throws(JSONMappingError) -> EncodedValue {
    if value == .null { throw path.mistake("null stands for an absent field and cannot be an element") }
    switch type {
    case .message(let index): return .message(try encode(value, as: pool.messages[index]))
    case .enumeration(let index): return try enumeration(value, of: pool.enums[index])
    case .string:
      guard case .string(let text) = value else { throw path.mistake("expected a string, found \(value.kindName)") }
      guard !text.utf8.contains(0) else { throw path.mistake("a string may not hold U+0000") }
      return .bytes(Array(text.utf8))
    case .bytes:
      guard case .string(let text) = value, let bytes = Base64.bytes(of: text) else {
        throw path.mistake("expected a base64 string, found \(value.kindName)")
      }
      return .bytes(bytes)
    case .bool:
      guard case .bool(let flag) = value else { throw path.mistake("expected true or false, found \(value.kindName)") }
      return .varint(flag ? 1 : 0)
    case .float, .double: return try floatingPoint(value, of: type)
    case .int32, .int64, .uint32, .uint64, .sint32, .sint64, .fixed32, .fixed64, .sfixed32, .sfixed64:
      return try integer(value, of: type)
    }
  }

  private func enumeration(_ value: JSONValue, of values: EnumDescriptor) throws(JSONMappingError) -> EncodedValue {
    switch value {
    case .string(let name):
      guard let number = values.number(named: name) else {
        let hint = NearMiss.nearest(to: name, among: values.names).map { "; did you mean \($0)?" }
        let all = "; expected \(values.names.joined(separator: ", "))"
        throw path.mistake("unknown value \(quoted(name))" + (hint ?? all))
      }
      return .varint(UInt64(bitPattern: Int64(number)))
    case .number(let text):
      guard let whole = JSONNumberText.integer(text), let number = Self.signed(whole, bits: 32) else {
        throw path.mistake("an enum's number is a 32-bit integer")
      }
      return .varint(UInt64(bitPattern: number))
    default: throw path.mistake("expected the name of a \(values.fullName), found \(value.kindName)")
    }
  }
}

extension JSONValue {
  /// What a person calls it, in an error.
  var kindName: String {
    switch self {
    case .null: "null"
    case .bool(let flag): flag ? "true" : "false"
    case .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}
