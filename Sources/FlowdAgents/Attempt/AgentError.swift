package import FlowdModel

/// Why an attempt of an agent fails, as its outcome says it.
package struct AgentError: Error, Equatable {
  package var failure: AgentFailure
  /// For people; may hold what the other side said.
  package var message: String
  /// What the other side asked for; of an exhausted quota: until it is reset, if that is known.
  package var retryAfter: Duration?

  package init(_ failure: AgentFailure, _ message: String, retryAfter: Duration? = nil) {
    self.failure = failure
    self.message = message
    self.retryAfter = retryAfter
  }
}
