import Testing

@testable import FlowdCLI

@Suite struct DisplayWidthTests {
  @Test(
    arguments: [
      ("", 0), ("abc", 3), ("日本語", 6), ("e\u{301}", 1), ("한글", 4), ("\u{1112}\u{1161}\u{11AB}", 2), ("👍", 2),
      ("→✓│", 3), ("ﾊﾝｶｸ", 4), ("ＦＵＬＬ", 8), ("a\u{200B}b", 2), ("ä", 1), ("⠹", 1),
    ])
  func countsColumns(_ text: String, _ columns: Int) { #expect(DisplayWidth.of(text) == columns) }

  @Test(arguments: [
    ("hello", 5, "hello"), ("hello", 4, "hel…"), ("日本語", 5, "日本…"), ("日本語", 4, "日…"), ("abc", 0, ""), ("abc", 1, "…"),
  ])
  func cutsToColumns(_ text: String, _ columns: Int, _ expected: String) {
    #expect(DisplayWidth.truncated(text, to: columns) == expected)
    #expect(DisplayWidth.of(DisplayWidth.truncated(text, to: columns)) <= columns)
  }

  @Test(arguments: [
    ("hello", 5, "hello"), ("abcdefghij", 9, "abcde…hij"), ("abcdefghij", 3, "a…j"), ("abcdefghij", 2, "a…"),
    ("abc", 1, "…"),
    ("abc", 0, ""), ("日本語日本語", 8, "日本…語"),
  ])
  func cutsInTheMiddle(_ text: String, _ columns: Int, _ expected: String) {
    #expect(DisplayWidth.truncatedInMiddle(text, to: columns) == expected)
    #expect(DisplayWidth.of(expected) <= columns)
  }

  @Test func padsToColumns() { #expect(DisplayWidth.padded("日本", to: 6) == "日本  ") }
}
