internal import FlowdModel

/// What is to be done with what an agent said, or to make it say something.
enum AgentEffect: Equatable, Sendable {
  /// Write these bytes to the agent.
  case send([UInt8])
  /// A piece of the answer.
  case text(String)
  /// The whole answer, in place of the pieces.
  case answer(String)
  /// The agent has begun another message after using a tool.
  case nextMessage
  case thought(String)
  case activity(AgentActivity)
  case ask(AgentQuestion)
  /// What became of a permission that no person was asked for, or none answered.
  case decided(AgentUse.Permission)
  /// As the agent names it.
  case model(String)
  /// Of a part of the attempt; the parts are added up.
  case usage(TokenCount)
  /// Nothing more comes of this turn; after a failure or a cancel nothing comes at all.
  case turnEnded(TurnEnd)

  enum TurnEnd: Equatable, Sendable {
    /// The answer is whole.
    case answered(stopReason: String)
    case failed(AgentError, stopReason: String)
    case cancelled
  }
}
