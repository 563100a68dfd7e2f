import FlowdModel
import Testing

@testable import FlowdWire

@Suite struct ResponseFrameTests {
  @Test func writesTheBytesOfTheSpecification() {
    var output: [UInt8] = []
    ResponseFrame.append(payload: [8, 1], stream: 0x0102_0304, to: &output)
    #expect(output == [0, 0, 0, 4, 1, 2, 3, 4, 2, 0, 0x12, 2, 8, 1])
    output = []
    ResponseFrame.append(payload: [], stream: 1, to: &output)
    #expect(output == [0, 0, 0, 0, 0, 0, 0, 1, 2, 0])
    output = []
    ResponseFrame.append(message: [10, 0], stream: 3, to: &output)
    ResponseFrame.append(message: [], stream: 3, to: &output)
    ResponseFrame.appendEnd(stream: 3, to: &output)
    #expect(
      output == [
        0, 0, 0, 2, 0, 0, 0, 3, 3, 0, 10, 0, 0, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 3, 3, 5,
      ])
    output = []
    ResponseFrame.append(status: API.Status(code: 5, message: "no"), stream: 1, to: &output)
    #expect(output == [0, 0, 0, 8, 0, 0, 0, 1, 2, 0, 10, 6, 8, 5, 18, 2, 0x6E, 0x6F])
  }

  @Test(arguments: [0, 1, 127, 128, 16_383, 16_384, 2_000_000])
  func isReadByAClient(_ size: Int) throws {
    let payload = [UInt8](repeating: 9, count: size)
    var output: [UInt8] = []
    ResponseFrame.append(payload: payload, stream: 5, to: &output)
    guard case .frame(let header, let body) = try #require(frames(of: [output[...]]).first) else {
      Issue.record("no frame")
      return
    }
    #expect(header.stream == 5 && header.type == FrameType.response && Int(header.length) == body.count)
    let envelope = try body.withUnsafeBytes { try ResponseEnvelope(decoding: $0) }
    #expect(envelope.status == nil && envelope.payload == payload)
  }

  @Test(arguments: StatusCode.allCases)
  func carriesEveryStatus(_ code: StatusCode) throws {
    let info = API.ErrorInfo(reason: "WHY", domain: "flowd", metadata: ["field": "x", "empty": ""])
    let detail = API.AnyMessage(typeUrl: "type.googleapis.com/google.rpc.ErrorInfo", value: info.encoded)
    let status = API.Status(code: code.rawValue, message: "because é", details: [detail])
    var output: [UInt8] = []
    ResponseFrame.append(status: status, stream: 5, to: &output)
    let envelope = try output[10...].withUnsafeBytes { try ResponseEnvelope(decoding: $0) }
    // OK is told by a payload, never by a status.
    #expect(envelope.status == (code == .ok ? nil : status))
    #expect(envelope.payload.isEmpty)
    let value = try #require(status.details.first?.value)
    #expect(try API.ErrorInfo(decoding: value) == info)
  }

  @Test(arguments: [[8], [10, 1], [10, 2, 8], [18, 3, 1], [10, 2, 18, 9], [0]] as [[UInt8]])
  func clientsRefuseABrokenEnvelope(_ body: [UInt8]) {
    #expect(throws: WireError.self) { try body.withUnsafeBytes { try ResponseEnvelope(decoding: $0) } }
  }
}
