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

/// What happened.
package enum EventKind: Equatable, Sendable {
  case sessionMetaChanged(SessionMeta)
  case sessionSelected(SessionMeta)
  case sessionClosed(SessionMeta)
  case runQueued(RunSnapshot)
  case runStarted(RunSnapshot, PinnedDefinition, cwd: String)
  case runCancelRequested(CancelMode)
  case runResumed(afterRestart: Bool)
  case runFinished(RunStatus, report: String, error: String)
  case stepStarted(stepID: String, attempt: Int)
  case stepOutput(stepID: String, attempt: Int, OutputChunk)
  case stepRetrying(stepID: String, attempt: Int, StepError, nextAt: Timestamp)
  case stepFinished(StepRecord, StepDefinition)

  /// The last event of a run.
  package var endsRun: Bool {
    if case .runFinished = self { true } else { false }
  }
}
