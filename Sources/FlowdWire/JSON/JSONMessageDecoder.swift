internal import FlowdModel

/// Turns one message's bytes into a JSON value.
struct JSONMessageDecoder {
  /// What was read of one field so far.
  private enum Slot {
    case scalar(FieldReader.Field)
    /// A message may come in pieces, which together are its bytes.
    case pieces([UnsafeRawBufferPointer])
    case list([JSONValue])
    /// Members in order of arrival, and where each key is.
    case map([JSONValue.Member], [ExactName: Int])
  }

  let pool: DescriptorPool
  let options: JSONCodec.Options
  private var path = JSONPath()
  private var depth = 0

  init(pool: DescriptorPool, options: JSONCodec.Options) {
    self.pool = pool
    self.options = options
  }

  mutating func decode(
    _ bytes: UnsafeRawBufferPointer, as message: MessageDescriptor
  ) throws(JSONMappingError) -> JSONValue {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Limits.messageDepthMax else {
      throw path.mistake("messages are nested deeper than \(Limits.messageDepthMax)")
    }
    switch message.fullName {
    case "google.protobuf.Timestamp": return try timestamp(bytes)
    case "google.protobuf.Any": return try any(bytes)
    default: return .object(try members(bytes, of: message))
    }
  }

  private mutating func members(
    _ bytes: UnsafeRawBufferPointer, of message: MessageDescriptor
  ) throws(JSONMappingError) -> [JSONValue.Member] {
    var slots: [Slot?] = Array(repeating: nil, count: message.fields.count)
    var chosen: [Int: Int] = [:]
    var reader = FieldReader(bytes)
    while let found = try next(&reader) {
      guard let index = message.index(numbered: found.number) else { continue }
      let field = message.fields[index]
      path.enter(.member(field.jsonName))
      if let oneof = field.oneof, let other = chosen.updateValue(index, forKey: oneof), other != index {
        slots[other] = nil
      }
      try take(found, of: field, into: &slots[index])
      path.leave()
    }
    var members: [JSONValue.Member] = []
    for (index, field) in message.fields.enumerated() {
      path.enter(.member(field.jsonName))
      if let value = try value(of: slots[index], field) { members.append(.init(field.jsonName, value)) }
      path.leave()
    }
    return members
  }

  private func next(_ reader: inout FieldReader) throws(JSONMappingError) -> FieldReader.Field? {
    do throws(WireError) {
      return try reader.next()
    } catch {
      throw path.mistake(error.message)
    }
  }

  private mutating func take(
    _ found: FieldReader.Field, of field: FieldDescriptor, into slot: inout Slot?
  ) throws(JSONMappingError) {
    let isPacked = field.shape == .repeated && found.wireType == .lengthDelimited
    guard found.wireType == field.type.wireType || isPacked else { throw path.mistake("has the wrong wire type") }
    switch field.shape {
    case .singular:
      guard case .message = field.type else {
        slot = .scalar(found)
        return
      }
      if case .pieces(let before)? = slot {
        slot = .pieces(before + [found.bytes])
      } else {
        slot = .pieces([found.bytes])
      }
    case .repeated:
      var list: [JSONValue] = []
      if case .list(let before)? = slot { list = before }
      slot = nil
      if found.wireType == field.type.wireType {
        list.append(try json(found, of: field.type))
      } else {
        try unpack(found.bytes, of: field.type, into: &list)
      }
      slot = .list(list)
    case .map:
      var members: [JSONValue.Member] = []
      var indices: [ExactName: Int] = [:]
      if case .map(let before, let known)? = slot { (members, indices) = (before, known) }
      slot = nil
      let entry = try entry(found.bytes, of: field.type)
      if let index = indices[ExactName(entry.name)] {
        members[index] = entry
      } else {
        indices[ExactName(entry.name)] = members.count
        members.append(entry)
      }
      slot = .map(members, indices)
    }
  }

  /// The elements of a packed field.
  private mutating func unpack(
    _ bytes: UnsafeRawBufferPointer, of type: FieldType, into list: inout [JSONValue]
  ) throws(JSONMappingError) {
    var reader = FieldReader(bytes)
    while let element = try nextElement(&reader, type.wireType) { list.append(try json(element, of: type)) }
  }

  private func nextElement(
    _ reader: inout FieldReader, _ wireType: FieldReader.WireType
  ) throws(JSONMappingError) -> FieldReader.Field? {
    do throws(WireError) {
      return try reader.nextPacked(wireType)
    } catch {
      throw path.mistake(error.message)
    }
  }

