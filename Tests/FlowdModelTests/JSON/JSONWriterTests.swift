import FlowdModel
import TestSupport
import Testing

struct JSONWriterTests {
  private let value = JSONValue.object([
    .init("b", .array([.number("1.0"), .null, .bool(true), .array([]), .object([])])),
    .init("a", .object([.init("z", .string("x")), .init("y", .bool(false))])),
  ])

  @Test func compactTextKeepsTheOrderOfMembers() {
    #expect(value.text == #"{"b":[1.0,null,true,[],{}],"a":{"z":"x","y":false}}"#)
  }

  @Test func canonicalTextSortsMembersAtEveryLevel() {
    #expect(value.canonicalText == #"{"a":{"y":false,"z":"x"},"b":[1.0,null,true,[],{}]}"#)
  }

  @Test func canonicalOrderIsThatOfUTF8Bytes() {
    let names = ["é", "e\u{301}", "z", "Z", "", "aa", "a", "😀", "\u{FF5E}"]
    let value = JSONValue.object(names.map { .init($0, .null) })
    let sorted = ["", "Z", "a", "aa", "e\u{301}", "z", "é", "\u{FF5E}", "😀"]
    let expected = "{" + sorted.map { "\"\($0)\":null" }.joined(separator: ",") + "}"
    #expect(Array(value.canonicalText.utf8) == Array(expected.utf8))
  }

  @Test func prettyTextIndentsByTwoSpaces() {
    #expect(
      value.prettyText == """
        {
          "b": [
            1.0,
            null,
            true,
            [],
            {}
          ],
          "a": {
            "z": "x",
            "y": false
          }
        }
        """)
  }

  @Test(arguments: [
    ("\"", #"\""#), ("\\", #"\\"#), ("/", "/"), ("\u{0}", #"\u0000"#), ("\u{8}", #"\b"#), ("\t", #"\t"#),
    ("\n", #"\n"#), ("\u{B}", #"\u000b"#), ("\u{C}", #"\f"#), ("\r", #"\r"#), ("\u{1F}", #"\u001f"#),
    ("\u{7F}", "\u{7F}"), ("\u{2028}", "\u{2028}"), ("é😀", "é😀"), ("a\"b\"\"c", #"a\"b\"\"c"#),
  ])
  func onlyQuotesBackslashesAndControlCharactersAreEscaped(text: String, escaped: String) {
    #expect(JSONValue.string(text).text == "\"\(escaped)\"")
  }

  @Test(arguments: 0..<100) func whatIsWrittenReadsBackTheSame(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let value = randomValue(depth: 4, using: &random)
    for text in [value.text, value.prettyText] {
      #expect(try JSONValue(parsing: Array(text.utf8)) == value, "seed \(seed)")
    }
    let canonical = value.canonicalText
    #expect(try JSONValue(parsing: Array(canonical.utf8)).canonicalText == canonical, "seed \(seed)")
  }

  private func randomValue(depth: Int, using random: inout SplitMix64) -> JSONValue {
    switch Int.random(in: 0..<(depth == 0 ? 4 : 6), using: &random) {
    case 0: return .null
    case 1: return .bool(Bool.random(using: &random))
    case 2: return .number("\(Int.random(in: -1000...1000, using: &random))")
    case 3: return .string(randomText(using: &random))
    case 4: return .array((0..<3).map { _ in randomValue(depth: depth - 1, using: &random) })
    default:
      return .object(
        (0..<3).map { .init("\($0)" + randomText(using: &random), randomValue(depth: depth - 1, using: &random)) })
    }
  }

  private func randomText(using random: inout SplitMix64) -> String {
    let alphabet: [Unicode.Scalar] = [
      "a", "\"", "\\", "\n", "\u{0}", "\u{1F}", "\u{7F}", "é", "\u{301}", "😀", "\u{FFFF}",
    ]
    var text = ""
    for _ in 0..<Int.random(in: 0..<8, using: &random) {
      text.unicodeScalars.append(alphabet.randomElement(using: &random) ?? "a")
    }
    return text
  }
}
