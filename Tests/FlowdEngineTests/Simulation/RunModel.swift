import FlowdModel

/// What a run's events say of it, checked one by one against the rules of runs. Shares no code with the engine.
struct RunModel: Equatable {
  struct Step: Equatable {
    var status = StepStatus.pending
    var attempt = 0
    var exitCode: Int32?
    var outputBytes: UInt64 = 0
    /// Cut off by a restart; its next attempt has not begun.
    var isBetweenAttempts = false
  }

  let id: RunID
  let snapshot: RunSnapshot
  let definition: PinnedDefinition
  var status = RunStatus.queued
  let hadToWait: Bool
  var cancel: CancelMode?
  var steps: [Step]
  /// The daemon that ran it is gone and its successor has not gone on with it.
  var isSuspended = false

  init(id: RunID, snapshot: RunSnapshot, definition: PinnedDefinition, hadToWait: Bool) {
    self.id = id
    self.snapshot = snapshot
    self.definition = definition
    self.hadToWait = hadToWait
    steps = definition.flow.steps.map { _ in Step() }
  }

  var hasFailed: Bool {
    steps.indices.contains { steps[$0].status == .failed && !definition.flow.steps[$0].continueOnError }
  }

  var isEnding: Bool { cancel != nil || hasFailed }

  var runningCount: Int { steps.count { $0.status == .running } }

  /// Whether everything a step needs has happened.
  func isReady(_ index: Int) -> Bool {
    steps[index].status == .pending
      && definition.flow.steps[index].needs.allSatisfy { need in
        switch steps[need.step].status {
        case .succeeded, .skipped: true
        case .failed: need.any || definition.flow.steps[need.step].continueOnError
        case .cancelled, .notRun: need.any
        case .pending, .running, .waitingInput, .waitingRetry: false
        }
      }
  }

  /// What is wrong with the run between two decisions: nothing may be forgotten that could go on.
  var stall: String? {
    guard status == .running, !isSuspended else { return nil }
    if runningCount == 0 { return "run \(id) is running and nothing of it runs" }
    guard !isEnding, runningCount < definition.flow.maxParallel else { return nil }
    return steps.indices.first(where: isReady).map { "step \($0) of run \(id) is ready and was not started" }
  }

  /// Takes the next event; returns what is wrong with it.
  mutating func apply(_ kind: EventKind) -> String? {
    if status.isFinal { return "an event after the end" }
    switch kind {
    case .runCancelRequested(let mode): return requestCancel(mode)
    case .runResumed:
      isSuspended = false
      return status == .running ? nil : "resumed while \(status)"
    case .runFinished(let end, _, _): return finish(end)
    case .stepStarted(let id, let attempt): return withStep(id) { $0.start($1, attempt) }
    case .stepOutput(let id, let attempt, let chunk):
      return withStep(id) { $0.take(chunk, of: $1, attempt) }
    case .stepRetrying(let id, let attempt, _, _): return withStep(id) { $0.retry($1, attempt) }
    case .stepFinished(let record, let step): return withStep(step.id) { $0.settle($1, record) }
    case .runStarted:
      status = .running
      return nil
    case .runQueued, .sessionMetaChanged, .sessionSelected, .sessionClosed: return "\(kind) in the middle of a run"
    }
  }

  private mutating func withStep(_ id: String, _ body: (inout RunModel, Int) -> String?) -> String? {
    guard let index = definition.flow.steps.firstIndex(where: { $0.id == id }) else { return "no step \(id)" }
    return body(&self, index).map { "step \(id): \($0)" }
  }

  private mutating func requestCancel(_ mode: CancelMode) -> String? {
    defer { cancel = mode }
    return cancel == nil || cancel == .graceful && mode == .force ? nil : "cancel \(mode) after \(cancel ?? mode)"
  }

  private mutating func start(_ index: Int, _ attempt: Int) -> String? {
    if status != .running { return "started while the run is \(status)" }
    if isEnding { return "started while the run ends" }
    let isNext = steps[index].isBetweenAttempts
    if !isNext, !isReady(index) { return "started before what it needs, or again" }
    if attempt != steps[index].attempt + 1 { return "attempt \(attempt) after \(steps[index].attempt)" }
    if !isNext, runningCount >= definition.flow.maxParallel { return "one too many at once" }
    steps[index] = Step(status: .running, attempt: attempt)
    return nil
  }

  private mutating func take(_ chunk: OutputChunk, of index: Int, _ attempt: Int) -> String? {
    let isDue = chunk.offset == steps[index].outputBytes
    steps[index].outputBytes += UInt64(chunk.text.count)
    guard steps[index].status == .running, steps[index].attempt == attempt else { return "output of no attempt" }
    return isDue ? nil : "output from \(chunk.offset) on, out of order"
  }

  private mutating func retry(_ index: Int, _ attempt: Int) -> String? {
    guard steps[index].status == .running, steps[index].attempt == attempt else { return "retried without an attempt" }
    steps[index].isBetweenAttempts = true
    return nil
  }

  private mutating func settle(_ index: Int, _ record: StepRecord) -> String? {
    let before = steps[index]
    steps[index] = Step(status: record.status, attempt: record.attempt, exitCode: record.exitCode)
    guard record.status.isFinal, record.attempt == before.attempt else { return "finished as \(record)" }
    switch (before.status, record.status) {
    case (.running, .succeeded), (.running, .failed), (.running, .cancelled): return nil
    case (.pending, .notRun): return runningCount == 0 ? nil : "not run while others still run"
    default: return "\(before.status) became \(record.status)"
    }
  }

  private mutating func finish(_ end: RunStatus) -> String? {
    let expected: RunStatus =
      cancel == .force ? .cancelled : hasFailed ? .failed : cancel == .graceful ? .interrupted : .succeeded
    status = end
    if end != expected { return "ended \(end), expected \(expected)" }
    if let open = steps.firstIndex(where: { !$0.status.isFinal }) { return "ended while step \(open) is open" }
    let isComplete = steps.allSatisfy { $0.status == .succeeded || $0.status == .failed }
    return end == .succeeded && !isComplete ? "succeeded with steps that were not run" : nil
  }
}
