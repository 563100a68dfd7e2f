public import FlowdWire

/// A run as its events tell it.
///
/// An event takes the same time whatever the number of steps.
public struct WatchedRun: Sendable {
  public let runID: String
  public private(set) var snapshot: API.RunSnapshot?
  public private(set) var status = API.RunStatus.queued
  /// How it treats questions now.
  public private(set) var mode = API.RunMode.unspecified
  public private(set) var startedAt: API.Timestamp?
  public private(set) var finishedAt: API.Timestamp?
  /// Set once a cancel was accepted; what was asked for, which may be `unspecified`.
  public private(set) var cancelRequested: API.CancelMode?
  /// It pauses, or has paused, after the steps in hand.
  public private(set) var isPauseRequested = false
  public private(set) var isStepByStep = false
  public private(set) var parentRunID = ""
  public private(set) var parentStepID = ""
  public private(set) var reusedFromRunID = ""
  public private(set) var report = ""
  public private(set) var error = ""
  /// A JSON object: the flow's `outputs`; empty until the run ended.
  public private(set) var outputs: [UInt8] = []
  /// In the order of the flow file, without the children of `foreach` steps.
  public private(set) var steps: [WatchedStep] = []
  /// Of `steps`.
  public private(set) var counts = StepCounts()
  /// Of `steps` and their children.
  public private(set) var allCounts = StepCounts()
  private var indices: [String: Int] = [:]

  public init(runID: String, snapshot: API.RunSnapshot? = nil) {
    self.runID = runID
    self.snapshot = snapshot
  }

  /// A run as the daemon holds it.
  public init(_ run: API.Run) {
    runID = run.runID
    snapshot = run.snapshot
    status = run.status
    mode = run.mode
    startedAt = run.startedAt
    finishedAt = run.finishedAt
    cancelRequested = run.cancelRequested == .unspecified ? nil : run.cancelRequested
    isPauseRequested = run.pauseRequested
    isStepByStep = run.stepByStep
    parentRunID = run.parentRunID
    parentStepID = run.parentStepID
    reusedFromRunID = run.reusedFromRunID
    report = run.report
    error = run.error
    outputs = run.outputs
    set(roster: run.steps)
  }

  public var isFinished: Bool { status.isFinal }

  /// A step of the flow, or a child such as `review[3]` that is not quiet.
  public func step(_ id: String) -> WatchedStep? {
    if let index = indices[id] { return steps[index] }
    guard let child = ChildID(id), let index = indices[child.parent], let children = steps[index].children,
      child.item < children.count
    else { return nil }
    return children.details(child.item)
  }

  /// Takes the next event of the run.
  public mutating func apply(_ event: API.Event) {
    switch event.kind {
    case .runQueued(let queued):
      status = .queued
      snapshot = queued.snapshot
    case .runStarted(let started): start(started, at: event.at)
    case .runPauseRequested: isPauseRequested = true
    case .runPaused:
      isPauseRequested = true
      status = .paused
    case .runResumed:
      isPauseRequested = false
      status = allCounts[.waitingInput] > 0 ? .waitingInput : .running
    case .runModeChanged(let changed): mode = changed.mode
    case .runCancelRequested(let cancel): cancelRequested = cancel.mode
    case .runFinished(let finished):
      status = finished.status
      report = finished.report
      error = finished.error
      outputs = finished.outputs
      finishedAt = event.at
    case .stepStarted, .stepRetrying, .stepInputRequired, .stepInputAnswered, .stepFinished: applyToStep(event)
    case .stepOutput, .stepActivity, .sessionMetaChanged, .sessionSelected, .sessionClosed, .circuitChanged, .snapshot,
      nil:
      break
    }
  }

  private mutating func start(_ started: API.RunStarted, at time: API.Timestamp?) {
    status = .running
    snapshot = started.snapshot
    mode = started.snapshot?.mode ?? mode
    startedAt = time
    parentRunID = started.parentRunID
    parentStepID = started.parentStepID
    reusedFromRunID = started.reusedFromRunID
    set(roster: started.roster)
  }

  private mutating func applyToStep(_ event: API.Event) {
    switch event.kind {
    case .stepStarted(let started):
      update(started.stepID) { step in
        step.status = .running
        // A `foreach` step tells of its list when it starts.
        if started.attempt > step.attempt { step.attempt = started.attempt }
        step.attemptsMax = started.attemptsMax
        step.startedAt = event.at
        step.wakeAt = nil
        step.error = nil
        if let count = started.childCount { step.children = WatchedChildren(count: Int(count)) }
        if !started.childRunID.isEmpty { step.childRunID = started.childRunID }
      }
    case .stepRetrying(let retrying):
      update(retrying.stepID) { step in
        step.status = .waitingRetry
        step.attempt = max(step.attempt, retrying.attempt)
        step.attemptsMax = retrying.attemptsMax
        step.wakeAt = retrying.nextAt
        step.error = retrying.error
      }
    case .stepInputRequired(let required):
      update(required.stepID) { step in
        step.status = .waitingInput
        step.question = required.input
      }
      if status == .running { status = .waitingInput }
    case .stepInputAnswered(let answered):
      update(answered.stepID) { step in
        step.status = .running
        step.question = nil
      }
      if status == .waitingInput, allCounts[.waitingInput] == 0 { status = .running }
    case .stepFinished(let finished):
      guard let step = finished.step else { return }
      update(step.stepID) { $0.copy(step) }
      if status == .waitingInput, allCounts[.waitingInput] == 0 { status = .running }
    default: break
    }
  }

  private mutating func set(roster: [API.Step]) {
    steps = []
    indices = [:]
    counts = StepCounts()
    allCounts = StepCounts()
    for step in roster { update(step.stepID) { $0.copy(step) } }
  }

  /// Changes a step; one the roster does not have is added at the end.
  private mutating func update(_ id: String, _ body: (inout WatchedStep) -> Void) {
    if let child = ChildID(id), let index = indices[child.parent] {
      change(index) { parent in
        if parent.children == nil { parent.children = WatchedChildren(count: 0) }
        parent.children?.update(child.item, id: id, body)
      }
      return
    }
    if let known = indices[id] { return change(known, body) }
    indices[id] = steps.count
    steps.append(WatchedStep(id: id))
    counts.add(.pending)
    allCounts.add(.pending)
    change(steps.count - 1, body)
  }

  private mutating func change(_ index: Int, _ body: (inout WatchedStep) -> Void) {
    let old = steps[index].status
    let oldChildren = steps[index].children?.counts
    body(&steps[index])
    counts.move(from: old, to: steps[index].status)
    allCounts.move(from: old, to: steps[index].status)
    if let oldChildren { allCounts.remove(oldChildren) }
    if let newChildren = steps[index].children?.counts { allCounts.add(newChildren) }
  }
}