  private mutating func entry(
    _ bytes: UnsafeRawBufferPointer, of type: FieldType
  ) throws(JSONMappingError) -> JSONValue.Member {
    guard case .message(let index) = type, let keyField = pool.messages[index].field(numbered: 1),
      let valueField = pool.messages[index].field(numbered: 2)
    else { preconditionFailure("a map's entries have a key and a value") }
    var key: Slot?
    var value: Slot?
    var reader = FieldReader(bytes)
    while let part = try next(&reader) {
      if part.number == 1 { try take(part, of: keyField, into: &key) }
      if part.number == 2 { try take(part, of: valueField, into: &value) }
    }
    let name: String
    switch try self.value(of: key, keyField) ?? Self.defaultValue(of: keyField.type, pool) {
    case .string(let text), .number(let text): name = text
    case .bool(let flag): name = flag ? "true" : "false"
    case .null, .array, .object: name = ""
    }
    path.enter(.key(name))
    defer { path.leave() }
    return .init(name, try self.value(of: value, valueField) ?? Self.defaultValue(of: valueField.type, pool))
  }

  /// - Returns: `nil` for a field that is left out.
  private mutating func value(of slot: Slot?, _ field: FieldDescriptor) throws(JSONMappingError) -> JSONValue? {
    switch slot {
    case .scalar(let found):
      let value = try json(found, of: field.type)
      // A default sent all the same is left out unless the field tells absent from default.
      let isHidden = field.oneof == nil && !options.includesDefaults && Self.isDefault(found)
      return isHidden ? nil : value
    case .pieces(let pieces):
      guard case .message(let index) = field.type else { return nil }
      if pieces.count == 1 { return try decode(pieces[0], as: pool.messages[index]) }
      return try decode(joined: pieces, as: pool.messages[index])
    case .list(let list): return .array(list)
    case .map(let members, _): return .object(members)
    case nil:
      guard options.includesDefaults, field.oneof == nil else { return nil }
      switch field.shape {
      case .repeated: return .array([])
      case .map: return .object([])
      case .singular:
        if case .message = field.type { return nil }
        return Self.defaultValue(of: field.type, pool)
      }
    }
  }

  private mutating func decode(
    joined pieces: [UnsafeRawBufferPointer], as message: MessageDescriptor
  ) throws(JSONMappingError) -> JSONValue {
    let joined = pieces.flatMap { Array($0) }
    var copy = self
    let result: Result<JSONValue, JSONMappingError> = joined.withUnsafeBytes { buffer in
      do throws(JSONMappingError) {
        return .success(try copy.decode(buffer, as: message))
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }
}

extension JSONMessageDecoder {
  private func timestamp(_ bytes: UnsafeRawBufferPointer) throws(JSONMappingError) -> JSONValue {
    var seconds: Int64 = 0
    var nanoseconds: Int32 = 0
    var reader = FieldReader(bytes)
    while let field = try next(&reader) {
      if field.number == 1 { seconds = Int64(bitPattern: field.value) }
      if field.number == 2 { nanoseconds = Int32(truncatingIfNeeded: field.value) }
    }
    guard let text = TimestampText.text(seconds: seconds, nanoseconds: nanoseconds) else {
      throw path.mistake("the time is outside the years 1–9999")
    }
    return .string(text)
  }

  private mutating func any(_ bytes: UnsafeRawBufferPointer) throws(JSONMappingError) -> JSONValue {
    var url = ""
    var content = UnsafeRawBufferPointer(start: nil, count: 0)
    var reader = FieldReader(bytes)
    while let field = try next(&reader) {
      if field.number == 1 { url = try text(field) }
      if field.number == 2 { content = field.bytes }
    }
    if url.isEmpty { return .object([]) }
    guard let message = AnyType.message(of: url, in: pool) else {
      throw path.mistake("an Any of the unknown type \(quoted(url))")
    }
    let value = try decode(content, as: message)
    let type = JSONValue.Member("@type", .string(url))
    if !AnyType.hasOwnForm(message), case .object(let members) = value { return .object([type] + members) }
    return .object([type, .init("value", value)])
  }

  /// A string field's value.
  func text(_ field: FieldReader.Field) throws(JSONMappingError) -> String {
    guard let text = String(validating: field.bytes, as: UTF8.self) else { throw path.mistake("is not UTF-8") }
    return text
  }

  private mutating func json(_ field: FieldReader.Field, of type: FieldType) throws(JSONMappingError) -> JSONValue {
    if case .message(let index) = type { return try decode(field.bytes, as: pool.messages[index]) }
    if type == .string { return .string(try text(field)) }
    return Self.scalar(field, of: type, pool)
  }
}
