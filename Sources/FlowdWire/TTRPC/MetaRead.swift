package import FlowdModel

/// Recognises the usual form of a metadata read without decoding it.
package enum MetaRead {
  private static let service = Array(API.Method.sessionGetCurrentMeta.service.utf8)
  private static let method = Array(API.Method.sessionGetCurrentMeta.name.utf8)

  /// The session that is read, when the request is `GetCurrentMeta` by its canonical name and its payload is one
  /// `session_id` of 36 characters; `nil` for every other request, right or wrong.
  @inline(__always)
  package static func session(_ envelope: RequestEnvelope) -> SessionID? {
    let payload = envelope.payload
    guard payload.count == 38, payload[0] == 1 << 3 | 2, payload[1] == 36,
      equal(envelope.method, method), equal(envelope.service, service)
    else { return nil }
    return UUIDv7(text: UnsafeRawBufferPointer(rebasing: payload[2...])).map(SessionID.init)
  }

  @inline(__always)
  private static func equal(_ bytes: UnsafeRawBufferPointer, _ expected: [UInt8]) -> Bool {
    bytes.count == expected.count && expected.withUnsafeBytes { $0.elementsEqual(bytes) }
  }
}
