internal import FlowdModel
internal import FlowdWire

extension API.Event {
  init(_ event: Event) {
    self.init(
      sessionID: event.sessionID.description, runID: event.runID?.description ?? "", seq: event.sequence,
      at: API.Timestamp(event.at), position: event.position, kind: Kind(event.kind))
  }
}

extension API.Event.Kind {
  init(_ kind: EventKind) {
    switch kind {
    case .sessionMetaChanged(let meta): self = .sessionMetaChanged(API.SessionMetaChanged(meta: API.SessionMeta(meta)))
    case .sessionSelected(let meta): self = .sessionSelected(API.SessionSelected(meta: API.SessionMeta(meta)))
    case .sessionClosed(let meta): self = .sessionClosed(API.SessionClosed(meta: API.SessionMeta(meta)))
    case .runQueued(let snapshot): self = .runQueued(API.RunQueued(snapshot: API.RunSnapshot(snapshot)))
    case .runStarted(let snapshot, let definition, let cwd):
      let flow = definition.flow
      let roster = flow.steps.enumerated().map { index, step in
        API.Step(StepRecord(index: index), step, needs: step.needs.map { flow.steps[$0.step].id })
      }
      self = .runStarted(API.RunStarted(snapshot: API.RunSnapshot(snapshot), roster: roster, cwd: cwd))
    case .runCancelRequested(let mode):
      self = .runCancelRequested(API.RunCancelRequested(mode: API.CancelMode(mode)))
    case .runResumed(let afterRestart): self = .runResumed(API.RunResumed(afterRestart: afterRestart))
    case .runFinished(let status, let report, let error):
      self = .runFinished(API.RunFinished(status: API.RunStatus(status), report: report, error: error))
    case .stepStarted(let stepID, let attempt):
      self = .stepStarted(API.StepStarted(stepID: stepID, attempt: UInt32(attempt)))
    case .stepOutput(let stepID, let attempt, let chunk):
      self = .stepOutput(
        API.StepOutput(
          stepID: stepID, attempt: UInt32(attempt), stream: API.OutputStream(rawValue: Int32(chunk.stream.rawValue)),
          chunk: chunk.text, offset: chunk.offset, truncated: chunk.truncated))
    case .stepRetrying(let stepID, let attempt, let error, let nextAt):
      self = .stepRetrying(
        API.StepRetrying(
          stepID: stepID, attempt: UInt32(attempt), error: API.StepError(error), nextAt: API.Timestamp(nextAt)))
    case .stepFinished(let step, let definition):
      self = .stepFinished(API.StepFinished(step: API.Step(step, definition)))
    }
  }
}
