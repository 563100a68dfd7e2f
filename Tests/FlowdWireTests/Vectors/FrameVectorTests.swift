import FlowdModel
import Testing

@testable import FlowdWire

@Suite struct FrameVectorTests {
  @Test(arguments: Vector.all("frames"))
  func framesAreCutAsTheVectorsSay(_ vector: Vector) throws {
    let bytes = try #require(try vector.value.wholeBytes())
    let outcome = try vector.value.text("outcome")
    var header: FrameHeader?
    if let parts = vector.value["header"], parts != .null { header = try parts.header(length: try parts.int("length")) }
    let expected: [Found] =
      switch (outcome, header) {
      case ("frame", let header?): [.frame(header, body: Array(bytes[10...]))]
      case ("oversize", let header?): [.oversize(header)]
      case ("out_of_step", let header?): [.outOfStep(header)]
      case ("incomplete", _): []
      default: throw VectorFile.Broken(what: outcome)
      }
    let split = min(bytes.count, 7)
    for pieces in [[bytes[...]], [bytes[..<split], bytes[split...]]] { #expect(frames(of: pieces) == expected) }
    if case .frame(_, let body)? = expected.first { try check(vector.value, body) }
  }

  private func check(_ vector: JSONValue, _ body: [UInt8]) throws {
    guard let envelope = vector["body"], envelope != .null else {
      if let payload = vector["payload"], payload != .null { try checkMessage(payload, body) }
      return
    }
    try checkMessage(envelope, body)
    switch try envelope.text("message") {
    case "ttrpc.Request": try checkRequest(vector, envelope["json"] ?? .null, body)
    case "ttrpc.Response": try checkResponse(vector, envelope["json"] ?? .null, body)
    case let other: throw VectorFile.Broken(what: other)
    }
  }

  /// Bytes that are a message, told by its name and its JSON.
  private func checkMessage(_ told: JSONValue, _ bytes: [UInt8]) throws {
    let json = try JSONCodec.contract.decode(bytes, as: try told.text("message"))
    let expected = try #require(told["json"])
    #expect(json.means(expected), "\(json.text) is not \(expected.text)")
  }

  private func checkRequest(_ vector: JSONValue, _ json: JSONValue, _ body: [UInt8]) throws {
    let (service, method, payload, timeout) = try body.withUnsafeBytes { body in
      let envelope = try RequestEnvelope(decoding: body)
      return (
        String(decoding: envelope.service, as: UTF8.self), String(decoding: envelope.method, as: UTF8.self),
        Array(envelope.payload), envelope.timeoutNanoseconds
      )
    }
    #expect(try service == json.text("service") && method == json.text("method"))
    #expect(String(timeout) == (json["timeoutNano"] == nil ? "0" : try json.text("timeoutNano")))
    if let told = vector["payload"], told != .null { try checkMessage(told, payload) }
    let found = try #require(MethodTable.find("\(service)/\(method)") ?? MethodTable.find("\(service).\(method)"))
    guard found.service == service, json["metadata"] == nil else { return }
    var written: [UInt8] = []
    RequestEnvelope.append(method: found, payload: payload, timeoutNanoseconds: timeout, to: &written)
    // An empty payload is written out by clients of ours, which is the same to every reader.
    if !payload.isEmpty { #expect(written == body) }
  }

  private func checkResponse(_ vector: JSONValue, _ json: JSONValue, _ body: [UInt8]) throws {
    let envelope = try body.withUnsafeBytes { try ResponseEnvelope(decoding: $0) }
    if let told = vector["payload"], told != .null { try checkMessage(told, envelope.payload) }
    var written: [UInt8] = []
    if let status = envelope.status {
      #expect(status.code == Int32(try (json["status"] ?? .null).int("code")))
      #expect(envelope.payload.isEmpty)
      ResponseFrame.append(status: status, stream: 1, to: &written)
    } else {
      #expect(json["status"] == nil)
      ResponseFrame.append(payload: envelope.payload, stream: 1, to: &written)
    }
    #expect(written.dropFirst(10).elementsEqual(body))
  }
}
