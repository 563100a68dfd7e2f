internal import FlowdModel

extension CheckJudge {
  /// Values of different types are unequal; only what has no sensible meaning is undecided.
  mutating func equal(_ finding: Finding, _ expected: JSONValue) throws(GaveUp) -> Verdict {
    switch finding {
    case .failed(let reason): return .undecided(reason)
    case .nothing: return .undecided("nothing")
    case .texts(let texts):
      var verdicts: [Verdict] = []
      for text in texts { verdicts.append(try equal(.text(text), expected)) }
      return .any(verdicts)
    case .value(let value): return Verdict(try comparison.equal(value, expected))
    case .values(let values): return Verdict(try comparison.equal(.array(values), expected))
    case .output, .text: return equal(text: finding.asText ?? FoundText(full: "", isOutput: false), expected)
    case .number(let number):
      guard let wanted = expected.asNumber else { return .doesNotHold }
      return Verdict(DecimalNumber(number) == wanted)
    case .milliseconds(let count):
      switch Self.milliseconds(expected) {
      case .success(let wanted): return Verdict(DecimalNumber(Int(count)) == wanted)
      case .failure(let error): return .undecided(error.reason)
      }
    }
  }

  private func equal(text: FoundText, _ expected: JSONValue) -> Verdict {
    switch expected {
    case .string(let wanted): return Verdict(text.equals(wanted))
    case .number(let wanted):
      guard let found = text.number else { return .doesNotHold }
      return Verdict(found == DecimalNumber(wanted))
    case .bool(let wanted): return Verdict(ExactName(text.stripped) == ExactName(wanted ? "true" : "false"))
    case .null, .array, .object:
      return .undecided("a text cannot be compared with \(expected.kind); a json query reads it")
    }
  }

  mutating func order(
    _ finding: Finding, _ expected: JSONValue, _ holds: (Int) -> Bool
  ) throws(GaveUp) -> Verdict {
    let found: DecimalNumber
    let wanted: DecimalNumber?
    switch finding {
    case .failed(let reason): return .undecided(reason)
    case .nothing, .texts: return .undecided("nothing")
    case .value(let value):
      guard let order = try comparison.order(value, expected) else {
        return .undecided("\(value.kind) and \(expected.kind) have no order")
      }
      return Verdict(holds(order))
    case .values: return .undecided("a list has no order")
    case .output, .text:
      guard let text = finding.asText else { return .undecided(finding.isNoText) }
      if case .string(let wanted) = expected {
        guard let order = try comparison.order(.string(text.withoutNewline), .string(wanted)) else {
          return .undecided("these have no order")
        }
        return Verdict(holds(order))
      }
      guard case .number = expected else { return .undecided("a text and \(expected.kind) have no order") }
      guard let number = text.number else { return .undecided("not a number") }
      (found, wanted) = (number, expected.asNumber)
    case .number(let number): (found, wanted) = (DecimalNumber(number), expected.asNumber)
    case .milliseconds(let count):
      switch Self.milliseconds(expected) {
      case .success(let number): (found, wanted) = (DecimalNumber(Int(count)), number)
      case .failure(let error): return .undecided(error.reason)
      }
    }
    guard let wanted else { return .undecided("a number and \(expected.kind) have no order") }
    return Verdict(holds(found < wanted ? -1 : found == wanted ? 0 : 1))
  }

  /// A number of milliseconds, or a text such as `2s`.
  private static func milliseconds(_ expected: JSONValue) -> Result<DecimalNumber, GaveUp> {
    switch expected {
    case .number(let text):
      if let number = DecimalNumber(text) { return .success(number) }
    case .string(let text):
      do {
        let duration = try DurationText.parse(text, zeroIsAllowed: true)
        let (seconds, attoseconds) = duration.components
        return .success(DecimalNumber(Int(seconds * 1000 + attoseconds / 1_000_000_000_000_000)))
      } catch {
        return .failure(GaveUp(reason: "what is expected \(error.message)"))
      }
    case .null, .bool, .array, .object: break
    }
    return .failure(GaveUp(reason: "a duration is milliseconds or a text such as 2s, not \(expected.kind)"))
  }
}
