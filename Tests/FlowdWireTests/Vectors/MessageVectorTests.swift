import FlowdModel
import Testing

@testable import FlowdWire

@Suite struct MessageVectorTests {
  @Test(arguments: Vector.all("messages"))
  func messagesMeanWhatTheVectorsSay(_ vector: Vector) throws {
    let name = try vector.value.text("message")
    let type = try #require(API.messageTypes.first { $0.fullName == name })
    try check(type, vector.value)
  }

  private func check<M: Message>(_: M.Type, _ vector: JSONValue) throws {
    let bytes = try #require(try vector.wholeBytes())
    guard let expected = vector["decoded"], expected != .null else {
      #expect(try vector.text("refused") == "MESSAGE_MALFORMED")
      #expect(decode(M.self, bytes).isMalformed)
      return
    }
    let message = try M(decoding: bytes)
    let json = try JSONCodec.contract.decode(message)
    #expect(json.means(expected), "\(json.text) is not \(expected.text)")
    let back = try JSONCodec.contract.encode(json: expected, as: M.self)
    #expect(back == message)
    guard vector["canonical"] == .bool(true) else { return }
    #expect(try JSONCodec.contract.encode(json: expected, as: M.fullName) == bytes)
    // Which order the entries of a map are written in is left to the encoder.
    let hasMap = DescriptorPool.contract.message(named: M.fullName)?.fields.contains { $0.shape == .map } ?? true
    if hasMap { #expect(message.encoded.sorted() == bytes.sorted()) } else { #expect(message.encoded == bytes) }
  }
}
