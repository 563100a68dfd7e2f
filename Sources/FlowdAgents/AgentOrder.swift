internal import FlowdModel

/// What other threads ask of the thread of an `AgentExecutor`. The engine has at most `Limits.waitingAgentsMax` attempts
/// out, and what commands write is held back until it is acknowledged, which bounds how many there are.
enum AgentOrder: Sendable {
  case start(AgentRequest)
  case terminate(AttemptID)
  case answer(AttemptID, question: String, option: String)
  case acknowledge(AttemptID, bytes: Int)
  /// Of the executor of commands.
  case reports([StepReport])
  /// A driver that is no command has reported its end.
  case ended(AttemptID)
  case check(ProviderDefinition, AgentRules, then: @Sendable (ProviderCheck) -> Void)
  case shutDown
}
