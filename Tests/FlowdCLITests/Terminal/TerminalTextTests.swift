import Testing

@testable import FlowdCLI

@Suite struct TerminalTextTests {
  @Test(
    arguments: [
      ("plain text", "plain text"),
      ("a\u{1B}[31mred\u{1B}[0m", "ared"),
      ("\u{1B}[2J\u{1B}[1;1Hgone", "gone"),
      ("\u{1B}]0;title\u{07}x", "x"),
      ("\u{1B}]8;;http://example.invalid\u{1B}\\link\u{1B}]8;;\u{1B}\\", "link"),
      ("\u{1B}Pdevice control\u{1B}\\y", "y"),
      ("\u{1B}(Bz\u{1B}7\u{1B}c!", "z!"),
      ("\u{9B}31mc1", "c1"),
      ("\u{9D}0;t\u{07}c1", "c1"),
      ("bell\u{07} back\u{08} del\u{7F} null\u{00}", "bell back del null"),
      ("tab\there", "tab    here"),
      ("two\nlines", "two lines"),
      ("re\rturn", "return"),
      ("\u{202E}evil\u{202C} \u{2066}x\u{2069}", "evil x"),
      ("cut off \u{1B}[3", "cut off "),
      ("日本語 e\u{301} 👍🏽", "日本語 e\u{301} 👍🏽"),
    ])
  func takesOutWhatMovesTheTerminal(_ text: String, _ expected: String) {
    #expect(TerminalText.sanitised(text) == expected)
  }

  @Test func knowsSequencesThatAreCutBetweenChunks() {
    let text = "a\u{1B}[31mb\u{1B}]0;t\u{1B}\\c\u{1B}(Bd"
    let scalars = Array(text.unicodeScalars)
    for cut in scalars.indices {
      var filter = EscapeFilter(keeps: .nothing)
      let first = filter.filter(String(String.UnicodeScalarView(scalars[..<cut])))
      #expect(first + filter.filter(String(String.UnicodeScalarView(scalars[cut...]))) == "abcd", "cut at \(cut)")
    }
  }

  @Test func keepsColoursAndTabsWhereAsked() {
    var filter = EscapeFilter(keeps: .colours)
    #expect(filter.filter("\u{1B}[1;38:5:9mx\u{1B}[m\ty\u{1B}[2K\u{1B}[6n\r\n") == "\u{1B}[1;38:5:9mx\u{1B}[m\ty\n")
  }

  @Test func aStringThatNeverEndsIsGivenUp() {
    var filter = EscapeFilter(keeps: .nothing)
    _ = filter.filter("\u{1B}]" + String(repeating: "x", count: 5000))
    #expect(filter.filter("visible again").hasSuffix("visible again"))
  }
}
