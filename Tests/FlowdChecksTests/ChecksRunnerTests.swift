import FlowdModel
import Testing

@testable import FlowdChecks

private let response: CheckSubject = {
  var subject = CheckSubject(duration: .milliseconds(1500))
  subject.status = 200
  subject.headers = [
    ("Content-Type", "application/json"), ("Set-Cookie", "a=1"), ("set-cookie", "b=2"), ("X-Count", "10"),
  ]
  subject.cookies = [("a", "1"), ("b", "2"), ("empty", "")]
  subject.body = Array(
    """
    {"token": "abc", "n": 1.0, "big": 123456789012345678901234567890, "ok": true, "none": null, "list": [1, "x", [2]],
     "empty": [], "text": "", "object": {"a": 1, "b": {"c": []}}, "items": [{"p": 5}, {"p": 15}, {"q": 1}],
     "word": "Grüße", "version": "1.2.3"}
    """.utf8)
  return subject
}()

private let command: CheckSubject = {
  var subject = CheckSubject(duration: .milliseconds(20))
  subject.exitCode = 3
  subject.stdout = Array("Total: 42 items\nready\n".utf8)
  subject.stderr = Array("warning: old\r\n".utf8)
  return subject
}()

private let responseRows: [CheckRow] = [
  .init(.status, .equal, "200", .holds, seen: "200"),
  .init(.status, .equal, "200.0", .holds),
  .init(.status, .equal, #""200""#, .holds),
  .init(.status, .equal, #""ok""#, .doesNotHold),
  .init(.status, .notEqual, "404", .holds),
  .init(.status, .less, "300", .holds),
  .init(.status, .less, "200", .doesNotHold),
  .init(.status, .lessOrEqual, "200", .holds),
  .init(.status, .greater, "true", .undecided, seen: "200: a number and a boolean have no order"),
  .init(.status, .exists, "null", .holds),
  .init(.status, .matches, #""^2""#, .holds),
  .init(.status, .type, #""integer""#, .holds),
  .init(.status, .count, "1", .undecided),
  .init(.exit, .exists, "null", .doesNotHold, seen: "nothing"),
  .init(.exit, .equal, "0", .undecided, seen: "nothing"),
  .init(.exit, .count, "0", .holds),
  .init(.header("content-type"), .equal, #""application/json""#, .holds, seen: #""application/json""#),
  .init(.header("CONTENT-TYPE"), .startsWith, #""application/""#, .holds),
  .init(.header("content-type"), .endsWith, #""json""#, .holds),
  .init(.header("Set-Cookie"), .equal, #""b=2""#, .holds, seen: #"2 found: ["a=1","b=2"]"#),
  .init(.header("Set-Cookie"), .notEqual, #""b=2""#, .doesNotHold),
  .init(.header("Set-Cookie"), .contains, #""b=""#, .holds),
  .init(.header("Set-Cookie"), .contains, #""c=""#, .doesNotHold),
  .init(.header("Set-Cookie"), .count, "2", .holds),
  .init(.header("X-Count"), .greaterOrEqual, "9.5", .holds),
  .init(.header("X-Count"), .equal, "10", .holds),
  .init(.header("X-Missing"), .exists, "null", .doesNotHold, seen: "nothing"),
  .init(.header("X-Missing"), .equal, #""""#, .undecided, seen: "nothing"),
  .init(.cookie("a"), .equal, "1", .holds),
  .init(.cookie("A"), .exists, "null", .doesNotHold),
  .init(.cookie("empty"), .isEmpty, "null", .holds),
  .init(.duration, .less, #""2s""#, .holds, seen: "1.5s"),
  .init(.duration, .less, "1500", .doesNotHold),
  .init(.duration, .equal, #""1s500ms""#, .holds),
  .init(.duration, .less, #""soon""#, .undecided),
  .init(.duration, .less, "[]", .undecided),
  .init(.bytes, .greater, "100", .holds),
  .init(.body, .contains, #""token""#, .holds),
  .init(.body, .matches, #""\"n\":\\s*1\\.0""#, .holds),
  .init(.body, .type, #""string""#, .holds),
  .init(.body, .equal, "{}", .undecided),
  .init(.regex(pattern: #""token": "(\w+)""#), .equal, #""abc""#, .holds, seen: #""abc""#),
  .init(.regex(pattern: #"\d{30}"#), .equal, "123456789012345678901234567890", .holds),
  .init(.regex(pattern: #"\d{30}"#), .less, "123456789012345678901234567891", .holds),
  .init(.regex(pattern: "nowhere"), .exists, "null", .doesNotHold),
  .init(.regex(pattern: "tok(x)?en"), .exists, "null", .doesNotHold),
  .init(.regex(pattern: "tok(?:x)?en"), .equal, #""token""#, .holds),
  .init(.json(path: "$.token"), .exists, "null", .holds, seen: #""abc""#),
  .init(.json(path: "$.none"), .exists, "null", .holds, seen: "null"),
  .init(.json(path: "$.nowhere"), .exists, "null", .doesNotHold, seen: "nothing"),
  .init(.json(path: "$.nowhere"), .notEqual, "1", .undecided, seen: "nothing"),
  .init(.json(path: "$.nowhere"), .isEmpty, "null", .undecided),
  .init(.json(path: "$.n"), .equal, "1", .holds, seen: "1.0"),
  .init(.json(path: "$.n"), .equal, "10e-1", .holds),
  .init(.json(path: "$.n"), .equal, #""1.0""#, .doesNotHold),
  .init(.json(path: "$.n"), .type, #""integer""#, .holds),
  .init(.json(path: "$.n"), .type, #""decimal""#, .undecided),
  .init(.json(path: "$.n"), .contains, #""1""#, .undecided, seen: "1.0: a number is not a text"),
  .init(.json(path: "$.n"), .isEmpty, "null", .doesNotHold),
  .init(.json(path: "$.big"), .equal, "123456789012345678901234567890", .holds),
  .init(.json(path: "$.big"), .equal, "123456789012345678901234567891", .doesNotHold),
  .init(.json(path: "$.big"), .greater, "1e29", .holds),
  .init(.json(path: "$.ok"), .equal, "true", .holds),
  .init(.json(path: "$.ok"), .less, "true", .undecided),
  .init(.json(path: "$.none"), .equal, "null", .holds),
  .init(.json(path: "$.none"), .isEmpty, "null", .holds),
  .init(.json(path: "$.none"), .type, #""null""#, .holds),
  .init(.json(path: "$.list"), .contains, #""x""#, .holds),
  .init(.json(path: "$.list"), .contains, "[2.0]", .holds),
  .init(.json(path: "$.list"), .contains, "2", .doesNotHold),
  .init(.json(path: "$.list"), .count, "3", .holds, seen: #"3 in [1,"x",[2]]"#),
  .init(.json(path: "$.list"), .count, #"{">=": 2, "<": 4}"#, .holds),
  .init(.json(path: "$.list"), .count, #"{">=": 2, "<": 3}"#, .doesNotHold),
  .init(.json(path: "$.list"), .count, #"{"about": 2}"#, .undecided),
  .init(.json(path: "$.list"), .count, #""3""#, .undecided),
  .init(.json(path: "$.empty"), .isEmpty, "null", .holds),
  .init(.json(path: "$.text"), .isEmpty, "null", .holds),
  .init(.json(path: "$.object"), .equal, #"{"b": {"c": []}, "a": 1e0}"#, .holds),
  .init(.json(path: "$.object"), .contains, #"{"a": 1}"#, .holds),
  .init(.json(path: "$.object"), .contains, #""a""#, .undecided),
  .init(.json(path: "$.object"), .count, "2", .holds),
  .init(.json(path: "$.object"), .type, #""object""#, .holds),
  .init(.json(path: "$.word"), .count, "5", .holds),
  .init(.json(path: "$.word"), .startsWith, #""Gr""#, .holds),
  .init(.json(path: "$.version"), .less, #""1.3""#, .holds),
  .init(.json(path: "$.version"), .less, "2", .undecided, seen: #""1.2.3": a text and a number have no order"#),
  .init(.json(path: "$.items[*].p"), .equal, "[5, 15]", .holds, seen: "2 found: [5,15]"),
  .init(.json(path: "$.items[*].p"), .contains, "15", .holds),
  .init(.json(path: "$.items[*].p"), .count, "2", .holds),
  .init(.json(path: "$.items[*].p"), .less, "20", .undecided),
  .init(.json(path: "$.items[?@.p > 10]"), .count, "1", .holds),
  .init(.json(path: "$.items[?@.p > 99]"), .exists, "null", .doesNotHold, seen: "nothing"),
  .init(.json(path: "$.items[?@.p > 99]"), .count, "0", .holds),
  .init(.json(path: "$.items[?@.p > 99]"), .isEmpty, "null", .holds),
  .init(.json(path: "$.items[?"), .exists, "null", .undecided),
]

private let commandRows: [CheckRow] = [
  .init(.exit, .equal, "3", .holds, seen: "3"),
  .init(.exit, .greater, #""2""#, .holds),
  .init(.status, .exists, "null", .doesNotHold),
  .init(.stdout, .equal, #""Total: 42 items\nready""#, .holds),
  .init(.stdout, .equal, #""Total: 42 items\nready\n""#, .holds),
  .init(.stdout, .equal, #""Total: 42 items\nready\n\n""#, .doesNotHold),
  .init(.stdout, .equal, #""Total: 42 items\nready ""#, .doesNotHold),
  .init(.stdout, .endsWith, #""ready""#, .holds),
  .init(.stdout, .endsWith, #""ready\n""#, .holds),
  .init(.stdout, .startsWith, #""Total""#, .holds),
  .init(.stdout, .contains, "42", .holds),
  .init(.stdout, .contains, #""""#, .holds),
  .init(.stdout, .count, "21", .holds),
  .init(.stdout, .matches, #""(?m)^ready$""#, .holds),
  .init(.stdout, .less, "5", .undecided, seen: #""Total: 42 items\nready\n": not a number"#),
  .init(.stdout, .equal, "42", .doesNotHold),
  .init(.bytes, .equal, "22", .holds),
  .init(.stderr, .equal, #""warning: old""#, .holds),
  .init(.stderr, .isEmpty, "null", .doesNotHold),
  .init(.regex(pattern: #"Total: (\d+)"#), .greaterOrEqual, "42", .holds, seen: #""42""#),
  .init(
    .json(path: "$"), .exists, "null", .undecided, seen: "not JSON: line 1, column 1: expected a value, found 'T'"),
]

@Suite struct ChecksRunnerTests {
  @Test(arguments: responseRows) func aResponseIsJudgedAsDocumented(row: CheckRow) { judge(row, response) }

  @Test(arguments: commandRows) func aCommandIsJudgedAsDocumented(row: CheckRow) { judge(row, command) }

  private func judge(_ row: CheckRow, _ subject: CheckSubject) {
    let result = evaluate(row.query, row.predicate, row.expected, on: subject)
    let negated = evaluate(row.query, row.predicate, row.expected, negated: true, on: subject)
    #expect(result.passed == (row.outcome == .holds), "\(result)")
    #expect(negated.passed == (row.outcome == .doesNotHold), "\(negated)")
    #expect(negated.check == "not \(result.check)")
    if let seen = row.seen { #expect(result.seen == seen) }
  }

  @Test(arguments: [
    (CheckQuery.status, CheckPredicate.Operator.equal, "200", false, "status == 200"),
    (.json(path: "$.token"), .exists, "null", false, "json $.token exists"),
    (.stdout, .contains, #""x""#, true, #"not stdout contains "x""#),
    (.duration, .less, "2000", false, "duration < 2s"), (.duration, .less, #""1m30s""#, false, "duration < 1m30s"),
    (.duration, .greaterOrEqual, "0.5", false, "duration >= 0.5"),
    (.duration, .equal, "18", true, "not duration == 18 ms"),
    (.header("Content-Type"), .startsWith, #""a""#, false, #"header Content-Type startsWith "a""#),
    (.cookie("id"), .isEmpty, "null", true, "not cookie id isEmpty"),
    (.regex(pattern: "a\tb"), .count, #"{">": 1}"#, false, #"regex a\tb count {">":1}"#),
  ])
  func checksAreNamedAsPeopleWriteThem(
    query: CheckQuery, predicate: CheckPredicate.Operator, expected: String, negated: Bool, name: String
  ) {
    #expect(evaluate(query, predicate, json(expected), negated: negated, on: response).check == name)
  }

  @Test func everyPredicateOfACheckIsReported() {
    let check = Check(
      query: .status,
      predicates: [.init(.less, .constant(.number("100"))), .init(.greater, .constant(.number("100")))], line: 7)
    let results = ChecksRunner().evaluate(check, expected: [.number("100"), .number("100")], on: response)
    #expect(results.map(\.passed) == [false, true])
    #expect(results.map(\.line) == [7, 7])
  }

  @Test(arguments: [
    (0, "0 ms"), (999, "999 ms"), (1000, "1s"), (1050, "1.05s"), (59_999, "59.999s"), (60_000, "1m"),
    (90_250, "1m 30.25s"), (7_200_000, "120m"),
  ])
  func aDurationIsShownExactly(_ milliseconds: Int64, _ text: String) {
    #expect(Milliseconds.text(milliseconds) == text)
  }

  @Test func aResultIsReadInsteadOfTheBody() {
    var subject = subject(body: "not JSON")
    subject.result = json(#"{"a": [1]}"#)
    #expect(evaluate(.json(path: "$.a[0]"), .equal, .number("1"), on: subject).passed)
  }

  @Test func aBodyIsParsedOnceForManyChecks() {
    let runner = ChecksRunner()
    for path in ["$.token", "$.n", "$.list[0]"] {
      #expect(evaluate(.json(path: path), .exists, on: response, by: runner).passed)
    }
    #expect(runner.parsesCount == 1)
    #expect(evaluate(.json(path: "$[0]"), .equal, .number("7"), on: subject(body: "[7]"), by: runner).passed)
    #expect(runner.parsesCount == 2)
    runner.forget()
    #expect(evaluate(.json(path: "$[0]"), .equal, .number("7"), on: subject(body: "[7]"), by: runner).passed)
    #expect(runner.parsesCount == 3)
  }

  @Test func precomposedAndDecomposedTextsDiffer() {
    let subject = subject(body: #"{"caf\u00e9": "caf\u00e9"}"#)
    #expect(!evaluate(.json(path: "$['cafe\u{301}']"), .exists, on: subject).passed)
    #expect(!evaluate(.json(path: "$['café']"), .equal, .string("cafe\u{301}"), on: subject).passed)
    #expect(evaluate(.json(path: "$['caf\u{E9}']"), .equal, .string("caf\u{E9}"), on: subject).passed)
  }
}
