import FlowdModel
import Testing

@testable import FlowdWire

@Suite struct RoundTripTests {
  @Test func listsEveryMessageOfTheDescriptorSet() {
    let described = DescriptorPool.contract.messages.filter { !$0.isMapEntry && !$0.fullName.hasPrefix("ttrpc.") }
    #expect(API.messageTypes.map { $0.fullName } == described.map(\.fullName).sorted())
  }

  @Test func everyNumberIsAVarint() {
    for message in DescriptorPool.contract.messages {
      for field in message.fields { #expect(field.type.wireType == .varint || field.type.wireType == .lengthDelimited) }
    }
  }

  @Test(arguments: API.messageTypes.map { $0.fullName })
  func encodesExactlyWhatItDecoded(_ name: String) throws {
    let type = try #require(API.messageTypes.first { $0.fullName == name })
    let descriptor = try #require(DescriptorPool.contract.message(named: name))
    for seed: UInt64 in 1...60 {
      var random = RandomMessage(seed: seed)
      let bytes = random.bytes(of: descriptor)
      try check(type, bytes, "\(name), seed \(seed)")
    }
  }

  private func check<M: Message>(_: M.Type, _ bytes: [UInt8], _ comment: Comment) throws {
    let message = try M(decoding: bytes)
    #expect(message.encoded == bytes, comment)
    #expect(try M(decoding: message.encoded) == message, comment)
    var appended: [UInt8] = [1, 2]
    message.encode(into: &appended)
    #expect(appended == [1, 2] + bytes, comment)
  }

  @Test(arguments: API.messageTypes.map { $0.fullName })
  func anEmptyMessageIsNoBytes(_ name: String) throws {
    let type = try #require(API.messageTypes.first { $0.fullName == name })
    #expect(try type.init(decoding: []).encoded == [])
  }

  @Test func keepsEnumNumbersItDoesNotKnow() throws {
    for number: Int32 in [-1, .min, .max, 4, 99, 1 << 30] {
      let bytes = field(2, varint: UInt64(bitPattern: Int64(number)))
      let request = try API.SessionServiceSetModeRequest(decoding: bytes)
      #expect(request.mode == .unrecognized(number))
      #expect(request.mode.rawValue == number)
      #expect(request.encoded == bytes)
      var list = API.FlowServiceListRunsRequest()
      list.statuses = [.running, API.RunStatus(rawValue: number), .failed]
      #expect(try API.FlowServiceListRunsRequest(decoding: list.encoded) == list)
    }
    for known: Int32 in 0..<4 {
      if case .unrecognized = API.RunMode(rawValue: known) { Issue.record("\(known) has a name") }
    }
  }

  @Test func manyEntriesOfAMapSurvive() throws {
    var request = API.FlowServiceStartRequest(sessionID: "s")
    for number in 0..<1_000 { request.env["NAME_\(number)"] = number % 3 == 0 ? "" : "value \(number)" }
    #expect(try API.FlowServiceStartRequest(decoding: request.encoded) == request)
  }

  @Test func aNULInAValueOfOursBecomesAReplacementCharacter() throws {
    let meta = API.SessionMeta(sessionID: "a\0b", title: "\0")
    let read = try API.SessionMeta(decoding: meta.encoded)
    #expect(read.sessionID == "a\u{FFFD}b" && read.title == "\u{FFFD}")
  }
}
