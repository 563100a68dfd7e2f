/// What an agent's attempt used and how it ended, as it is kept with the step.
package struct AgentUse: Equatable, Sendable {
  package var provider: String
  package var model: String
  /// The model as the other side named it; empty: it did not.
  package var reportedModel: String
  /// Exactly what was sent.
  package var system: String
  package var prompt: String
  /// `stop`, `length`, `end_turn`, …, as the other side said it; empty: it did not.
  package var finishReason: String
  package var inputTokens: Int?
  package var outputTokens: Int?
  /// The answer ends in the middle.
  package var isPartial: Bool
  /// Whether the kernel confined it: `read-only`, or empty.
  package var confinement: String
  /// Permissions that were asked for, and what became of them.
  package var permissions: [Permission]

  package struct Permission: Equatable, Sendable {
    package var question: String
    package var answer: String

    package init(question: String, answer: String) {
      self.question = question
      self.answer = answer
    }
  }

  package init(
    provider: String, model: String, reportedModel: String = "", system: String = "", prompt: String = "",
    finishReason: String = "", inputTokens: Int? = nil, outputTokens: Int? = nil, isPartial: Bool = false,
    confinement: String = "", permissions: [Permission] = []
  ) {
    self.provider = provider
    self.model = model
    self.reportedModel = reportedModel
    self.system = system
    self.prompt = prompt
    self.finishReason = finishReason
    self.inputTokens = inputTokens
    self.outputTokens = outputTokens
    self.isPartial = isPartial
    self.confinement = confinement
    self.permissions = permissions
  }
}

/// Why an agent gave no answer, or not a whole one.
package enum AgentFailure: String, Equatable, Sendable, CaseIterable {
  /// The key is missing, wrong, or may not use the model; the agent is not logged in.
  case unauthorized
  case rateLimited = "rate-limited"
  /// Nothing is left until a reset.
  case quotaExhausted = "quota-exhausted"
  case contextLength = "context-length"
  /// The request itself: an unknown model, parameters that are refused.
  case rejected
  /// 408, 409, 5xx, connections that fail.
  case unavailable
  case timeout
  /// The answer broke off after it had begun.
  case truncated
  /// The model would not answer.
  case refused
  /// The answer is no JSON, or does not fit the schema, after one repair.
  case invalidOutput = "invalid-output"
  case tooLarge = "too-large"
  case notInstalled = "not-installed"
  /// The kernel cannot confine it.
  case unconfined
  /// It did not take the model or the mode.
  case wrongModel = "wrong-model"
  /// The agent failed, or broke its protocol.
  case failed
}
