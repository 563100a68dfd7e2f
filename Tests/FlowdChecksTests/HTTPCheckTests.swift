import FlowdModel
import Testing

@testable import FlowdChecks

/// A response as an API gives it, with what is easily got wrong: headers in mixed case and several times, empty ones, a
/// cookie that was set again.
private let response: CheckSubject = {
  var subject = CheckSubject(duration: .microseconds(250_900))
  subject.status = 201
  subject.headers = [
    ("Content-Type", "application/json; charset=utf-8"), ("ETag", "\"abc\""), ("Vary", "Accept"), ("VARY", "Origin"),
    ("X-Rate-Remaining", "59"), ("X-Empty", ""), ("x-flag", "true"), ("Location", "/items/7"),
    ("X-Big", "9007199254740993"),
  ]
  subject.cookies = [("session", "s3cr3t"), ("theme", ""), ("Theme", "dark"), ("session", "renewed"), ("n", "7")]
  subject.body = Array(
    #"{"id": 7, "tags": ["new", "böse"], "owner": {"name": "Ann", "age": null}, "price": 12.50}"#.utf8)
  return subject
}()

private let empty: CheckSubject = {
  var subject = CheckSubject(duration: .zero)
  subject.status = 204
  subject.body = []
  return subject
}()

private let page: CheckSubject = {
  var subject = CheckSubject(duration: .seconds(90))
  subject.status = 503
  subject.headers = [("Content-Type", "text/html"), ("Retry-After", "120")]
  subject.body = Array("<html>\n<title>Down</title>\nerror 17, error 18\n</html>\n".utf8)
  return subject
}()

private let statusRows: [CheckRow] = [
  .init(.status, .equal, "201", .holds, seen: "201"),
  .init(.status, .notEqual, "200", .holds),
  .init(.status, .less, "300", .holds),
  .init(.status, .lessOrEqual, "201", .holds),
  .init(.status, .greater, "201", .doesNotHold),
  .init(.status, .greaterOrEqual, "200.5", .holds),
  .init(.status, .exists, "null", .holds),
  .init(.status, .contains, #""20""#, .holds),
  .init(.status, .startsWith, #""2""#, .holds),
  .init(.status, .endsWith, #""2""#, .doesNotHold),
  .init(.status, .matches, #""^2\\d\\d$""#, .holds),
  .init(.status, .matches, #""^[45]""#, .doesNotHold),
  .init(.status, .count, "1", .undecided),
  .init(.status, .isEmpty, "null", .doesNotHold),
  .init(.status, .type, #""number""#, .holds),
  .init(.status, .type, #""string""#, .doesNotHold),
]

private let headerRows: [CheckRow] = [
  .init(.header("content-type"), .equal, #""application/json; charset=utf-8""#, .holds),
  .init(.header("CONTENT-TYPE"), .contains, #""JSON""#, .doesNotHold),
  .init(.header("Content-Type"), .startsWith, #""application/json""#, .holds),
  .init(.header("content-Type"), .endsWith, #""utf-8""#, .holds),
  .init(.header("content-type"), .matches, #""charset=([\\w-]+)""#, .holds),
  .init(.header("etag"), .equal, #""\"abc\"""#, .holds),
  .init(.header("vary"), .equal, #""Origin""#, .holds, seen: #"2 found: ["Accept","Origin"]"#),
  .init(.header("Vary"), .equal, #""Accept, Origin""#, .doesNotHold),
  .init(.header("vary"), .notEqual, #""Accept""#, .doesNotHold),
  .init(.header("vary"), .notEqual, #""Cookie""#, .holds),
  .init(.header("vary"), .count, "2", .holds),
  .init(.header("vary"), .contains, #""rig""#, .holds),
  .init(.header("vary"), .startsWith, #""O""#, .holds),
  .init(.header("vary"), .matches, #""^X""#, .doesNotHold),
  .init(.header("vary"), .isEmpty, "null", .doesNotHold),
  .init(.header("x-rate-remaining"), .greater, "0", .holds),
  .init(.header("x-rate-remaining"), .less, "59", .doesNotHold),
  .init(.header("x-rate-remaining"), .equal, "59.0", .holds),
  .init(.header("x-big"), .equal, "9007199254740993", .holds),
  .init(.header("x-big"), .equal, "9007199254740992", .doesNotHold),
  .init(.header("x-flag"), .equal, "true", .holds),
  .init(.header("x-empty"), .exists, "null", .holds),
  .init(.header("x-empty"), .isEmpty, "null", .holds),
  .init(.header("x-empty"), .equal, #""""#, .holds),
  .init(.header("x-none"), .exists, "null", .doesNotHold, seen: "nothing"),
  .init(.header("x-none"), .isEmpty, "null", .undecided, seen: "nothing"),
  .init(.header("x-none"), .notEqual, #""a""#, .undecided),
  .init(.header("x-none"), .count, "0", .holds),
  .init(.header("location"), .type, #""string""#, .holds),
]

private let cookieRows: [CheckRow] = [
  .init(.cookie("n"), .equal, "7", .holds),
  .init(.cookie("n"), .greaterOrEqual, "7", .holds),
  .init(.cookie("n"), .equal, #""7""#, .holds),
  .init(.cookie("N"), .exists, "null", .doesNotHold),
  .init(.cookie("theme"), .isEmpty, "null", .holds),
  .init(.cookie("Theme"), .equal, #""dark""#, .holds),
  .init(.cookie("session"), .count, "2", .holds),
  .init(.cookie("session"), .equal, #""renewed""#, .holds),
  .init(.cookie("session"), .startsWith, #""s3""#, .holds),
  .init(.cookie("session"), .matches, #""^\\w+$""#, .holds),
  .init(.cookie("session"), .contains, #""none""#, .doesNotHold),
  .init(.cookie("gone"), .equal, #""""#, .undecided, seen: "nothing"),
]

private let bodyRows: [CheckRow] = [
  .init(.body, .contains, #""böse""#, .holds),
  .init(.body, .startsWith, #""{""#, .holds),
  .init(.body, .endsWith, #""}""#, .holds),
  .init(.body, .matches, #""\"price\":\\s*12\\.50""#, .holds),
  .init(.body, .isEmpty, "null", .doesNotHold),
  .init(.body, .exists, "null", .holds),
  .init(.body, .count, "87", .doesNotHold),
  .init(.bytes, .equal, "90", .holds),
  .init(.bytes, .less, "90", .doesNotHold),
  .init(.bytes, .type, #""integer""#, .holds),
  .init(.duration, .equal, "250", .holds, seen: "250 ms"),
  .init(.duration, .less, #""251ms""#, .holds),
  .init(.duration, .greater, #""1s""#, .doesNotHold),
  .init(.regex(pattern: #""name": "(\w+)""#), .equal, #""Ann""#, .holds),
  .init(.regex(pattern: "\"id\": (\\d+)"), .less, "8", .holds),
  .init(.regex(pattern: "b.se"), .equal, #""böse""#, .holds),
  .init(.regex(pattern: "zz"), .exists, "null", .doesNotHold),
  .init(.regex(pattern: "Ann"), .count, "3", .holds),
]

private let jsonRows: [CheckRow] = [
  .init(.json(path: "$.id"), .equal, "7.0", .holds),
  .init(.json(path: "$.id"), .notEqual, #""7""#, .holds),
  .init(.json(path: "$.id"), .type, #""integer""#, .holds),
  .init(.json(path: "$.price"), .equal, "12.5", .holds, seen: "12.50"),
  .init(.json(path: "$.price"), .type, #""integer""#, .doesNotHold),
  .init(.json(path: "$.tags"), .count, "2", .holds),
  .init(.json(path: "$.tags"), .contains, #""new""#, .holds),
  .init(.json(path: "$.tags[*]"), .contains, #""böse""#, .holds),
  .init(.json(path: "$.tags[-1]"), .startsWith, #""bö""#, .holds),
  .init(.json(path: "$.tags[2]"), .exists, "null", .doesNotHold),
  .init(.json(path: "$.owner"), .equal, #"{"age": null, "name": "Ann"}"#, .holds),
  .init(.json(path: "$.owner.age"), .exists, "null", .holds),
  .init(.json(path: "$.owner.age"), .isEmpty, "null", .holds),
  .init(.json(path: "$.owner.age"), .equal, "null", .holds),
  .init(.json(path: "$..name"), .equal, #"["Ann"]"#, .holds),
  .init(.json(path: "$.owner[?@ == 'Ann']"), .count, "1", .holds),
  .init(.json(path: "$.owner.name"), .matches, #""^A""#, .holds),
  .init(.json(path: "$.owner.name"), .less, #""B""#, .holds),
  .init(.json(path: "$.owner"), .endsWith, #""}""#, .undecided),
]

private let emptyRows: [CheckRow] = [
  .init(.status, .equal, "204", .holds),
  .init(.body, .isEmpty, "null", .holds),
  .init(.body, .equal, #""""#, .holds),
  .init(.body, .exists, "null", .holds),
  .init(.bytes, .equal, "0", .holds),
  .init(.duration, .equal, #""0s""#, .holds),
  .init(.header("content-type"), .exists, "null", .doesNotHold),
  .init(.cookie("a"), .count, "0", .holds),
  .init(.json(path: "$"), .exists, "null", .undecided),
  .init(.regex(pattern: "^$"), .exists, "null", .holds),
]

private let pageRows: [CheckRow] = [
  .init(.status, .greaterOrEqual, "500", .holds),
  .init(.header("retry-after"), .lessOrEqual, "120", .holds),
  .init(.body, .contains, #""<title>Down</title>""#, .holds),
  .init(.body, .endsWith, #""</html>""#, .holds),
  .init(.body, .matches, #""(?m)^error""#, .holds),
  .init(.regex(pattern: #"error (\d+)"#), .equal, "17", .holds),
  .init(.duration, .greater, #""1m""#, .holds, seen: "1m 30s"),
  .init(
    .json(path: "$.id"), .exists, "null", .undecided,
    seen: "not JSON: line 1, column 1: expected a value, found '<'"),
]

/// Every query of an `http` step with every predicate that says something about it.
@Suite struct HTTPCheckTests {
  @Test(arguments: statusRows + headerRows + cookieRows + bodyRows + jsonRows)
  func aResponseIsJudged(row: CheckRow) { judge(row, response) }

  @Test(arguments: emptyRows) func anEmptyResponseIsJudged(row: CheckRow) { judge(row, empty) }

  @Test(arguments: pageRows) func aPageOfAnErrorIsJudged(row: CheckRow) { judge(row, page) }

  private func judge(_ row: CheckRow, _ subject: CheckSubject) {
    let result = evaluate(row.query, row.predicate, row.expected, on: subject)
    let negated = evaluate(row.query, row.predicate, row.expected, negated: true, on: subject)
    #expect(result.passed == (row.outcome == .holds), "\(result)")
    #expect(negated.passed == (row.outcome == .doesNotHold), "\(negated)")
    if let seen = row.seen { #expect(result.seen == seen) }
  }

  /// The table above leaves no predicate out.
  @Test(arguments: [
    CheckQuery.status, .header(""), .cookie(""), .body, .json(path: ""), .regex(pattern: ""),
  ])
  func everyPredicateIsTried(query: CheckQuery) {
    let all = statusRows + headerRows + cookieRows + bodyRows + jsonRows + emptyRows + pageRows
    let isOrder = { (name: CheckPredicate.Operator) in [.less, .lessOrEqual, .greater, .greaterOrEqual].contains(name) }
    var tried = Set(all.filter { Self.kind($0.query) == Self.kind(query) }.map(\.predicate))
    if tried.contains(where: isOrder) { tried.formUnion([.less, .lessOrEqual, .greater, .greaterOrEqual]) }
    let wanted: Set<CheckPredicate.Operator> =
      switch query {
      case .status, .header: Set(CheckPredicate.Operator.allCases)
      case .cookie: [.equal, .exists, .isEmpty, .count, .startsWith, .matches, .contains, .less]
      case .body: [.contains, .startsWith, .endsWith, .matches, .isEmpty, .exists, .count, .equal]
      case .json: Set(CheckPredicate.Operator.allCases)
      default: [.equal, .less, .exists, .count]
      }
    #expect(wanted.subtracting(tried).isEmpty, "\(wanted.subtracting(tried))")
  }

  private static func kind(_ query: CheckQuery) -> String {
    String("\(query)".prefix { $0 != "(" })
  }
}
