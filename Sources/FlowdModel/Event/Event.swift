/// One thing that happened in a session; written in the same transaction as the change it tells of.
package struct Event: Equatable, Sendable {
  package let sessionKey: Int64
  package let sessionID: SessionID
  /// Key and id of the run; `nil` for events of the session itself.
  package let runKey: Int64?
  package let runID: RunID?
  package let sequence: EventSequence
  package let position: EventPosition
  package let at: Timestamp
  package let kind: EventKind

  package init(
    sessionKey: Int64, sessionID: SessionID, runKey: Int64?, runID: RunID?, sequence: EventSequence,
    position: EventPosition, at: Timestamp, kind: EventKind
  ) {
    self.sessionKey = sessionKey
    self.sessionID = sessionID
    self.runKey = runKey
    self.runID = runID
    self.sequence = sequence
    self.position = position
    self.at = at
    self.kind = kind
  }
}

/// What happened. Large payloads stand behind a reference: an event is copied on its way to the store and to watchers.
package enum EventKind: Equatable, Sendable {
  case sessionMetaChanged(SessionMeta)
  case sessionSelected(SessionMeta)
  case sessionClosed(SessionMeta)
  case runQueued(RunSnapshot)
  /// `steps`: as they are at the start; those that were taken over from another run are settled.
  indirect case runStarted(RunRecord, PinnedDefinition, reused: [StepRecord])
  case runCancelRequested(CancelMode)
  case runPauseRequested
  case runPaused
  case runResumed(afterRestart: Bool)
  case runModeChanged(RunMode)
  case runFinished(RunStatus, report: String, error: String, outputs: [UInt8])
  /// `attemptsMax`: the number of the last attempt that `retry` allows, as things stand; `nil`: nothing to say.
  case stepStarted(StepName, attempt: Int, attemptsMax: Int?, childCount: Int?, childRun: RunID?)
  case stepOutput(StepName, attempt: Int, OutputChunk)
  case stepActivity(StepName, attempt: Int, AgentActivity)
  case stepRetrying(StepName, attempt: Int, attemptsMax: Int?, StepError, nextAt: Timestamp)
  indirect case stepInputRequired(StepName, PendingQuestion, dueAt: Timestamp?)
  /// `value` is `nil` for a secret.
  case stepInputAnswered(StepName, inputID: String, value: JSONValue?, by: AnsweredBy)
  indirect case stepFinished(StepName, StepRecord, StepDefinition, StepDetails)
  case circuitChanged(CircuitView)

  /// The last event of a run.
  package var endsRun: Bool {
    if case .runFinished = self { true } else { false }
  }
}

/// How a step is named to people and in events: its id, of a `foreach` step's child with its place, such as `review[2]`.
package struct StepName: Equatable, Sendable, CustomStringConvertible {
  package var id: String
  package var item: Int?

  package init(_ id: String, item: Int? = nil) {
    self.id = id
    self.item = item
  }

  package var description: String { item.map { "\(id)[\($0)]" } ?? id }
}

/// A circuit breaker as people see it.
package struct CircuitView: Equatable, Sendable {
  package enum State: Int, Equatable, Sendable, CaseIterable {
    /// Attempts are made.
    case closed = 1
    /// None is made until `retryAt`.
    case open = 2
    /// One attempt finds out whether it works again.
    case halfOpen = 3
  }

  package var name: String
  package var state: State
  /// In a row.
  package var failures: Int
  package var retryAt: Timestamp?
  /// Why it is open when not for failures in a row; empty otherwise.
  package var reason: String

  package init(name: String, state: State, failures: Int, retryAt: Timestamp?, reason: String = "") {
    self.name = name
    self.state = state
    self.failures = failures
    self.retryAt = retryAt
    self.reason = reason
  }
}
