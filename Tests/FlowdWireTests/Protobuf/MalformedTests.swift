import FlowdModel
import Testing

@testable import FlowdWire

@Suite struct MalformedTests {
  private typealias Request = API.SessionServiceSetExecutedFlowRequest

  /// `session_id`, `flow_id` and `expected`.
  private static let whole = field(1, "session") + field(2, "flow") + field(3, field(1, varint: 7) + field(2, "é"))

  @Test func refusesEveryCutInTheMiddleOfAField() throws {
    let ends = [0, 9, 15, Self.whole.count]
    for cut in 0...Self.whole.count {
      let result = decode(Request.self, Array(Self.whole.prefix(cut)))
      #expect(result.isSuccess == ends.contains(cut), "cut at \(cut): \(result)")
      #expect(result.isSuccess != result.isMalformed, "cut at \(cut)")
    }
  }

  @Test func survivesEveryChangeOfOneByte() {
    for place in Self.whole.indices {
      for value in UInt8.min...UInt8.max {
        var bytes = Self.whole
        bytes[place] = value
        let result = decode(Request.self, bytes)
        #expect(result.isSuccess || result.isMalformed)
        guard case .success(let request) = result else { continue }
        #expect(decode(Request.self, request.encoded) == .success(request))
      }
    }
  }

  @Test(arguments: [0, 1, 3, 4, 5, 6, 7] as [UInt8])
  func refusesWireTypesThatDoNotFit(_ wireType: UInt8) {
    let content = [UInt8](repeating: 0, count: 8)
    for number: UInt8 in 1...3 {
      #expect(decode(Request.self, [number << 3 | wireType] + content).isMalformed, "field \(number)")
    }
  }

  @Test func refusesGroupsAlsoUnknownOnes() {
    for tag: [UInt8] in [[3, 4], [3, 3, 4, 4], [0x83, 0x06, 0x84, 0x06], [4]] {
      #expect(decode(Request.self, tag).isMalformed)
      #expect(decode(Request.self, Self.whole + tag).isMalformed)
    }
  }

  @Test func skipsUnknownFieldsOfEveryKind() throws {
    let unknown: [[UInt8]] = [
      field(900, varint: .max), field(900, [0xFF, 0]), [0xA1, 0x38] + [UInt8](repeating: 1, count: 8),
      [0xA5, 0x38, 1, 2, 3, 4], field((1 << 29) - 1, varint: 0),
    ]
    let expected = try Request(decoding: Self.whole)
    for field in unknown {
      #expect(decode(Request.self, field + Self.whole) == .success(expected))
      #expect(decode(Request.self, Self.whole + field) == .success(expected))
    }
  }

  @Test func refusesASingularMessageInTwoParts() {
    let part = field(3, field(1, varint: 7))
    #expect(decode(Request.self, part + part).isMalformed)
    #expect(decode(Request.self, part + field(3, field(2, "x"))).isMalformed)
    // Of scalars the last counts.
    #expect(decode(Request.self, field(1, "a") + field(1, "b")) == .success(Request(sessionID: "b")))
    // In a list they are two.
    let list = field(1, field(1, "p")) + field(1, field(1, "q"))
    #expect((try? decode(API.ProviderServiceListResponse.self, list).get().providers.count) == 2)
  }

  @Test func ofAOneofTheLastCounts() {
    let bytes = field(1, "session") + field(2, "/w")
    #expect(
      decode(API.SessionServiceGetCurrentMetaRequest.self, bytes)
        == .success(API.SessionServiceGetCurrentMetaRequest(target: .workspace("/w"))))
  }

  @Test func saysWhichFieldIsWrong() {
    let cases: [([UInt8], String)] = [
      (field(1, [0xFF]), "session_id is not UTF-8 without NUL"),
      (field(2, varint: 1), "flow_id has the wrong wire type"),
      (field(3, field(2, [0])), "executed_flow_id is not UTF-8 without NUL"), ([10, 5], "field 1 is cut off"),
    ]
    for (bytes, message) in cases { #expect(decode(Request.self, bytes) == .failure(.malformed(message))) }
  }
}
