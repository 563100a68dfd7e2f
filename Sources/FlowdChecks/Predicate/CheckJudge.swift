internal import FlowdModel

/// Decides whether a predicate holds of what a query found.
struct CheckJudge {
  let regexes: RegexCache
  var comparison = JSONComparison(budget: StepBudget(Limits.jsonPathStepsMax))

  init(regexes: RegexCache) { self.regexes = regexes }

  mutating func judge(
    _ operator: CheckPredicate.Operator, _ expected: JSONValue, of finding: Finding
  ) throws(GaveUp) -> Verdict {
    switch finding {
    case .failed(let reason): return .undecided(reason)
    case .nothing:
      switch `operator` {
      case .exists: return .doesNotHold
      case .count: return try count(0, expected)
      case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .contains, .startsWith, .endsWith,
        .matches, .isEmpty, .type:
        return .undecided("nothing")
      }
    case .texts(let texts):
      switch `operator` {
      case .count: return try count(texts.count, expected)
      case .isEmpty: return Verdict(texts.allSatisfy(\.isEmpty))
      case .notEqual: return try judge(.equal, expected, of: finding).inverted
      case .equal, .less, .lessOrEqual, .greater, .greaterOrEqual, .exists, .contains, .startsWith, .endsWith, .matches,
        .type:
        var verdicts: [Verdict] = []
        for text in texts { verdicts.append(try decide(`operator`, expected, of: .text(text))) }
        return .any(verdicts)
      }
    case .value, .values, .output, .text, .number, .milliseconds: return try decide(`operator`, expected, of: finding)
    }
  }

  private mutating func decide(
    _ operator: CheckPredicate.Operator, _ expected: JSONValue, of finding: Finding
  ) throws(GaveUp) -> Verdict {
    switch `operator` {
    case .equal: return try equal(finding, expected)
    case .notEqual: return try equal(finding, expected).inverted
    case .less: return try order(finding, expected) { $0 < 0 }
    case .lessOrEqual: return try order(finding, expected) { $0 <= 0 }
    case .greater: return try order(finding, expected) { $0 > 0 }
    case .greaterOrEqual: return try order(finding, expected) { $0 >= 0 }
    case .exists: if case .values(let values) = finding { return Verdict(!values.isEmpty) } else { return .holds }
    case .contains: return try contains(finding, expected)
    case .startsWith: return text(finding, expected) { $0.startsWith($1) }
    case .endsWith: return text(finding, expected) { $0.endsWith($1) }
    case .matches: return try matches(finding, expected)
    case .count: return try count(finding, expected)
    case .isEmpty: return Verdict(finding.isEmpty)
    case .type: return try type(finding, expected)
    }
  }

  private mutating func contains(_ finding: Finding, _ expected: JSONValue) throws(GaveUp) -> Verdict {
    switch finding {
    case .value(.array(let elements)), .values(let elements):
      for element in elements where try comparison.equal(element, expected) { return .holds }
      return .doesNotHold
    case .value(.object(let members)):
      guard case .object(let wanted) = expected else {
        return .undecided("an object contains members; what is expected is \(expected.kind)")
      }
      return Verdict(try comparison.contains(members, all: wanted))
    case .failed, .nothing, .value, .output, .text, .texts, .number, .milliseconds:
      return text(finding, expected) { $0.contains($1) }
    }
  }

  private mutating func matches(_ finding: Finding, _ expected: JSONValue) throws(GaveUp) -> Verdict {
    guard let found = finding.asText else { return .undecided(finding.isNoText) }
    guard case .string(let pattern) = expected else { return .undecided("a pattern is a text, not \(expected.kind)") }
    do {
      var budget = StepBudget(Limits.regexStepsMax)
      return Verdict(try regexes.expression(pattern).matches(found.full, budget: &budget))
    } catch let error as RegexMistake {
      return .undecided("not a regular expression: \(error.text)")
    } catch let error as GaveUp {
      throw error
    } catch {
      return .undecided("\(error)")
    }
  }

  private func text(
    _ finding: Finding, _ expected: JSONValue, _ holds: (FoundText, String) -> Bool
  ) -> Verdict {
    guard let found = finding.asText else { return .undecided(finding.isNoText) }
    guard let wanted = expected.asText else { return .undecided("\(expected.kind) is not a text to look for") }
    return Verdict(holds(found, wanted))
  }

  private mutating func count(_ finding: Finding, _ expected: JSONValue) throws(GaveUp) -> Verdict {
    switch finding.count {
    case .some(let found): try count(found, expected)
    case nil: .undecided("what has no parts to count")
    }
  }

  /// - Parameter expected: A number, or an object of comparisons such as `{">=": 2}`, which must all hold.
  private mutating func count(_ found: Int, _ expected: JSONValue) throws(GaveUp) -> Verdict {
    switch expected {
    case .number: return try decide(.equal, expected, of: .number(found))
    case .object(let members) where !members.isEmpty:
      for member in members {
        guard let comparison = CheckPredicate.Operator.comparison(member.name) else { break }
        switch try decide(comparison, member.value, of: .number(found)) {
        case .holds: continue
        case .doesNotHold: return .doesNotHold
        case .undecided(let reason): return .undecided(reason)
        }
      }
      guard members.allSatisfy({ CheckPredicate.Operator.comparison($0.name) != nil }) else { break }
      return .holds
    case .null, .bool, .string, .array, .object: break
    }
    return .undecided("count takes a number or comparisons such as {\">=\": 2}")
  }

  private func type(_ finding: Finding, _ expected: JSONValue) throws(GaveUp) -> Verdict {
    guard case .string(let name) = expected, let wanted = JSONTypeName(rawValue: name) else {
      return .undecided("type takes one of \(JSONTypeName.list)")
    }
    return Verdict(wanted.fits(finding))
  }
}

extension CheckPredicate.Operator {
  /// The operator of this text, if it compares.
  static func comparison(_ text: String) -> Self? {
    switch Self(rawValue: text) {
    case .equal: .equal
    case .notEqual: .notEqual
    case .less: .less
    case .lessOrEqual: .lessOrEqual
    case .greater: .greater
    case .greaterOrEqual: .greaterOrEqual
    case .exists, .contains, .startsWith, .endsWith, .matches, .count, .isEmpty, .type, nil: nil
    }
  }
}
