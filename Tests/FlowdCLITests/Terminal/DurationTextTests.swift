import Testing

@testable import FlowdCLI

@Suite struct DurationTextTests {
  @Test(
    arguments: [
      ("0", 0), ("30", 30_000), ("500ms", 500), ("30s", 30_000), ("2m", 120_000), ("1h30m", 5_400_000),
      ("1d", 86_400_000), ("1m1s1ms", 61_001),
    ] as [(String, Int64)])
  func reads(_ text: String, _ milliseconds: Int64) { #expect(DurationText.parse(text) == .milliseconds(milliseconds)) }

  @Test(arguments: ["", "s", "1x", "-1s", "1s1m", "1s1s", "1.5s", "99999999999s", "1 s"])
  func refuses(_ text: String) { #expect(DurationText.parse(text) == nil) }

  @Test(
    arguments: [
      (0, "0 ms"), (94, "94 ms"), (100, "0.1s"), (1234, "1.2s"), (59_999, "59.9s"), (60_000, "1m 00s"),
      (3_599_000, "59m 59s"),
      (3_600_000, "1h 00m"), (90_000_000, "1d 01h"), (-5, "0 ms"),
    ] as [(Int64, String)])
  func writes(_ milliseconds: Int64, _ text: String) {
    #expect(DurationText.short(.milliseconds(milliseconds)) == text)
  }

  @Test(
    arguments: [(-3, "now"), (1, "now"), (2, "2s ago"), (60, "1m ago"), (7200, "2h ago"), (200_000, "2d ago")]
      as [(Int64, String)])
  func writesAges(_ seconds: Int64, _ text: String) { #expect(DurationText.age(.seconds(seconds)) == text) }
}
