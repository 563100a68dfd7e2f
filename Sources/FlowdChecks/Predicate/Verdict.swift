/// Whether a predicate holds, before it is negated.
enum Verdict: Equatable {
  case holds
  case doesNotHold
  /// It cannot be told: neither the predicate nor its negation passes. As the end of a sentence about what was seen.
  case undecided(String)

  init(_ holds: Bool) { self = holds ? .holds : .doesNotHold }

  func passes(negated: Bool) -> Bool {
    switch self {
    case .holds: !negated
    case .doesNotHold: negated
    case .undecided: false
    }
  }

  var inverted: Verdict {
    switch self {
    case .holds: .doesNotHold
    case .doesNotHold: .holds
    case .undecided: self
    }
  }

  /// Holds when any does; undecided when none does and one is.
  static func any(_ verdicts: some Sequence<Verdict>) -> Verdict {
    var result = Verdict.doesNotHold
    for verdict in verdicts {
      switch verdict {
      case .holds: return .holds
      case .doesNotHold: break
      case .undecided: result = verdict
      }
    }
    return result
  }
}
