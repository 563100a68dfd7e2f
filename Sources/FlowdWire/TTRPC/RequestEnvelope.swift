/// The body of a request frame: which method, with what, for how long.
///
/// `Request{1 service, 2 method, 3 bytes payload, 4 int64 timeout_nano, 5 repeated KeyValue metadata}` of ttrpc 1.2.
/// The parts lie in the frame's bytes and live as long as they do.
package struct RequestEnvelope {
  package private(set) var service = UnsafeRawBufferPointer(start: nil, count: 0)
  package private(set) var method = UnsafeRawBufferPointer(start: nil, count: 0)
  package private(set) var payload = UnsafeRawBufferPointer(start: nil, count: 0)
  /// 0: none. Negative: already expired.
  package private(set) var timeoutNanoseconds: Int64 = 0

  /// - Throws: `.malformed`, naming the part; metadata is checked and then left unread.
  @inline(__always)
  package init(decoding body: UnsafeRawBufferPointer) throws(WireError) {
    var reader = FieldReader(body)
    var fields = 0
    while let field = try reader.next() {
      fields &+= 1
      guard fields <= RequestEnvelope.fieldsMax else {
        throw .tooLarge("more than \(RequestEnvelope.fieldsMax) envelope fields")
      }
      switch (field.number, field.wireType) {
      case (1, .lengthDelimited): service = field.bytes
      case (2, .lengthDelimited): method = field.bytes
      case (3, .lengthDelimited): payload = field.bytes
      case (4, .varint): timeoutNanoseconds = Int64(bitPattern: field.value)
      case (5, .lengthDelimited): try RequestEnvelope.check(metadata: field.bytes)
      case (1...5, _): throw .malformed("field \(field.number) of the request envelope has the wrong wire type")
      default: continue
      }
    }
  }

  private static let fieldsMax = 1024

  private static func check(metadata: UnsafeRawBufferPointer) throws(WireError) {
    var reader = FieldReader(metadata)
    while let field = try reader.next() {
      guard field.number <= 2 else { continue }
      guard field.wireType == .lengthDelimited, UTF8Validation.isText(field.bytes) else {
        throw .malformed("metadata of the request envelope is not text")
      }
    }
  }

  /// Encodes an envelope, for a client.
  package static func append(
    method: API.Method, payload: [UInt8], timeoutNanoseconds: Int64, to output: inout [UInt8]
  ) {
    ProtobufWriter.append(field: 1, bytes: Array(method.service.utf8), to: &output)
    ProtobufWriter.append(field: 2, bytes: Array(method.name.utf8), to: &output)
    ProtobufWriter.append(field: 3, bytes: payload, to: &output)
    if timeoutNanoseconds != 0 {
      output.append(4 << 3)
      ProtobufWriter.append(varint: UInt64(bitPattern: timeoutNanoseconds), to: &output)
    }
  }
}
