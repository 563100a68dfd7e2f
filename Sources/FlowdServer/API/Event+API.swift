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
    case .runStarted(let run, let definition, let reused): self = .runStarted(API.RunStarted(run, definition, reused))
    case .runCancelRequested(let mode):
      self = .runCancelRequested(API.RunCancelRequested(mode: API.CancelMode(mode)))
    case .runPauseRequested: self = .runPauseRequested(API.RunPauseRequested())
    case .runPaused: self = .runPaused(API.RunPaused())
    case .runResumed(let afterRestart): self = .runResumed(API.RunResumed(afterRestart: afterRestart))
    case .runModeChanged(let mode): self = .runModeChanged(API.RunModeChanged(mode: API.RunMode(mode)))
    case .runFinished(let status, let report, let error, let outputs):
      self = .runFinished(
        API.RunFinished(status: API.RunStatus(status), report: report, error: error, outputs: outputs))
    case .stepStarted(let name, let attempt, let attemptsMax, let childCount, let childRun):
      self = .stepStarted(
        API.StepStarted(
          stepID: name.description, attempt: UInt32(clamping: attempt),
          childCount: childCount.map { UInt32(clamping: $0) }, childRunID: childRun?.description ?? "",
          attemptsMax: UInt32(clamping: attemptsMax ?? 0)))
    case .stepOutput(let name, let attempt, let chunk):
      self = .stepOutput(
        API.StepOutput(
          stepID: name.description, attempt: UInt32(clamping: attempt),
          stream: API.OutputStream(rawValue: Int32(chunk.stream.rawValue)), chunk: chunk.text, offset: chunk.offset,
          truncated: chunk.truncated))
    case .stepActivity(let name, let attempt, let activity):
      self = .stepActivity(
        API.StepActivity(
          stepID: name.description, attempt: UInt32(clamping: attempt),
          kind: API.ActivityKind(rawValue: Int32(activity.kind.rawValue)), text: activity.text))
    case .stepRetrying(let name, let attempt, let attemptsMax, let error, let nextAt):
      self = .stepRetrying(
        API.StepRetrying(
          stepID: name.description, attempt: UInt32(clamping: attempt), error: API.StepError(error),
          nextAt: API.Timestamp(nextAt), attemptsMax: UInt32(clamping: attemptsMax ?? 0)))
    case .stepInputRequired(let name, let question, let dueAt):
      self = .stepInputRequired(
        API.StepInputRequired(stepID: name.description, input: API.PendingInput(question, dueAt: dueAt)))
    case .stepInputAnswered(let name, let inputID, let value, let by):
      self = .stepInputAnswered(
        API.StepInputAnswered(
          stepID: name.description, inputID: inputID, value: value.map { JSONWriter.bytes(of: $0, .compact) } ?? [],
          by: API.AnsweredBy(rawValue: Int32(by.rawValue))))
    case .stepFinished(let name, let step, let definition, let details):
      var whole = API.Step(name, step, definition)
      whole.add(details)
      self = .stepFinished(API.StepFinished(step: whole))
    case .circuitChanged(let circuit): self = .circuitChanged(API.CircuitChanged(circuit: API.Circuit(circuit)))
    }
  }
}

extension API.RunStarted {
  /// - Parameter reused: The steps whose results were taken over, with their children.
  init(_ run: RunRecord, _ definition: PinnedDefinition, _ reused: [StepRecord]) {
    let flow = definition.flow
    let settled = Dictionary(reused.map { ($0.index, $0) }, uniquingKeysWith: { first, _ in first })
    var roster: [API.Step] = []
    for (index, step) in flow.steps.enumerated() {
      var whole = API.Step(StepName(step.id), settled[index] ?? StepRecord(index: index), step)
      whole.needs = step.needs.map { flow.steps[$0.step].id }
      whole.reused = settled[index] != nil
      roster.append(whole)
      guard let first = settled[index]?.firstChild, let count = settled[index]?.childCount else { continue }
      for child in (first..<first + count).compactMap({ settled[$0] }) {
        var whole = API.Step(StepName(step.id, item: child.item), child, step)
        whole.reused = true
        roster.append(whole)
      }
    }
    self.init(
      snapshot: API.RunSnapshot(run.snapshot), roster: roster, cwd: run.cwd, inputs: run.inputs,
      parentRunID: run.parent?.id.description ?? "", parentStepID: run.parent?.stepName ?? "",
      reusedFromRunID: run.reusedFrom?.description ?? "")
  }
}
