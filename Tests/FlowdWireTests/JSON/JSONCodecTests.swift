import FlowdModel
import Testing

@testable import FlowdWire

@Suite struct JSONCodecTests {
  private static let table = JSONMappingTable.shared

  @Test(arguments: table.accepted)
  func encodesAsGooglesParserDoes(_ entry: JSONMappingTable.Accepted) throws {
    let bytes = try Self.table.codec(for: entry.message).encode(json: entry.json, as: entry.message)
    #expect(bytes == entry.bytes)
  }

  @Test(arguments: table.accepted)
  func decodesAsGooglesPrinterDoes(_ entry: JSONMappingTable.Accepted) throws {
    let codec = Self.table.codec(for: entry.message)
    let json = try codec.decode(entry.bytes, as: entry.message)
    #expect(json.means(entry.output), "\(json.text) is not \(entry.output.text)")
    let full = try codec.decode(entry.bytes, as: entry.message, options: .init(includesDefaults: true))
    #expect(full.means(entry.outputWithDefaults), "\(full.text) is not \(entry.outputWithDefaults.text)")
  }

  @Test(arguments: table.refused)
  func refusesWhatGooglesParserRefuses(_ entry: JSONMappingTable.Refused) {
    #expect(throws: JSONMappingError.self) {
      try Self.table.codec(for: entry.message).encode(json: entry.json, as: entry.message)
    }
  }

  @Test(
    arguments: [
      (#"{"expected": {"revison": 3}}"#, "$.expected.revison: unknown field; did you mean revision?"),
      (#"{"sessionID": "x"}"#, "$.sessionID: unknown field; did you mean sessionId?"),
      (#"{"expected": {"revision": -1}}"#, "$.expected.revision: -1 is not an integer from 0 to 18446744073709551615"),
      (#"{"sessionId": 7}"#, "$.sessionId: expected a string, found a number"),
      (#"[]"#, "$: expected an object, found an array"),
      (#"{"session_id": "a", "sessionId": "b"}"#, "$.sessionId: sessionId is given twice"),
      (#"{"sessionId": "a\u0000b"}"#, "$.sessionId: a string may not hold U+0000"),
    ])
  func saysWhereAMistakeIs(_ json: String, _ expected: String) throws {
    let value = try JSONValue(parsing: Array(json.utf8))
    let error = #expect(throws: JSONMappingError.self) {
      try JSONCodec.contract.encode(json: value, as: "flowd.v1.SessionServiceSetExecutedFlowRequest")
    }
    #expect(error?.description == expected)
  }

  @Test(
    arguments: [
      (#"{"byNumber": {"1": {"size": "x"}}}"#, #"$.byNumber["1"].size: expected an integer, found 'x'"#),
      (#"{"leaves": [{}, {"nam": 1}]}"#, "$.leaves[1].nam: unknown field; did you mean name?"),
      (
        #"{"chosenText": "a", "chosenFlag": true}"#,
        "$.chosenFlag: chosenText is given too, and only one of them may be"
      ),
      (#"{"color": "COLOR_RAD"}"#, "$.color: unknown value 'COLOR_RAD'; did you mean COLOR_RED?"),
      (#"{"aDouble": "1e400"}"#, "$.aDouble: 1e400 is too large for a double"),
      (#"{"color": 1.5}"#, "$.color: an enum's number is a 32-bit integer"),
      (#"{"someBytes": "A"}"#, "$.someBytes: expected a base64 string, found a string"),
    ])
  func saysWhereAMistakeIsAmongAllKinds(_ json: String, _ expected: String) throws {
    let value = try JSONValue(parsing: Array(json.utf8))
    let error = #expect(throws: JSONMappingError.self) {
      try Self.table.kinds.encode(json: value, as: "test.v1.AllKinds")
    }
    #expect(error?.description == expected)
  }

  @Test func namesAnUnknownMessage() {
    let error = #expect(throws: JSONMappingError.self) {
      try JSONCodec.contract.encode(json: .object([]), as: "flowd.v1.Nothing")
    }
    #expect(error?.description == "$: there is no message 'flowd.v1.Nothing'")
  }

  @Test func joinsAMessageThatComesInPieces() throws {
    // Field 17 twice: {name: "x"} and {size: 3}.
    let bytes: [UInt8] = [0x8A, 0x01, 3, 0x0A, 1, 0x78, 0x8A, 0x01, 2, 0x10, 3]
    let json = try Self.table.kinds.decode(bytes, as: "test.v1.AllKinds")
    #expect(json.text == #"{"leaf":{"name":"x","size":3}}"#)
  }

  @Test func keepsTheLastOfAOneof() throws {
    // chosen_text = "a", then chosen_number = 5.
    let bytes: [UInt8] = [0xC2, 0x02, 1, 0x61, 0xC8, 0x02, 5]
    let json = try Self.table.kinds.decode(bytes, as: "test.v1.AllKinds")
    #expect(json.text == #"{"chosenNumber":5}"#)
  }

  @Test func passesOverFieldsItDoesNotKnow() throws {
    let bytes: [UInt8] = [0xF8, 0x7F, 1, 0x18, 4]
    #expect(try Self.table.kinds.decode(bytes, as: "test.v1.AllKinds").text == #"{"anInt32":4}"#)
  }

  @Test(arguments: [[0x18], [0x0A, 1, 0], [0x72, 2, 0xC3, 0x28], [0x8A, 0x01, 5, 0]] as [[UInt8]])
  func refusesBytesThatAreNotTheMessage(_ bytes: [UInt8]) {
    #expect(throws: JSONMappingError.self) { try Self.table.kinds.decode(bytes, as: "test.v1.AllKinds") }
  }

  @Test func everyRequestAndResponseOfTheContractIsKnown() {
    for method in API.Method.allCases {
      #expect(DescriptorPool.contract.message(named: method.requestName) != nil)
      #expect(DescriptorPool.contract.message(named: method.responseName) != nil)
    }
  }

  @Test func agreesWithTheGeneratedMessages() throws {
    let meta = API.SessionMeta(
      sessionID: "s", workspace: "/w", mode: .hybrid, revision: .max, createdAt: .init(seconds: -1, nanos: 999_999_000))
    let json = try JSONCodec.contract.decode(meta)
    #expect(
      json.text
        == #"{"sessionId":"s","workspace":"/w","mode":"RUN_MODE_HYBRID","revision":"18446744073709551615","createdAt":"1969-12-31T23:59:59.999999Z"}"#
    )
    #expect(try JSONCodec.contract.encode(json: json, as: API.SessionMeta.self) == meta)
  }

  @Test func refusesADescriptorSetThatIsCutOff() {
    let bytes = DescriptorSet.bytes
    #expect(throws: WireError.self) { try DescriptorPool(Array(bytes.dropLast(3))) }
  }
}
