package import FlowdModel

/// Evaluates checks; pure, and bounded in time and memory by `Limits`. `docs/CHECKS.md` says what each check means.
///
/// Used by one thread. It remembers compiled paths and patterns, and the last text that was read as JSON.
package final class ChecksRunner: CheckEvaluator {
  private let regexes = RegexCache()
  private let reader: CheckReader

  package init() { reader = CheckReader(regexes: regexes) }

  /// How many texts were read as JSON so far.
  package var parsesCount: Int { reader.parsesCount }

  package func evaluate(_ check: Check, expected: [JSONValue], on subject: CheckSubject) -> [CheckResult] {
    precondition(expected.count == check.predicates.count, "a check has one value for each predicate")
    let finding = reader.find(check.query, in: subject)
    let cut = reader.cut(check.query, in: subject)
    return zip(check.predicates, expected).map { predicate, expected in
      let (passed, seen) = judge(predicate, expected, finding, cut)
      let name = CheckName.of(check.query, predicate, expected)
      return CheckResult(check: name, passed: passed, seen: seen, line: check.line)
    }
  }

  /// Lets go of the text that the last checks looked at; to be called after the checks of an attempt.
  package func forget() { reader.forget() }

  private func judge(
    _ predicate: CheckPredicate, _ expected: JSONValue, _ finding: Finding, _ cut: String?
  ) -> (Bool, String) {
    var judge = CheckJudge(regexes: regexes)
    let verdict: Verdict
    do {
      verdict = try judge.judge(predicate.operator, expected, of: finding)
    } catch {
      return (false, Excerpt.cut("gave up: \(error.reason)", bytesMax: Limits.checkSeenBytesMax))
    }
    if let cut, !finding.isSettled(by: predicate.operator, verdict) { return (false, cut) }
    return (verdict.passes(negated: predicate.isNegated), Self.seen(finding, predicate.operator, verdict))
  }

  private static func seen(_ finding: Finding, _ operator: CheckPredicate.Operator, _ verdict: Verdict) -> String {
    var seen = finding.seen
    switch (finding, verdict) {
    case (.failed, _), (.nothing, _): return seen
    case (_, .undecided(let reason)):
      let reason = Excerpt.of(plain: reason, bytesMax: Limits.checkSeenBytesMax / 2)
      return Excerpt.cut(seen, bytesMax: Limits.checkSeenBytesMax - reason.utf8.count - 2) + ": " + reason
    case (_, .holds), (_, .doesNotHold):
      if `operator` == .count, let count = finding.count { seen = "\(count) in \(seen)" }
      return Excerpt.cut(seen, bytesMax: Limits.checkSeenBytesMax)
    }
  }
}

extension Finding {
  /// Whether the beginning of a text is enough for a verdict about all of it.
  fileprivate func isSettled(by operator: CheckPredicate.Operator, _ verdict: Verdict) -> Bool {
    switch self {
    case .failed: true
    case .nothing: false
    // The first match of a pattern.
    case .text, .value, .values, .texts, .number, .milliseconds: true
    case .output:
      switch `operator` {
      case .exists, .startsWith, .isEmpty: true
      case .contains, .matches: verdict == .holds
      case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .endsWith, .count, .type: false
      }
    }
  }
}
