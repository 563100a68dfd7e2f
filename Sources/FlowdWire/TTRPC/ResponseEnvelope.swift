internal import FlowdModel

/// The body of a response frame: `Response{1 google.rpc.Status status, 2 bytes payload}` of ttrpc 1.2.
package struct ResponseEnvelope: Equatable, Sendable {
  /// `nil` when the call succeeded.
  package var status: API.Status?
  package var payload: [UInt8]

  /// Decodes an envelope, for a client.
  package init(decoding body: UnsafeRawBufferPointer) throws(WireError) {
    payload = []
    var reader = FieldReader(body)
    while let field = try reader.next() {
      switch (field.number, field.wireType) {
      case (1, .lengthDelimited):
        let status = try API.Status(decoding: field.bytes)
        self.status = status.code == StatusCode.ok.rawValue ? nil : status
      case (2, .lengthDelimited): payload = Array(field.bytes)
      default: continue
      }
    }
  }
}

/// Writes the frames a server sends.
package enum ResponseFrame {
  /// Response 02/00 with a payload.
  @inline(__always)
  package static func append(payload: [UInt8], stream: UInt32, to output: inout [UInt8]) {
    // Field 2 of the envelope; an empty payload is left out, as proto3 does.
    let prefix = payload.isEmpty ? 0 : 1 + ProtobufWriter.varintByteCount(UInt64(payload.count))
    let header = FrameHeader(length: UInt32(prefix + payload.count), stream: stream, type: FrameType.response)
    header.append(to: &output)
    guard !payload.isEmpty else { return }
    output.append(2 << 3 | 2)
    ProtobufWriter.append(varint: UInt64(payload.count), to: &output)
    output.append(contentsOf: payload)
  }

  /// Response 02/00 with an error and an empty payload: the Go client decodes the payload before it looks at the status.
  package static func append(status: API.Status, stream: UInt32, to output: inout [UInt8]) {
    var body: [UInt8] = []
    ProtobufWriter.append(field: 1, bytes: status.encoded, to: &body)
    FrameHeader(length: UInt32(body.count), stream: stream, type: FrameType.response).append(to: &output)
    output.append(contentsOf: body)
  }

  /// Data 03/00 with one message of a stream.
  package static func append(message: [UInt8], stream: UInt32, to output: inout [UInt8]) {
    FrameHeader(length: UInt32(message.count), stream: stream, type: FrameType.data).append(to: &output)
    output.append(contentsOf: message)
  }

  /// Data 03/05: the stream ended well.
  package static func appendEnd(stream: UInt32, to output: inout [UInt8]) {
    FrameHeader(
      length: 0, stream: stream, type: FrameType.data, flags: FrameFlags.remoteClosed | FrameFlags.noData
    ).append(to: &output)
  }
}

/// Writes the frame that starts a call.
package enum RequestFrame {
  /// Request 01/00 for a unary call, 01/01 for a server stream.
  package static func append(
    method: API.Method, payload: [UInt8], timeoutNanoseconds: Int64, stream: UInt32, to output: inout [UInt8]
  ) {
    var body: [UInt8] = []
    body.reserveCapacity(payload.count + 96)
    RequestEnvelope.append(method: method, payload: payload, timeoutNanoseconds: timeoutNanoseconds, to: &body)
    let flags = method.isServerStreaming ? FrameFlags.remoteClosed : 0
    FrameHeader(length: UInt32(body.count), stream: stream, type: FrameType.request, flags: flags).append(to: &output)
    output.append(contentsOf: body)
  }
}
