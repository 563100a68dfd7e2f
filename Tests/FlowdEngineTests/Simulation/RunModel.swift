import FlowdModel

/// What a run's events say of it, checked one by one against the rules of runs. Shares no code with the engine.
struct RunModel: Equatable {
  struct Step: Equatable {
    var status = StepStatus.pending
    var attempt = 0
    var outputBytes: UInt64 = 0
    /// Of a step that waits for its next attempt.
    var nextAt: Timestamp?
    var question: PendingQuestion?
    /// What a person decided about a step that could not go on.
    var decision: JSONValue?
    /// Of a list: its first child.
    var firstChild: Int?
    var childCount = 0
    var childRun: RunID?
    /// Of a child: its list.
    var parent: Int?
  }

  let id: RunID
  let snapshot: RunSnapshot
  let definition: PinnedDefinition
  let isChild: Bool
  /// It takes steps over from another run, of which only its start tells.
  let isRerun: Bool
  private(set) var wasBegun = false
  var status = RunStatus.queued
  var cancel: CancelMode?
  var mode: RunMode
  var isPauseRequested = false
  var isStepping = false
  var steps: [Step]

  init(_ row: RunRecord, _ definition: PinnedDefinition) {
    id = row.id
    snapshot = row.snapshot
    self.definition = definition
    isChild = row.parent != nil
    isRerun = row.reusedFrom != nil
    mode = row.snapshot.mode
    steps = definition.flow.steps.map { _ in Step() }
  }

  var isBegun: Bool { status != .queued && !status.isFinal }

  var hasFailed: Bool {
    definition.flow.steps.indices.contains { steps[$0].status == .failed && !definition.flow.steps[$0].continueOnError }
  }

  /// Whether events have told of all its steps.
  var knowsSteps: Bool { wasBegun || !isRerun }

  var isEnding: Bool { cancel != nil || hasFailed }

  func definition(of index: Int) -> StepDefinition { definition.flow.steps[steps[index].parent ?? index] }

  /// Whether the end of the run does not concern the step.
  func isSpared(_ index: Int) -> Bool { definition(of: index).isFinalizer && cancel != .force }

  /// Whether an executor or another run has it in hand.
  private func isExecuting(_ index: Int) -> Bool {
    guard steps[index].status == .running, steps[index].firstChild == nil else { return false }
    return switch definition(of: index).action {
    case .run, .script, .flow, .http, .agent: true
    case .wait, .input: false
    }
  }

  private var executingCount: Int { steps.indices.count(where: isExecuting) }

  /// Waits of no length are in hand for a moment, too.
  private var waitCount: Int {
    steps.indices.count { index in
      if case .wait = definition(of: index).action { steps[index].status == .running } else { false }
    }
  }

  /// Whether everything has happened that must before a step begins.
  func mayBegin(_ index: Int) -> Bool {
    guard steps[index].status == .pending, cancel != .force else { return false }
    if let parent = steps[index].parent {
      let hasFailed = children(of: parent).contains { steps[$0].status == .failed }
      return steps[parent].status == .running && (!hasFailed || definition.flow.steps[parent].continueOnError)
        && (!isEnding || isSpared(index))
    }
    let step = definition.flow.steps[index]
    if isEnding {
      return step.isFinalizer
        && step.needs.allSatisfy { need in
          let status = steps[need.step].status
          return status.isFinal || (status == .pending && !definition.flow.steps[need.step].isFinalizer)
        }
    }
    return step.needs.allSatisfy { need in
      switch steps[need.step].status {
      case .succeeded, .skipped: true
      case .failed: need.any || definition.flow.steps[need.step].continueOnError
      case .cancelled, .notRun: need.any
      case .pending, .running, .waitingInput, .waitingRetry: false
      }
    }
  }

  func children(of list: Int) -> Range<Int> {
    let first = steps[list].firstChild ?? 0
    return first..<first + steps[list].childCount
  }

  /// What could go on and does not, when all is at rest.
  var stall: String? {
    guard isBegun, !isPauseRequested, !isStepping else { return nil }
    if steps.allSatisfy({ $0.status.isFinal || $0.status == .pending }) { return "nothing of run \(id) goes on" }
    guard executingCount + waitCount < definition.flow.maxParallel else { return nil }
    return steps.indices.first { index in
      guard let parent = steps[index].parent else { return mayBegin(index) }
      let open = children(of: parent).count { steps[$0].status != .pending && !steps[$0].status.isFinal }
      return mayBegin(index) && open < definition.flow.steps[parent].foreach?.maxParallel ?? .max
    }.map { "step \($0) of run \(id) is ready and was not started" }
  }

