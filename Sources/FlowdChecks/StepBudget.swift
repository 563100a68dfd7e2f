/// Why something was given up before it was decided.
struct GaveUp: Error, Equatable {
  /// As the end of a sentence that begins with `gave up: `.
  var reason: String
}

/// How much work is left for one path or comparison.
struct StepBudget {
  private(set) var left: Int

  init(_ steps: Int) { left = steps }

  mutating func take(_ steps: Int = 1) throws(GaveUp) {
    left -= steps
    if left < 0 { throw GaveUp(reason: "this takes too many steps") }
  }
}
