import FlowdModel
import Testing

@testable import FlowdChecks

/// Checks of a text of which only the beginning is kept.
@Suite struct CutTextTests {
  private static let notice = "only the first 1 MiB of 3000000 bytes is kept"

  private static let subject: CheckSubject = {
    var subject = CheckSubject()
    subject.stdout = Array("{\"a\": [1, 2, ".utf8)
    subject.body = subject.stdout
    subject.stderr = Array("all of it".utf8)
    subject.cutBodyBytes = 3_000_000
    return subject
  }()

  private func result(
    _ query: CheckQuery, _ predicate: CheckPredicate.Operator, _ expected: JSONValue = .null, negated: Bool = false,
    of subject: CheckSubject = Self.subject
  ) throws -> CheckResult {
    let check = Check(query: query, predicates: [CheckPredicate(predicate, isNegated: negated)])
    return try #require(ChecksRunner().evaluate(check, expected: [expected], on: subject).first)
  }

  @Test(arguments: [false, true])
  func itIsNotReadAsJSON(_ negated: Bool) throws {
    let found = try result(.json(path: "$.a"), .exists, negated: negated)
    #expect(!found.passed)
    #expect(found.seen == Self.notice)
  }

  @Test func whatTheBeginningTellsIsTold() throws {
    #expect(try result(.stdout, .startsWith, .string("{")).passed)
    #expect(try !result(.stdout, .startsWith, .string("[")).passed)
    #expect(try result(.stdout, .startsWith, .string("["), negated: true).passed)
    #expect(try result(.body, .contains, .string("1, 2")).passed)
    #expect(try !result(.body, .contains, .string("1, 2"), negated: true).passed)
    #expect(try result(.stdout, .isEmpty, negated: true).passed)
    #expect(try result(.regex(pattern: "\\d+"), .equal, .number("1")).passed)
    #expect(try result(.bytes, .equal, .number("3000000")).passed)
  }

  @Test(
    arguments: [
      (CheckQuery.stdout, CheckPredicate.Operator.contains), (.stdout, .endsWith), (.body, .equal), (.body, .notEqual),
      (.stdout, .matches), (.regex(pattern: "later"), .exists),
    ], [false, true])
  func whatTheRestMayChangeFails(_ what: (CheckQuery, CheckPredicate.Operator), _ negated: Bool) throws {
    let found = try result(what.0, what.1, .string("later"), negated: negated)
    #expect(!found.passed)
    #expect(found.seen == Self.notice)
  }

  @Test func anotherStreamIsNotConcerned() throws {
    #expect(try result(.stderr, .equal, .string("all of it")).passed)
  }

  @Test func aLengthThatIsNotKnownIsNotInvented() throws {
    var subject = Self.subject
    subject.cutBodyBytes = 0
    #expect(try result(.bytes, .greater, .number("1"), of: subject).seen == "only the first 1 MiB of it is kept")
    #expect(try !result(.bytes, .greater, .number("1"), of: subject).passed)
  }
}