  /// Takes the next event; returns what is wrong with it.
  mutating func apply(_ event: Event) -> String? {
    if status.isFinal { return "an event after the end" }
    switch event.kind {
    case .runCancelRequested(let mode): return requestCancel(mode)
    case .runPauseRequested:
      defer { isPauseRequested = true }
      return isPauseRequested || isEnding ? "a pause that changes nothing" : nil
    case .runPaused:
      return isPauseRequested && executingCount == 0 || !pausedSubflows.isEmpty ? nil : "paused in motion"
    case .runResumed(let afterRestart):
      if !afterRestart { isPauseRequested = false }
      return isBegun ? nil : "resumed while \(status)"
    case .runModeChanged(let mode):
      defer { self.mode = mode }
      return mode == self.mode ? "a change to the mode it has" : nil
    case .runFinished(let end, _, _, _): return finish(end)
    case .stepStarted(let name, let attempt, _, let count, let child):
      return withStep(name) { $0.start($1, attempt, count, child, event.at) }
    case .stepOutput(let name, let attempt, let chunk): return withStep(name) { $0.take(chunk, of: $1, attempt) }
    case .stepActivity(let name, let attempt, _): return withStep(name) { $0.note($1, attempt) }
    case .stepRetrying(let name, let attempt, _, _, let time): return withStep(name) { $0.retry($1, attempt, time) }
    case .stepInputRequired(let name, let question, _): return withStep(name) { $0.ask($1, question) }
    case .stepInputAnswered(let name, let id, let value, let by):
      return withStep(name) { $0.answer($1, id, value, by) }
    case .stepFinished(let name, let record, _, _): return withStep(name) { $0.settle($1, record) }
    case .runStarted(let record, _, let reused): return begin(record, reused)
    case .circuitChanged: return nil
    case .runQueued, .sessionMetaChanged, .sessionSelected, .sessionClosed:
      return "\(event.kind) in the middle of a run"
    }
  }

  private var pausedSubflows: [Int] { steps.indices.filter { isExecuting($0) && steps[$0].childRun != nil } }

  private mutating func withStep(_ name: StepName, _ body: (inout RunModel, Int) -> String?) -> String? {
    guard var index = definition.index(of: name.id) else { return "no step \(name)" }
    if let item = name.item {
      guard item < steps[index].childCount, let first = steps[index].firstChild else { return "no child \(name)" }
      index = first + item
    }
    return body(&self, index).map { "step \(name): \($0)" }
  }

  mutating func begin(_ record: RunRecord, _ reused: [StepRecord]) -> String? {
    status = .running
    wasBegun = true
    isPauseRequested = record.isPauseRequested
    isStepping = record.isStepping
    for step in reused.sorted(by: { $0.index < $1.index }) {
      while steps.count <= step.index { steps.append(Step()) }
      steps[step.index] = Step(
        status: step.status, attempt: step.attempt, firstChild: step.firstChild, childCount: step.childCount ?? 0,
        parent: step.parent)
      if !step.status.isFinal { return "took over step \(step.index), which is \(step.status)" }
    }
    return cancel == nil ? nil : "begun after its cancel"
  }

  private mutating func requestCancel(_ mode: CancelMode) -> String? {
    defer { cancel = mode }
    return cancel == nil || cancel == .graceful && mode == .force ? nil : "cancel \(mode) after \(cancel ?? mode)"
  }

  private mutating func start(
    _ index: Int, _ attempt: Int, _ childCount: Int?, _ childRun: RunID?, _ at: Timestamp
  ) -> String? {
    let before = steps[index]
    if !isBegun { return "started while the run is \(status)" }
    if isEnding, !isSpared(index) { return "started while the run ends" }
    if isPauseRequested, !isEnding { return "started while the run is paused" }
    if attempt != before.attempt + 1 { return "attempt \(attempt) after \(before.attempt)" }
    switch before.status {
    case .pending: if !mayBegin(index) { return "started before what it needs" }
    case .waitingRetry: if let due = before.nextAt, at < due { return "tried again too early" }
    case .running, .waitingInput, .succeeded, .failed, .skipped, .cancelled, .notRun:
      return "started while \(before.status)"
    }
    steps[index].status = .running
    steps[index].attempt = attempt
    steps[index].outputBytes = 0
    steps[index].nextAt = nil
    steps[index].childRun = childRun
    if let childCount { open(index, childCount) }
    if executingCount > definition.flow.maxParallel { return "one too many at once" }
    return parallelMistake(index)
  }

  private mutating func open(_ index: Int, _ childCount: Int) {
    steps[index].firstChild = steps.count
    steps[index].childCount = childCount
    for _ in 0..<childCount { steps.append(Step(parent: index)) }
  }

  private func parallelMistake(_ index: Int) -> String? {
    guard let parent = steps[index].parent, let bound = definition.flow.steps[parent].foreach?.maxParallel else {
      return nil
    }
    let open = children(of: parent).count { steps[$0].status != .pending && !steps[$0].status.isFinal }
    return open > bound ? "one too many of the list at once" : nil
  }

  private mutating func take(_ chunk: OutputChunk, of index: Int, _ attempt: Int) -> String? {
    let isDue = chunk.offset == steps[index].outputBytes
    steps[index].outputBytes += UInt64(chunk.text.count)
    let isAsking = steps[index].status == .waitingInput && steps[index].question?.reason == .permission
    guard steps[index].status == .running || isAsking, steps[index].attempt == attempt else {
      return "output of no attempt"
    }
    return isDue ? nil : "output from \(chunk.offset) on, out of order"
  }

