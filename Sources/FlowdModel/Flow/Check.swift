/// One entry of `expect`: what is looked at, and what must hold of it.
package struct Check: Equatable, Sendable {
  package var query: CheckQuery
  /// All of one entry must hold.
  package var predicates: [CheckPredicate]
  /// In the flow file, from 1; 0 when it is not known.
  package var line: Int

  package init(query: CheckQuery, predicates: [CheckPredicate], line: Int = 0) {
    self.query = query
    self.predicates = predicates
    self.line = line
  }
}

/// What a check looks at.
package enum CheckQuery: Equatable, Sendable {
  /// Of an HTTP response.
  case status
  case header(String)
  case cookie(String)
  case body
  /// A JSONPath (RFC 9535) into the body, a command's standard output, or a script's or question's result.
  case json(path: String)
  /// The first match of a regular expression in the same text; its first group if it has one.
  case regex(pattern: String)
  /// Milliseconds.
  case duration
  /// Length of the body or of standard output.
  case bytes
  case stdout
  case stderr
  case exit
}

/// What must hold of the value that was found.
package struct CheckPredicate: Equatable, Sendable {
  package enum Operator: String, Equatable, Sendable, CaseIterable {
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case exists, contains, startsWith, endsWith, matches, count, isEmpty, type
  }

  package var `operator`: Operator
  /// `exists: false` and `isEmpty: false` are negations; so is `not: true`.
  package var isNegated: Bool
  /// What is compared with; nothing for `exists` and `isEmpty`.
  package var expected: ValueTemplate

  package init(_ operator: Operator, _ expected: ValueTemplate = .constant(.null), isNegated: Bool = false) {
    self.operator = `operator`
    self.isNegated = isNegated
    self.expected = expected
  }
}

/// What a step produced, as checks look at it; what its kind does not have is `nil`.
package struct CheckSubject: Sendable {
  package var status: Int?
  /// In the order they came, names as they were written.
  package var headers: [(name: String, value: String)]
  package var cookies: [(name: String, value: String)]
  /// The body, standard output, or the result as JSON text.
  package var body: [UInt8]?
  package var stdout: [UInt8]?
  package var stderr: [UInt8]?
  /// How long the body and standard output are when only their beginning is here, and standard error; 0: not known.
  package var cutBodyBytes: Int?
  package var cutStderrBytes: Int?
  package var exitCode: Int32?
  /// A script's or a question's result, already JSON.
  package var result: JSONValue?
  package var duration: Duration

  package init(duration: Duration = .zero) {
    headers = []
    cookies = []
    self.duration = duration
  }
}

/// How one predicate of a check came out.
package struct CheckResult: Equatable, Sendable {
  /// The check as a person writes it, such as `json $.token exists`.
  package var check: String
  package var passed: Bool
  /// What was found, cut to a line's length; for a query that failed, why.
  package var seen: String
  package var line: Int

  package init(check: String, passed: Bool, seen: String, line: Int = 0) {
    self.check = check
    self.passed = passed
    self.seen = seen
    self.line = line
  }
}

/// Evaluates checks. Pure and bounded in time and memory.
package protocol CheckEvaluator: AnyObject {
  /// - Parameter expected: The predicates' values, resolved, in the order of `check.predicates`.
  /// - Returns: One result for each predicate; never stops at the first that fails.
  func evaluate(_ check: Check, expected: [JSONValue], on subject: CheckSubject) -> [CheckResult]

  /// The checks of an attempt are through: what was kept for them may go.
  func forget()
}
