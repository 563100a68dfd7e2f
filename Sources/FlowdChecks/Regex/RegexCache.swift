internal import FlowdModel

/// Regular expressions that were used lately.
final class RegexCache {
  private var forms: [RegularExpression.Form: BoundedCache<RegularExpression>] = [:]

  /// What compiling costs, as steps of a budget.
  static let compilingSteps = 2_000

  func has(_ pattern: String, _ form: RegularExpression.Form) -> Bool { forms[form]?.has(pattern) ?? false }

  func expression(
    _ pattern: String, _ form: RegularExpression.Form = .check
  ) throws(RegexMistake) -> RegularExpression {
    try forms[form, default: BoundedCache(countMax: Limits.compiledChecksMax)].value(of: pattern) {
      text throws(RegexMistake) in try RegularExpression(text, form)
    }
  }
}
