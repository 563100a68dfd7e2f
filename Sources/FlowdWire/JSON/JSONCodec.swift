package import FlowdModel

/// The canonical JSON form of protobuf messages (https://protobuf.dev/programming-guides/json/), by descriptor.
///
/// Names are lower-camel, 64-bit integers are strings, enums go by name, bytes are base64, a `Timestamp` is RFC 3339 and
/// an `Any` carries `@type`. Input is read as the specification asks of a parser: names of the `.proto` file, numbers for
/// 64-bit integers and enums, URL-safe and unpadded base64, and `null` for an absent field are taken too. Unlike a lenient
/// parser it refuses members that the message does not have.
package struct JSONCodec: Sendable {
  package struct Options: Sendable {
    /// Writes fields that hold their default value too; not those of a `oneof` and not absent messages.
    package var includesDefaults: Bool

    package init(includesDefaults: Bool = false) { self.includesDefaults = includesDefaults }
  }

  /// Maps the messages of flowd's own contract.
  package static let contract = JSONCodec(pool: .contract)

  package let pool: DescriptorPool

  package init(pool: DescriptorPool) { self.pool = pool }

  /// Encodes a JSON value as a message.
  ///
  /// - Parameter messageName: The full name, such as `flowd.v1.SessionServiceNewRequest`.
  /// - Returns: The message's bytes, fields by rising number, fields with their default value left out.
  /// - Throws: The first mistake, with its path.
  package func encode(json: JSONValue, as messageName: String) throws(JSONMappingError) -> [UInt8] {
    var encoder = JSONMessageEncoder(pool: pool)
    return try encoder.encode(json, as: try descriptor(messageName))
  }

  /// Decodes a message to its JSON value.
  ///
  /// - Parameter messageName: The full name, such as `flowd.v1.SessionMeta`.
  /// - Returns: An object with members by rising field number; fields the descriptor does not know are left out.
  /// - Throws: For bytes that are not this message, an `Any` of an unknown type, or a time outside the years 1–9999.
  package func decode(
    _ bytes: [UInt8], as messageName: String, options: Options = Options()
  ) throws(JSONMappingError) -> JSONValue {
    let descriptor = try descriptor(messageName)
    let result: Result<JSONValue, JSONMappingError> = bytes.withUnsafeBytes { buffer in
      var decoder = JSONMessageDecoder(pool: pool, options: options)
      do throws(JSONMappingError) {
        return .success(try decoder.decode(buffer, as: descriptor))
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  private func descriptor(_ name: String) throws(JSONMappingError) -> MessageDescriptor {
    guard let descriptor = pool.message(named: name) else {
      throw JSONMappingError(path: "$", message: "there is no message \(quoted(name))")
    }
    return descriptor
  }
}

extension JSONCodec {
  /// Encodes a JSON value as a message of the contract.
  package func encode<M: Message>(json: JSONValue, as type: M.Type) throws(JSONMappingError) -> M {
    let bytes = try encode(json: json, as: M.fullName)
    do throws(WireError) {
      return try M(decoding: bytes)
    } catch {
      throw JSONMappingError(path: "$", message: error.message)
    }
  }

  /// The JSON value of a message of the contract.
  package func decode<M: Message>(
    _ message: M, options: Options = Options()
  ) throws(JSONMappingError) -> JSONValue {
    try decode(message.encoded, as: M.fullName, options: options)
  }
}
