/// Attempts of a step in words.
enum AttemptText {
  /// Such as `attempt 2 of 3`.
  ///
  /// - Parameter max: 0: nobody knows.
  static func of(_ attempt: UInt32, max: UInt32) -> String {
    max >= attempt && max > 1 ? "attempt \(attempt) of \(max)" : "attempt \(attempt)"
  }
}
