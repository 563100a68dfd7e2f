internal import FlowdModel
internal import FlowdWire

extension API.RunStatus {
  init(_ status: RunStatus) { self.init(rawValue: Int32(status.rawValue)) }
}

extension API.CancelMode {
  init(_ mode: CancelMode) { self.init(rawValue: Int32(mode.rawValue)) }
}

extension API.RunSnapshot {
  init(_ snapshot: RunSnapshot) {
    self.init(
      flowID: snapshot.flowID, definitionHash: snapshot.definitionHash, providerID: snapshot.providerID,
      modelID: snapshot.modelID, mode: API.RunMode(snapshot.mode), revision: snapshot.revision)
  }
}

extension API.Run {
  /// A run without its steps.
  init(_ record: RunRecord, withReport: Bool) {
    self.init(record)
    guard withReport else { return }
    report = record.report
    outputs = record.outputs
  }

  /// A run without its steps, report and outputs.
  init(_ record: RunRecord) {
    self.init(
      runID: record.id.description, sessionID: record.sessionID.description, status: API.RunStatus(record.status),
      snapshot: API.RunSnapshot(record.snapshot), cwd: record.cwd, inputs: record.inputs,
      admittedAt: API.Timestamp(record.admittedAt), startedAt: record.startedAt.map(API.Timestamp.init),
      finishedAt: record.finishedAt.map(API.Timestamp.init), error: record.error,
      cancelRequested: record.cancelRequested.map(API.CancelMode.init) ?? .unspecified,
      firstEventSeq: record.firstSequence, mode: API.RunMode(record.mode), pauseRequested: record.isPauseRequested,
      stepByStep: record.isStepping, parentRunID: record.parent?.id.description ?? "",
      parentStepID: record.parent?.stepName ?? "",
      reusedFromRunID: record.reusedFrom?.description ?? "", concurrencyGroup: record.group)
  }

  /// A run with its steps: those of the flow file, each with its children behind it.
  init(_ view: RunView) {
    self.init(view.record, withReport: true)
    let flow = view.definition.flow
    steps.reserveCapacity(view.steps.count)
    for (step, definition) in zip(view.steps, flow.steps) {
      var whole = API.Step(StepName(definition.id), step, definition)
      whole.needs = definition.needs.map { flow.steps[$0.step].id }
      whole.reused = view.isReused(step)
      if let output = view.outputs[step.index] { whole.add(output) }
      steps.append(whole)
      guard let first = step.firstChild, let count = step.childCount else { continue }
      for child in view.steps[first..<min(first + count, view.steps.count)] {
        var whole = API.Step(StepName(definition.id, item: child.item), child, definition)
        whole.reused = view.isReused(child)
        if let output = view.outputs[child.index] { whole.add(output) }
        steps.append(whole)
      }
    }
  }
}
