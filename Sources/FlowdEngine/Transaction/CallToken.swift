package import FlowdModel

/// Where a reply goes: one call on one connection. The engine only carries it.
package struct CallToken: Hashable, Sendable {
  package let connection: UInt64
  package let stream: UInt32

  package init(connection: UInt64, stream: UInt32) {
    self.connection = connection
    self.stream = stream
  }
}

/// What a call is answered.
package indirect enum Reply: Equatable, Sendable {
  case meta(SessionMeta)
  case currentMeta(SessionMeta, activeRun: RunView?, sequence: EventSequence)
  case started(RunRecord, existing: Bool)
  case cancelled(RunView, CancelOutcome)
  case answered(RunView, AnswerOutcome)
  case rerun(RunView, existing: Bool)
  /// A rerun that was asked for before, and has ended since.
  case rerunEnded(RunRecord)
  case run(RunView)
  /// Everything before the call is decided and, when this reply is sent, durable.
  case settled
}

/// What a cancel found.
package enum CancelOutcome: Int, Equatable, Sendable {
  case requested = 1
  case alreadyEnded = 2
}

/// A reply that may be sent now.
package struct AnsweredCall: Sendable {
  package let call: CallToken
  package let result: Result<Reply, Refusal>

  package init(_ call: CallToken, _ result: Result<Reply, Refusal>) {
    self.call = call
    self.result = result
  }
}
