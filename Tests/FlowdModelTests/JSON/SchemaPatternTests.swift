import Testing

@testable import FlowdModel

@Suite struct SchemaPatternTests {
  private func isFound(_ pattern: String, in text: String) throws -> Bool {
    try SchemaPattern(pattern).isFound(in: text) { _ in true }
  }

  @Test(arguments: [
    ("", ""), ("", "x"), ("b", "abc"), ("^abc$", "abc"), ("^a", "ab"), ("c$", "abc"), ("^$", ""), ("a|b", "xb"),
    ("^(a|bc)+$", "abcbca"), ("^(?:ab)*$", ""), ("^(?<year>\\d{4})-\\d\\d$", "2026-01"), ("^a?b+c*$", "bb"),
    ("^a{2}$", "aa"), ("^a{2,}$", "aaaa"), ("^a{1,3}$", "aaa"), ("^[a-c]+$", "abc"), ("^[^a-c]+$", "xyz"),

    ("^[\\w.-]+@[\\w-]+\\.[a-z]{2,}$", "a.b-c@example.org"), ("^\\u00e9\\x41\\u{1F30D}$", "éA🌍"), ("^.$", "🌍"),
    ("^[\\]\\-^]+$", "]-^"), ("^a{,2}$", "a{,2}"), ("^{$", "{"), ("a.c", "abc"), ("^(a*)*$", "aaa"),
    ("^(a|a)*b", "aab"),
    ("^\\/\\.\\*$", "/.*"), ("\\s\\S", " x"), ("^[\\d\\s]+$", "1 2"), ("^[\\D]$", "x"), ("a+?b", "aab"),
    ("(^a|b)c$", "xbc"),
    ("^[-a]+$", "a-"), ("^[a-]+$", "a-"), ("^(|a)b$", "b"), ("$", "abc"),
  ])
  func patternsAreFound(pattern: String, text: String) throws { #expect(try isFound(pattern, in: text)) }

  @Test(arguments: [
    ("b", "ac"), ("^abc$", "abcd"), ("^b", "ab"), ("a$", "ab"), ("^$", "x"), ("a|b", "c"), ("^(a|bc)+$", "abcb"),
    ("^a{2}$", "aaa"), ("^a{2,}$", "a"), ("^a{1,3}$", "aaaa"), ("^[a-c]+$", "abd"), ("^[^a-c]+$", "xa"), ("^.$", "\n"),
    ("^.$", "ab"), ("^\\d+$", "١"), ("^\\w$", "é"), ("[]", "a"), ("[]a]", "a]"), ("(^a|b)c$", "xac"), ("x^a", "xa"),
    ("a$b", "ab"),
    ("^[\\D]$", "5"),
  ])
  func otherTextsAreNot(pattern: String, text: String) throws { #expect(try !isFound(pattern, in: text)) }

  @Test(arguments: [
    ("(", "a ')' is missing"), (")", "a ')' closes nothing"), ("[a", "a ']' is missing"),
    ("*", "has nothing to repeat"),
    ("a**", "has nothing to repeat"), ("a{3,2}", "the wrong way round"), ("[z-a]", "the wrong way round"),
    ("[\\d-z]", "a character at either end"), ("\\", "at the end"), ("(?<name", "a ')' is missing"),
    ("(?=a)", "not supported"),
    ("(?!a)", "not supported"),
    ("(?<=a)", "not supported"), ("(a)\\1", "'\\1' is not supported"), ("\\bword", "'\\b' is not supported"),
    ("\\p{L}", "'\\p' is not supported"), ("\\u12", "hexadecimal digits"), ("\\ud83c", "hexadecimal digits"),
    ("\\u{110000}", "is no character"), ("(a{1000}){1000}", "more than \(Limits.patternItemsMax) items"),
    ("^*", "repeated"),
    ("((){999999}){999999}", "parts with its repetitions"),
    (String(repeating: "(", count: 1000), "groups in one another"),
  ])
  func whatIsWrongWithAPatternIsSaid(pattern: String, words: String) {
    #expect {
      try SchemaPattern(pattern)
    } throws: { error in
      (error as? PatternParser.Mistake)?.message.contains(words) == true
    }
  }

  @Test func aHostilePatternTakesNoMoreThanItsLengthTimesTheTexts() throws {
    let pattern = try SchemaPattern("^(a|a|a?)*(a*)*(a+)+$")
    var steps = 0
    let text = String(repeating: "a", count: 1000) + "b"
    #expect(
      !pattern.isFound(in: text) {
        steps += $0; return true
      })
    #expect(steps <= 1001 * 32)
  }

  @Test func aSearchEndsWhenItsWorkIsUsedUp() throws {
    #expect(try !SchemaPattern("b$").isFound(in: String(repeating: "a", count: 1000) + "b") { _ in false })
  }
}
