import FlowdModel
import TestSupport
import Testing

@testable import FlowdAgents

@Suite struct ServerSentEventsTests {
  private func events(_ text: String) throws -> [ServerSentEvents.Event] {
    var decoder = ServerSentEvents()
    return try decoder.push(Array(text.utf8))
  }

  private func event(_ data: String, _ type: String = "message", id: String = "") -> ServerSentEvents.Event {
    ServerSentEvents.Event(type: type, data: Array(data.utf8), lastEventID: id)
  }

  @Test(arguments: ["\n", "\r", "\r\n"])
  func linesEndInAnyOfThreeWays(end: String) throws {
    let text = ["data: one", "", "data: two", "data: lines", "", ""].joined(separator: end)
    #expect(try events(text) == [event("one"), event("two\nlines")])
  }

  @Test func aCRAtTheEndOfAPieceAndItsLFAreOneLineEnd() throws {
    var decoder = ServerSentEvents()
    #expect(try decoder.push(Array("data: a\r".utf8)) == [])
    #expect(try decoder.push(Array("\ndata: b\r".utf8)) == [])
    #expect(try decoder.push(Array("\n\r".utf8)) == [event("a\nb")])
    #expect(try decoder.push(Array("\ndata: c\r\r".utf8)) == [event("c")])
    #expect(try decoder.push([]) == [])
    #expect(try decoder.push(Array("\n\n\ndata: d\n\n".utf8)) == [event("d")])
  }

  // The examples of the standard.
  @Test func theStandardsExamplesAreReadAsItSays() throws {
    #expect(try events("data: YHOO\ndata: +2\ndata: 10\n\n") == [event("YHOO\n+2\n10")])
    let comments = ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n"
    #expect(
      try events(comments) == [event("first event", id: "1"), event("second event"), event(" third event")])
    #expect(try events("data\n\ndata\ndata\n\ndata:") == [event(""), event("\n")])
    #expect(try events("data:test\n\ndata: test\n\n") == [event("test"), event("test")])
  }

  @Test func typesIdsAndUnknownFieldsAreKeptApart() throws {
    #expect(
      try events("event: add\nid: 7\ndata: 73857293\n\nevent: ping\n\nother: x\n: comment\ndata: last\n\n")
        == [event("73857293", "add", id: "7"), event("last", id: "7")])
    #expect(try events("id: a\0b\ndata: x\n\n") == [event("x")])
    #expect(try events("Data: x\n\n data: y\n\n") == [])
  }

  @Test func theReconnectionTimeIsDigitsOnly() throws {
    var decoder = ServerSentEvents()
    _ = try decoder.push(Array("retry: 1500\nretry: soon\nretry:\nretry: 99999999999999999999\n".utf8))
    #expect(decoder.reconnectionTime == .milliseconds(1500))
  }

  @Test func oneByteOrderMarkAtTheStartIsSkipped() throws {
    #expect(try events("\u{FEFF}data: x\n\n") == [event("x")])
    #expect(try events("\u{FEFF}\u{FEFF}data: x\n\n") == [])
    #expect(try events("data: a\n\n\u{FEFF}data: x\n\n") == [event("a")])
  }

  @Test func whatIsNoUTF8IsReplaced() throws {
    var decoder = ServerSentEvents()
    let found = try decoder.push(Array("data: a".utf8) + [0xFF, 0xE2, 0x82] + Array("b\n\n".utf8))
    #expect(found == [event("a\u{FFFD}\u{FFFD}b")])
  }

  @Test func anEventWithoutItsEmptyLineIsNotGivenButCanBeSeen() throws {
    var decoder = ServerSentEvents()
    #expect(try decoder.push(Array("data: x\n\ndata: [DO".utf8)) == [event("x")])
    #expect(try decoder.push(Array("NE]".utf8)) == [])
    #expect(decoder.unfinished == Array("[DONE]".utf8))
    #expect(try decoder.push(Array("\n".utf8)) == [])
    #expect(decoder.unfinished == Array("[DONE]".utf8))
    #expect(try decoder.push(Array("\n".utf8)) == [event("[DONE]")])
    #expect(decoder.unfinished.isEmpty)
  }

  @Test(arguments: 1...300)
  func anyWayOfCuttingTheSameBytesGivesTheSameEvents(seed: Int) throws {
    var random = SplitMix64(seed: UInt64(seed))
    let parts = [
      "data", ":", " ", "\r", "\n", "\r\n", "\n\n", "event: é🌍", "id: 1", "data: {\"a\": \"ü\"}", ": comment", "x",
      "\u{FEFF}", "retry: 5", "data:\n\n", "€",
    ]
    var bytes: [UInt8] = []
    for _ in 0..<Int.random(in: 1...60, using: &random) {
      bytes += parts.randomElement(using: &random).map { Array($0.utf8) } ?? []
      if Int.random(in: 0..<12, using: &random) == 0 { bytes.append(UInt8.random(in: 0x80...0xFF, using: &random)) }
    }
    var whole = ServerSentEvents()
    let expected = try whole.push(bytes)
    var single = ServerSentEvents()
    #expect(try bytes.flatMap { try single.push([$0]) } == expected)
    #expect(single.unfinished == whole.unfinished)
    var cut = ServerSentEvents()
    #expect(try bytes.cut(upTo: 7, using: &random).flatMap { try cut.push($0) } == expected)
    #expect(cut.reconnectionTime == whole.reconnectionTime)
  }

  @Test func linesAndEventsAreBoundedHoweverTheyCome() throws {
    let line = Array("data: 0123456789\n".utf8)
    var exact = ServerSentEvents(bytesMax: 16)
    #expect(try exact.push(line + [0x0A]).count == 1)

    var whole = ServerSentEvents(bytesMax: 15)
    #expect(throws: ServerSentEvents.TooLong.self) { try whole.push(line) }
    var dripped = ServerSentEvents(bytesMax: 15)
    #expect(throws: ServerSentEvents.TooLong.self) { for byte in line { _ = try dripped.push([byte]) } }
    var endless = ServerSentEvents(bytesMax: 1000)
    #expect(throws: ServerSentEvents.TooLong.self) {
      for _ in 0..<101 { _ = try endless.push(Array("0123456789".utf8)) }
    }
    var manyLines = ServerSentEvents(bytesMax: 100)
    #expect(throws: ServerSentEvents.TooLong.self) { for _ in 0..<20 { _ = try manyLines.push(line) } }
    var empty = ServerSentEvents(bytesMax: 100)
    #expect(throws: ServerSentEvents.TooLong.self) {
      for _ in 0..<200 { _ = try empty.push(Array("data\n".utf8)) }
    }
  }
}

extension ServerSentEvents {
  fileprivate mutating func push(_ bytes: [UInt8]) throws -> [Event] {
    var events: [Event] = []
    try push(bytes, to: &events)
    return events
  }
}
