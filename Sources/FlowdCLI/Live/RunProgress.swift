internal import FlowdModel
package import FlowdWire

/// A run as its events tell it.
package struct RunProgress: Sendable {
  package struct StepProgress: Sendable {
    package var id: String
    package var label: String
    package var kind = ""
    package var status = API.StepStatus.pending
    package var attempt: UInt32 = 0
    package var startedAt: API.Timestamp?
    package var finishedAt: API.Timestamp?
    package var exitCode: Int32?
    package var error = ""
    package var retryAt: API.Timestamp?
    package var prompt = ""
    package var inputID = ""
    package var tail = OutputTail()
  }

  package let runID: String
  package var snapshot: API.RunSnapshot?
  package var status = API.RunStatus.queued
  package var startedAt: API.Timestamp?
  package var finishedAt: API.Timestamp?
  package var cancelRequested = API.CancelMode.unspecified
  package var report = ""
  package var error = ""
  package private(set) var steps: [StepProgress] = []
  private var indices: [String: Int] = [:]

  package init(runID: String, snapshot: API.RunSnapshot? = nil) {
    self.runID = runID
    self.snapshot = snapshot
  }

  /// A run as the daemon holds it.
  package init(_ run: API.Run) {
    runID = run.runID
    snapshot = run.snapshot
    status = run.status
    startedAt = run.startedAt
    finishedAt = run.finishedAt
    cancelRequested = run.cancelRequested
    report = run.report
    error = run.error
    set(roster: run.steps)
  }

  package var isFinished: Bool { StatusText.isFinal(status) }

  /// Takes the next event of the run.
  package mutating func apply(_ event: API.Event) {
    switch event.kind {
    case .runQueued(let queued):
      status = .queued
      snapshot = queued.snapshot
    case .runStarted(let started):
      status = .running
      snapshot = started.snapshot
      startedAt = event.at
      set(roster: started.roster)
    case .runPaused: status = .paused
    case .runResumed: status = .running
    case .runCancelRequested(let cancel): cancelRequested = cancel.mode
    case .runFinished(let finished):
      status = finished.status
      report = finished.report
      error = finished.error
      finishedAt = event.at
    case .stepStarted, .stepOutput, .stepRetrying, .stepInputRequired, .stepInputAnswered, .stepFinished:
      applyToStep(event)
    case .sessionMetaChanged, .sessionSelected, .sessionClosed, .snapshot, nil: break
    }
  }

  private mutating func applyToStep(_ event: API.Event) {
    switch event.kind {
    case .stepStarted(let started):
      update(started.stepID) { step in
        step.status = .running
        step.attempt = started.attempt
        step.startedAt = event.at
        step.retryAt = nil
      }
    case .stepOutput(let output): update(output.stepID) { $0.tail.add(output.chunk) }
    case .stepRetrying(let retrying):
      update(retrying.stepID) { step in
        step.status = .waitingRetry
        step.retryAt = retrying.nextAt
        step.error = retrying.error?.message ?? ""
      }
    case .stepInputRequired(let required):
      status = .waitingInput
      update(required.stepID) { step in
        step.status = .waitingInput
        step.prompt = required.prompt
        step.inputID = required.inputID
      }
    case .stepInputAnswered(let answered):
      update(answered.stepID) { $0.status = .running }
      if !steps.contains(where: { $0.status == .waitingInput }) { status = .running }
    case .stepFinished(let finished):
      guard let step = finished.step else { return }
      update(step.stepID) { RunProgress.copy(step, into: &$0) }
    default: break
    }
  }

  private mutating func set(roster: [API.Step]) {
    steps = []
    indices = [:]
    for step in roster { update(step.stepID) { RunProgress.copy(step, into: &$0) } }
  }

  private static func copy(_ step: API.Step, into progress: inout StepProgress) {
    if !step.label.isEmpty { progress.label = step.label }
    if !step.kind.isEmpty { progress.kind = step.kind }
    progress.status = step.status == .unspecified ? .pending : step.status
    progress.attempt = step.attempt
    progress.startedAt = step.startedAt ?? progress.startedAt
    progress.finishedAt = step.finishedAt
    progress.exitCode = step.exitCode
    progress.error = step.error?.message ?? ""
  }

  /// Changes a step; one the roster does not have is added at the end.
  private mutating func update(_ id: String, _ body: (inout StepProgress) -> Void) {
    let index: Int
    if let known = indices[id] {
      index = known
    } else {
      index = steps.count
      indices[id] = index
      steps.append(StepProgress(id: id, label: id))
    }
    body(&steps[index])
  }
}
