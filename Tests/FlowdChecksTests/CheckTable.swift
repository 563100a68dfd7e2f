import FlowdModel
import Testing

@testable import FlowdChecks

/// One row: an entry of `expect` on a subject, and what comes out.
struct CheckRow: CustomTestStringConvertible, Sendable {
  let query: CheckQuery
  let predicate: CheckPredicate.Operator
  let expected: JSONValue
  let outcome: Outcome
  var seen: String?

  enum Outcome: Sendable {
    /// The predicate passes and its negation fails.
    case holds
    /// The other way around.
    case doesNotHold
    /// Both fail.
    case undecided
  }

  init(
    _ query: CheckQuery, _ predicate: CheckPredicate.Operator, _ expected: String = "null", _ outcome: Outcome,
    seen: String? = nil
  ) {
    self.query = query
    self.predicate = predicate
    self.expected = json(expected)
    self.outcome = outcome
    self.seen = seen
  }

  var testDescription: String { "\(query) \(predicate.rawValue) \(expected.text)" }
}

/// The value of a JSON text that is known to be one.
func json(_ text: String) -> JSONValue {
  do {
    return try JSONValue(parsing: Array(text.utf8))
  } catch {
    preconditionFailure("\(text): \(error)")
  }
}

func evaluate(
  _ query: CheckQuery, _ predicate: CheckPredicate.Operator, _ expected: JSONValue = .null, negated: Bool = false,
  on subject: CheckSubject, by runner: ChecksRunner = ChecksRunner()
) -> CheckResult {
  let check = Check(query: query, predicates: [CheckPredicate(predicate, .constant(expected), isNegated: negated)])
  return runner.evaluate(check, expected: [expected], on: subject)[0]
}

func subject(body: String) -> CheckSubject {
  var subject = CheckSubject()
  subject.body = Array(body.utf8)
  return subject
}
