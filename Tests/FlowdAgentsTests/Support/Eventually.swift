import Testing

struct NeverHappened: Error, CustomStringConvertible {
  let description: String
}

/// Waits until `condition` holds, and fails when it does not within the limit.
func eventually(
  _ what: String, within limit: Duration = .seconds(60), _ location: SourceLocation = #_sourceLocation,
  _ condition: () throws -> Bool
) async throws {
  let clock = ContinuousClock()
  let deadline = clock.now + limit
  while try !condition() {
    guard clock.now < deadline else {
      Issue.record("never within \(limit): \(what)", sourceLocation: location)
      throw NeverHappened(description: what)
    }
    try await clock.sleep(for: .milliseconds(2))
  }
}
