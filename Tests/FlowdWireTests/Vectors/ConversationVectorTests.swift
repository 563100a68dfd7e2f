import FlowdModel
import Testing

@testable import FlowdWire

/// The frames of the conversations, cut out of the stream of one side and read one by one. What a daemon does with them
/// is for the tests that have one.
@Suite struct ConversationVectorTests {
  @Test(arguments: Vector.all("conversations"))
  func everyFrameIsWhatTheVectorsSay(_ vector: Vector) throws {
    var sent: [UInt8] = []
    var found: [Found] = []
    for step in try vector.value.elements("steps") {
      let (side, frame) = try frame(of: step)
      guard let bytes = try frame.wholeBytes() else {
        try checkTemplate(frame)
        continue
      }
      let header = try frame.header(length: bytes.count - FrameHeader.byteCount)
      let isOversize = Int(header.length) > Limits.frameBytesMax
      let expected: Found = isOversize ? .oversize(header) : .frame(header, body: Array(bytes[10...]))
      if side == "send" {
        sent += bytes
        found.append(expected)
      } else {
        #expect(frames(of: [bytes[...]]) == [expected])
      }
      if !isOversize { try check(frame, Array(bytes[10...])) }
    }
    #expect(frames(of: [sent[...]]) == found)
    let half = sent.count / 2
    #expect(frames(of: [sent[..<half], sent[half...]]) == found)
  }

  private func frame(of step: JSONValue) throws -> (side: String, JSONValue) {
    guard case .object(let members) = step, members.count == 1, let only = members.first else {
      throw VectorFile.Broken(what: step.text)
    }
    return (only.name, only.value)
  }

  private func check(_ frame: JSONValue, _ body: [UInt8]) throws {
    if let raw = frame["raw"], raw != .null, frame["repeat"] == nil {
      #expect(try bytes(hex: frame.text("raw")) == body)
    }
    guard let request = frame["request"], request != .null else { return }
    let (service, method, payload) = try body.withUnsafeBytes { body in
      let envelope = try RequestEnvelope(decoding: body)
      return (
        String(decoding: envelope.service, as: UTF8.self), String(decoding: envelope.method, as: UTF8.self),
        Array(envelope.payload)
      )
    }
    #expect(try service == request.text("service") && method == request.text("method"))
    guard let told = request["payload"], told != .null else { return }
    let json = try JSONCodec.contract.decode(payload, as: try told.text("message"))
    let expected = try #require(told["json"])
    #expect(json.means(expected), "\(json.text) is not \(expected.text)")
  }

  /// A frame with variables: with values for them it is a message of the contract, as far as the vector shows it.
  private func checkTemplate(_ frame: JSONValue) throws {
    if case .array(let choices)? = frame["one_of"] {
      for choice in choices { try checkTemplate(choice) }
    }
    if let status = frame["status"], status != .null {
      #expect(StatusCode(rawValue: Int32(try status.int("code"))) != nil)
    }
    for place in ["request", "response", "data"] {
      guard let envelope = frame[place], envelope != .null else { continue }
      let told = envelope["payload"] ?? envelope
      guard told != .null, told["message"] != nil, let template = told["json"] else { continue }
      let name = try told.text("message")
      let json = filled(template)
      let bytes = try JSONCodec.contract.encode(json: json, as: name)
      let type = try #require(API.messageTypes.first { $0.fullName == name })
      #expect(try type.init(decoding: bytes).encoded.count == bytes.count)
    }
  }

  /// The same with a value in place of each variable.
  private func filled(_ value: JSONValue) -> JSONValue {
    switch value {
    case .string(let text) where text.contains("${"): .string("7")
    case .array(let elements): .array(elements.map(filled))
    case .object(let members): .object(members.map { JSONValue.Member($0.name, filled($0.value)) })
    case .null, .bool, .number, .string: value
    }
  }
}
