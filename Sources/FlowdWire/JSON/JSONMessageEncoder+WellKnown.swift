internal import FlowdModel

extension JSONMessageEncoder {
  func timestamp(_ value: JSONValue) throws(JSONMappingError) -> [UInt8] {
    guard case .string(let text) = value, let time = TimestampText.parse(text) else {
      throw path.mistake("expected an RFC 3339 time such as 2024-02-29T12:00:00Z")
    }
    var output: [UInt8] = []
    if time.seconds != 0 { EncodedValue.varint(UInt64(bitPattern: time.seconds)).append(field: 1, to: &output) }
    if time.nanoseconds != 0 { EncodedValue.varint(UInt64(time.nanoseconds)).append(field: 2, to: &output) }
    return output
  }

  /// `{"@type": "type.googleapis.com/NAME", …fields}`; of a type with a JSON form of its own, `"value"` instead of fields.
  mutating func any(_ value: JSONValue) throws(JSONMappingError) -> [UInt8] {
    guard case .object(let members) = value else {
      throw path.mistake("expected an object, found \(value.kindName)")
    }
    if members.isEmpty { return [] }
    guard case .string(let url)? = value["@type"] else { throw path.mistake("an Any needs \"@type\", a string") }
    guard let message = AnyType.message(of: url, in: pool) else {
      throw path.mistake("\"@type\" \(quoted(url)) names no known message")
    }
    let others = members.filter { $0.name != "@type" }
    let content: [UInt8]
    if AnyType.hasOwnForm(message) {
      guard others.count == 1, others[0].name == "value" else {
        throw path.mistake("an Any of \(message.fullName) has \"@type\" and \"value\"")
      }
      path.enter(.member("value"))
      content = try encode(others[0].value, as: message)
      path.leave()
    } else {
      content = try encode(.object(others), as: message)
    }
    var output: [UInt8] = []
    EncodedValue.bytes(Array(url.utf8)).append(field: 1, to: &output)
    if !content.isEmpty { EncodedValue.bytes(content).append(field: 2, to: &output) }
    return output
  }
}

/// The types an `Any` may hold.
enum AnyType {
  /// The message that a type URL names, whatever is before its last slash.
  static func message(of url: String, in pool: DescriptorPool) -> MessageDescriptor? {
    guard let slash = url.lastIndex(of: "/") else { return nil }
    return pool.message(named: String(url[url.index(after: slash)...]))
  }

  static func hasOwnForm(_ message: MessageDescriptor) -> Bool {
    message.fullName == "google.protobuf.Timestamp" || message.fullName == "google.protobuf.Any"
  }
}