  private func note(_ index: Int, _ attempt: Int) -> String? {
    let isInHand = [.running, .waitingInput].contains(steps[index].status) && steps[index].attempt == attempt
    return isInHand ? nil : "activity of no attempt"
  }

  private mutating func retry(_ index: Int, _ attempt: Int, _ time: Timestamp) -> String? {
    let before = steps[index]
    let wasReady = mayBegin(index)
    steps[index].status = .waitingRetry
    steps[index].nextAt = time
    if isEnding, !isSpared(index) { return "tried again while the run ends" }
    if before.attempt != attempt { return "attempt \(attempt) is to be repeated, which was \(before.attempt)" }
    switch before.status {
    case .running: return nil
    // Its circuit is open.
    case .pending: return hasCircuit(index) && wasReady ? nil : "tried again before the first"
    case .waitingRetry: return hasCircuit(index) ? nil : "put off twice"
    case .waitingInput, .succeeded, .failed, .skipped, .cancelled, .notRun: return "tried again while \(before.status)"
    }
  }

  private func hasCircuit(_ index: Int) -> Bool {
    switch definition(of: index).action {
    case .http, .agent: true
    case .run, .script, .flow, .wait, .input: definition(of: index).circuit != nil
    }
  }

  private mutating func ask(_ index: Int, _ question: PendingQuestion) -> String? {
    let before = steps[index]
    steps[index].status = .waitingInput
    steps[index].question = question
    if mode == .batch { return "asks in BATCH" }
    return before.status == .running ? nil : "asks while \(before.status)"
  }

  private mutating func answer(_ index: Int, _ id: String, _ value: JSONValue?, _ by: AnsweredBy) -> String? {
    let before = steps[index]
    let isSecret =
      if case .input(let question) = definition(of: index).action { question.kind == .secret } else { false }
    if isSecret != (value == nil) { return "a secret is told, or an answer is not" }
    steps[index].question = nil
    guard let question = before.question else {
      return by == .mode && before.status == .running ? nil : "answered while nothing was asked"
    }
    if question.id != id { return "the answer to \(id), asked was \(question.id)" }
    if question.reason == .input {
      steps[index].status = .running
    } else if question.reason == .permission {
      // Its agent goes on with it; if there is none any more, the step is said to be tried again.
      steps[index].status = .running
    } else if value == .string("retry") {
      steps[index].status = .waitingRetry
    } else {
      steps[index].decision = value
    }
    return before.status == .waitingInput ? nil : "answered while \(before.status)"
  }

  private mutating func settle(_ index: Int, _ record: StepRecord) -> String? {
    let before = steps[index]
    let definition = definition(of: index)
    let wasReady = mayBegin(index)
    let wasEnding = isEnding
    steps[index].status = record.status
    steps[index].question = nil
    guard record.status.isFinal, record.attempt == before.attempt else { return "finished as \(record)" }
    if record.retries > definition.retry.limit { return "\(record.retries) retries" }
    switch (before.status, record.status) {
    case (.running, .succeeded), (.running, .failed), (.running, .cancelled): return listMistake(index)
    case (.pending, .skipped), (.pending, .failed): return wasReady ? nil : "\(record.status) before what it needs"
    case (.pending, .notRun):
      if let parent = before.parent { return steps[parent].status == .running ? nil : "not run in a closed list" }
      if !wasEnding { return "not run, and nothing says why" }
      if isBegun, definition.isFinalizer, cancel != .force { return "a finalizer is forgotten" }
      return executingCount == 0 ? nil : "not run while others still run"
    case (.waitingRetry, .cancelled), (.waitingRetry, .failed): return nil
    case (.waitingInput, .cancelled), (.waitingInput, .failed): return nil
    case (.waitingInput, .skipped): return before.decision == .string("skip") ? nil : "skipped, and nobody said so"
    default: return "\(before.status) became \(record.status)"
    }
  }

  private func listMistake(_ index: Int) -> String? {
    guard steps[index].firstChild != nil else { return nil }
    let ends = children(of: index).map { steps[$0].status }
    guard ends.allSatisfy(\.isFinal) else { return "a list is settled before its children" }
    let expected: StepStatus =
      ends.contains(.failed)
      ? .failed : ends.contains(.cancelled) || ends.contains(.notRun) ? .cancelled : .succeeded
    return steps[index].status == expected ? nil : "a list of \(ends) is \(steps[index].status)"
  }

  private mutating func finish(_ end: RunStatus) -> String? {
    let expected: RunStatus =
      cancel == .force ? .cancelled : hasFailed ? .failed : cancel == .graceful ? .interrupted : .succeeded
    status = end
    if end != expected { return "ended \(end), expected \(expected)" }
    if knowsSteps, let open = steps.firstIndex(where: { !$0.status.isFinal }) {
      return "ended while step \(open) is open"
    }
    let isComplete = definition.flow.steps.indices.allSatisfy { index in
      [.succeeded, .failed, .skipped].contains(steps[index].status)
    }
    return end == .succeeded && !isComplete ? "succeeded with steps that were not run" : nil
  }
}
