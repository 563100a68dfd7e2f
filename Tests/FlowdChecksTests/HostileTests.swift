import FlowdModel
import Testing

@testable import FlowdChecks

@Suite struct HostileTests {
  /// Each would take minutes to ages if nothing stopped it.
  @Test(arguments: [
    ("(a+)+$", 30), ("(a+)+$", 100_000), ("a*[bc]", 1_000_000), ("(?:a?){50}b|(a*)*c", 10_000),
    (#"(a*)\1\1[bc]"#, 100_000),
    ("(?<=[ab]{60000})c|[ab]{60000}d", 200_000), ("(?:a|b|ab)*[cd]", 500_000), ("(?=(a+))*[cd]", 500_000),
    ("((a)|(b))*?[cd]", 500_000),
  ])
  func aCatastrophicPatternGivesUp(pattern: String, length: Int) {
    let subject = subject(body: String(repeating: "a", count: length) + "!")
    let clock = ContinuousClock()
    let start = clock.now
    let result = evaluate(.body, .matches, .string(pattern), on: subject)
    let negated = evaluate(.regex(pattern: pattern), .exists, negated: true, on: subject)
    #expect(!result.passed)
    #expect(!negated.passed)
    #expect(result.seen.contains("gave up: the regular expression takes too much") || result.seen.contains("too many"))
    #expect(negated.seen.hasPrefix("gave up: the regular expression takes too m"))
    #expect(clock.now - start < .seconds(60))
  }

  @Test func theSearchesOfOnePathShareTheirBudget() {
    let text = String(repeating: "a", count: 14)
    let path = CheckQuery.json(path: "$[?search(@, '^(a|a)*[bc]')]")
    #expect(evaluate(path, .count, .number("0"), on: subject(body: "[\"\(text)\"]")).passed)
    let many = "[" + Array(repeating: "\"\(text)\"", count: 1_000).joined(separator: ",") + "]"
    let result = evaluate(path, .count, .number("0"), on: subject(body: many))
    #expect(result.seen == "gave up: the regular expression takes too many steps")
  }

  @Test func anOrdinaryPatternSearchesALongText() {
    let line = "2024-01-02 10:11:12 INFO request served in 12 ms\n"
    let body = String(repeating: line, count: 1_000_000 / line.utf8.count) + "ERROR at last: code 77"
    #expect(evaluate(.regex(pattern: #"ERROR.*code (\d+)"#), .equal, .number("77"), on: subject(body: body)).passed)
    #expect(evaluate(.body, .matches, .string(#"\d+ ms\nERROR"#), on: subject(body: body)).passed)
  }

  @Test func deepJSONIsRefused() {
    let body = String(repeating: "[", count: 100_000)
    let result = evaluate(.json(path: "$..a"), .exists, negated: true, on: subject(body: body))
    #expect(!result.passed)
    #expect(result.seen == "not JSON: line 1, column 65: more than 64 nested values")
  }

  @Test func aDeepResultIsRefused() {
    var value = JSONValue.null
    for _ in 0..<500 { value = .array([value]) }
    var subject = CheckSubject()
    subject.result = value
    let result = evaluate(.json(path: "$..a"), .exists, on: subject)
    #expect(result.seen == "gave up: more than 64 nested values")
  }

  @Test(arguments: [
    "$..*..*..*..*", "$..[?@..[?@..[?@..*]]]", "$..[?count($..*) > 1]", "$..[?$ == $]", "$[*]..[?@ < 1]..*",
  ])
  func aHugeDescentHitsTheBound(path: String) {
    var body = "0"
    for _ in 0..<7 { body = "[\(body),\(body),\(body),\(body),\(body)]" }
    let clock = ContinuousClock()
    let start = clock.now
    let result = evaluate(.json(path: path), .count, .number("0"), negated: true, on: subject(body: body))
    #expect(!result.passed)
    #expect(result.seen.hasPrefix("gave up: ") || path.hasSuffix("1]..*"))
    #expect(clock.now - start < .seconds(60))
  }

  @Test func filtersInFiltersOfADeepDocumentFitTheStack() {
    var body = #"{"leaf": [1]}"#
    for _ in 0..<60 { body = "[\(body)]" }
    var condition = "@.leaf"
    for _ in 0..<30 { condition = "@.leaf && $..[?\(condition)]" }
    let result = evaluate(.json(path: "$..[?\(condition)]"), .count, .number("1"), on: subject(body: body))
    #expect(result.passed, "\(result)")
  }

  @Test func tooManyResultsAndValuesAreRefused() {
    let body = "[" + Array(repeating: "0", count: Limits.jsonPathResultsMax + 1).joined(separator: ",") + "]"
    let found = evaluate(.json(path: "$[*]"), .exists, on: subject(body: body))
    #expect(found.seen == "gave up: the path finds more than 65536 values")
    let many = "[" + Array(repeating: "0", count: Limits.checkedValuesMax).joined(separator: ",") + "]"
    #expect(evaluate(.json(path: "$[0]"), .exists, on: subject(body: many)).seen.contains("too many values"))
  }

  @Test func aTextThatIsTooLongIsRefused() {
    let long = subject(body: String(repeating: "a", count: Limits.checkedTextBytesMax + 1))
    for query in [CheckQuery.body, .json(path: "$"), .regex(pattern: "a")] {
      let result = evaluate(query, .exists, on: long)
      #expect(!result.passed)
      #expect(result.seen == "too long to look at: 1048577 bytes; at most 1048576")
    }
    #expect(evaluate(.bytes, .equal, .number("1048577"), on: long).passed)
  }

  @Test func bytesThatAreNotUTF8AreReplacedInTexts() {
    var subject = CheckSubject()
    subject.stdout = [0x61, 0xFF, 0x62, 0x0A]
    #expect(evaluate(.stdout, .equal, .string("a\u{FFFD}b"), on: subject).passed)
    #expect(evaluate(.stdout, .matches, .string("^a.b$"), on: subject).passed)
    #expect(evaluate(.bytes, .equal, .number("4"), on: subject).passed)
    subject.stdout = [0x22, 0xFF, 0x22]
    let result = evaluate(.json(path: "$"), .exists, on: subject)
    #expect(result.seen == "not JSON: line 1, column 2: the text is not valid UTF-8")
  }

  @Test(arguments: ["é", "😀", "\u{1B}[2J", "a", "\"", "\u{202E}"])
  func whatWasSeenIsShortAndHarmless(unit: String) {
    for count in 70...82 {
      let text = String(repeating: unit, count: count * 3)
      let result = evaluate(.body, .equal, .string(text), on: subject(body: text))
      #expect(result.passed)
      #expect(result.seen.utf8.count <= Limits.checkSeenBytesMax)
      #expect(result.seen.utf8.count > Limits.checkSeenBytesMax - 12)
      #expect(!result.seen.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x202E })
      #expect(!result.seen.contains("\u{FFFD}"))
      #expect(result.check.utf8.count <= 20 + Limits.checkPartBytesMax)
    }
  }

  @Test func compiledExpressionsAreKeptInABoundedCache() {
    var cache = BoundedCache<Int>(countMax: 3)
    var made: [String] = []
    func value(_ text: String) -> Int {
      cache.value(of: text) { text throws(Never) in
        made.append(text)
        return made.count
      }
    }
    for text in ["a", "b", "a", "c", "d", "a"] { _ = value(text) }
    #expect(made == ["a", "b", "c", "d", "a"])
    #expect(cache.count == 3)
  }
}
