import TestSupport
import Testing

@testable import FlowdWire

@Suite struct JSONTextTests {
  @Test func everyByteGoesThroughBase64() {
    let all = (0...255).map { UInt8($0) }
    for length in 0...all.count {
      let bytes = Array(all[..<length])
      let text = bytes.withUnsafeBytes { Base64.text(of: $0) }
      #expect(Base64.bytes(of: text) == bytes)
      #expect(Base64.bytes(of: String(text.prefix { $0 != "=" })) == bytes)
    }
  }

  @Test(arguments: ["A", "AAAAA", "AA=", "AA===", "A A=", "AA==AA==", "=", "ÄÄÄÄ"])
  func refusesWhatIsNotBase64(_ text: String) { #expect(Base64.bytes(of: text) == nil) }

  @Test(
    arguments: [("0", 0), ("-0", 0), ("1e3", 1000), ("12.50e1", 125), ("1.0", 1), ("10e-1", 1)] as [(String, UInt64)])
  func readsIntegersInEveryForm(_ text: String, _ expected: UInt64) {
    #expect(JSONNumberText.integer(text)?.magnitude == expected)
  }

  @Test(arguments: [
    "", "-", "01", "1.", ".5", "1e", "0x1", " 1", "1 ", "1.5", "1e-1", "1e999999999999", "18446744073709551616", "∞",
  ])
  func refusesWhatIsNoInteger(_ text: String) { #expect(JSONNumberText.integer(text) == nil) }

  @Test func timesGoThroughTextAndBack() throws {
    var random = SplitMix64(seed: 7)
    for _ in 0..<2000 {
      let seconds = Int64.random(in: -62_135_596_800...253_402_300_799, using: &random)
      let nanoseconds = Int32.random(in: 0...999_999_999, using: &random)
      let text = try #require(TimestampText.text(seconds: seconds, nanoseconds: nanoseconds))
      let back = try #require(TimestampText.parse(text))
      #expect(back.seconds == seconds && back.nanoseconds == nanoseconds, "\(text)")
    }
  }

  @Test func timesOutsideTheCalendarHaveNoText() {
    #expect(TimestampText.text(seconds: 253_402_300_800, nanoseconds: 0) == nil)
    #expect(TimestampText.text(seconds: -62_135_596_801, nanoseconds: 0) == nil)
    #expect(TimestampText.text(seconds: 0, nanoseconds: 1_000_000_000) == nil)
  }
}
