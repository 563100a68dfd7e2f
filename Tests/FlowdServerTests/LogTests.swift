import FlowdModel
import Testing

@testable import FlowdServer

@Suite struct LogTests {
  private let time = Timestamp(microsecondsSince1970: 1_795_000_000_123_456)

  @Test func textLinesQuoteWhatIsNotPlain() {
    let line = Log.text(.warn, "took a look", ["plain": "value-1", "spaced": "two words", "empty": ""], time)
    #expect(line == #"2026-11-18T11:06:40.123Z warn took a look empty="" plain=value-1 spaced="two words""#)
  }

  @Test func nothingAClientSendsForgesALineOrMovesACursor() {
    let hostile = "a\nb\u{1B}[2J\u{9B}31m\"\\\u{2028}c\r"
    let line = Log.text(.info, hostile, ["field": hostile], time)
    #expect(!line.unicodeScalars.contains { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) || $0.value == 0x2028 })
    #expect(line.contains(#"a\nb\u{1b}[2J"#))
  }

  @Test func jsonLinesParse() throws {
    let line = Log.json(.error, "a \"quoted\"\nmessage", ["path": "/tmp/x\u{7}"], time)
    let value = try JSONValue(parsing: Array(line.utf8))
    #expect(value["level"] == .string("error"))
    #expect(value["message"] == .string("a \"quoted\"\nmessage"))
    #expect(value["path"] == .string("/tmp/x\u{7}"))
    #expect(!line.contains("\n"))
  }
}
