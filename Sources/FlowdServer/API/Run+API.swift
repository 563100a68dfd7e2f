internal import FlowdModel
internal import FlowdWire

extension API.RunStatus {
  init(_ status: RunStatus) { self.init(rawValue: Int32(status.rawValue)) }
}

extension API.StepStatus {
  init(_ status: StepStatus) { self.init(rawValue: Int32(status.rawValue)) }
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

extension API.StepError {
  init(_ error: StepError) {
    self.init(class: API.ErrorClass(rawValue: Int32(error.errorClass.rawValue)), message: error.message)
  }
}

extension API.Step {
  /// - Parameter needs: Ids of the steps it waits for; empty where a caller knows them already.
  init(_ step: StepRecord, _ definition: StepDefinition, needs: [String] = [], output: StepOutput? = nil) {
    self.init(
      stepID: definition.id, label: definition.label, kind: definition.action.kind,
      status: API.StepStatus(step.status), attempt: UInt32(step.attempt),
      startedAt: step.startedAt.map(API.Timestamp.init), finishedAt: step.finishedAt.map(API.Timestamp.init),
      exitCode: step.exitCode, error: step.error.map(API.StepError.init), stdout: output?.stdout ?? [],
      stderr: output?.stderr ?? [],
      stdoutTruncated: output?.stdoutTruncated ?? false, stderrTruncated: output?.stderrTruncated ?? false,
      needs: needs)
  }
}

extension API.Run {
  /// A run without its steps and report.
  init(_ record: RunRecord) {
    self.init(
      runID: record.id.description, sessionID: record.sessionID.description, status: API.RunStatus(record.status),
      snapshot: API.RunSnapshot(record.snapshot), cwd: record.cwd, inputs: record.inputs,
      admittedAt: API.Timestamp(record.admittedAt), startedAt: record.startedAt.map(API.Timestamp.init),
      finishedAt: record.finishedAt.map(API.Timestamp.init), error: record.error,
      cancelRequested: record.cancelRequested.map(API.CancelMode.init) ?? .unspecified,
      firstEventSeq: record.firstSequence)
  }

  /// A run with its steps.
  init(_ view: RunView) {
    self.init(view.record)
    report = view.record.report
    let flow = view.definition.flow
    steps = zip(view.steps, flow.steps).map { step, definition in
      API.Step(
        step, definition, needs: definition.needs.map { flow.steps[$0.step].id }, output: view.outputs[step.index])
    }
  }
}
