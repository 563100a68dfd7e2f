package import FlowdModel

/// One run that has not ended: which steps are settled, which run, which may start.
///
/// Every operation costs what it changes: a step's start and end do not grow with the length of the run.
package final class RunMachine {
  package internal(set) var record: RunRecord
  package let definition: PinnedDefinition
  /// The client's, `NAME=value`.
  let environment: [String]
  let inputs: [JSONValue.Member]
  /// Those of the definition, then the children of `foreach` steps.
  package internal(set) var steps: [StepRecord]
  /// Of settled steps that an expression reads.
  var outputs = RunOutputs()
  /// By step of the definition: how many of its needs are not met yet.
  var unmetNeeds: [Int]
  /// May start as soon as there is room; lowest index first.
  var ready = ReadySteps()
  /// With an attempt that something works on: a command, a script, a run of its own.
  var executing: Set<Int> = []
  /// Those of them whose run is another flow's.
  var subflows: Set<Int> = []
  /// Begun, not settled, and nothing works on them: a question, a timer, the next attempt.
  var waiting: Set<Int> = []
  /// Those of them that wait for a person.
  var asking: Set<Int> = []
  /// By `foreach` step with open children.
  var lists: [Int: OpenList] = [:]
  /// Steps, and attempts that have ended, for which a value is being loaded.
  var awaitingValues = AwaitingValues()
  /// Of the report and the outputs, while the end of the run waits for values.
  var renderedEnd = RenderedEnd()
  /// Outputs that are being read from the store.
  var loading: Set<Int> = []
  /// By step: what a person answered to a secret question. In memory and in a private file, never in the store.
  var secretAnswers: [Int: String] = [:]
  /// What is redacted, and how many answers there were when it was gathered.
  var knownSecrets: (answers: Int, values: [String], unknown: [Secret])?
  /// The run that it is a step of.
  weak var above: RunMachine?
  /// By `agent` step that has begun: what its attempts are given.
  var agentUses: [Int: AgentUse] = [:]
  /// Steps that wait for a person to permit something, while their agents do.
  var parked: Set<Int> = []
  /// By step with an attempt in hand: the circuit that let it through.
  var circuits: [Int: CircuitBreakers.Pass] = [:]
  /// The step whose failure fails the run.
  var failedStep: Int?
  /// What is pending will not start any more, but for finalizers.
  var isEnding = false
  /// The attempts of the daemon before this one are still being ended: nothing starts and nothing ends.
  var isSuspended = false
  /// Why it cannot go on, such as a definition that this version does not understand; it has no steps and ends.
  var unreadable: String?
  /// Of such a run: the attempts that were in hand.
  var lostAttempts: [AttemptID] = []
  /// Watchers were told that it waits.
  var isAnnounced = false
  /// `advance` is at work on it further up the stack.
  var isAdvancing = false

  init(record: RunRecord, definition: PinnedDefinition, environment: [String], inputs: [JSONValue.Member]) {
    self.record = record
    self.definition = definition
    self.environment = environment
    self.inputs = inputs
    steps = definition.flow.steps.indices.map { StepRecord(index: $0) }
    unmetNeeds = definition.flow.steps.map(\.needs.count)
    for (index, count) in unmetNeeds.enumerated() where count == 0 { ready.insert(index) }
  }

  package var view: RunView { RunView(record: record, definition: definition, steps: steps) }

  /// The definition of a step, for a child that of its `foreach` step.
  func definition(of index: Int) -> StepDefinition { definition.flow.steps[steps[index].parent ?? index] }

  func name(of index: Int) -> StepName {
    StepName(definition(of: index).id, item: steps[index].item)
  }

  func attemptID(of index: Int) -> AttemptID {
    AttemptID(run: record.id, step: index, attempt: steps[index].attempt)
  }

  /// The number that the last attempt of a step has if all that its `retry` still allows are made after that one.
  ///
  /// - Returns: `nil`: it has no `retry`, or is repeated for another reason.
  func attemptsMax(of index: Int, after attempt: Int) -> Int? {
    let definition = definition(of: index)
    guard definition.retry.limit > 0, definition.until == nil, !isList(index) else { return nil }
    return attempt + definition.retry.limit - steps[index].retries
  }

  /// Whether the step is the list of its children, and none of them.
  func isList(_ index: Int) -> Bool {
    index < definition.flow.steps.count && definition.flow.steps[index].foreach != nil
  }

  /// Whether somebody may ask for a step's output: an expression, or a person who answers a second time.
  func isKept(outputOf index: Int) -> Bool {
    if case .input = definition(of: index).action { return true }
    return definition.isOutputReferenced[steps[index].parent ?? index]
  }

  /// What is evaluated for a step was, or failed: what was loaded for it goes, unless another one waits for values.
  func dropLoaded(for index: Int) {
    awaitingValues.finish(index)
    if !awaitingValues.needsLoaded { outputs.dropLoaded() }
  }

  /// What is read from the store when a step's output is needed: that step's, and as much as fits in one reading of those
  /// that follow it in a list, for who reads one of them mostly reads them all.
  func outputsToLoad(with index: Int) -> [Int] {
    guard let parent = steps[index].parent, let first = steps[parent].firstChild, let count = steps[parent].childCount
    else { return [index] }
    let siblings = (index + 1..<max(index + 1, first + count)).lazy.filter { [outputs] sibling in
      outputs[sibling] == nil && outputs.stored(sibling) != nil
    }
    return [index] + siblings.prefix(Limits.outputsLoadedAhead)
  }

  /// Whether dependents may go on: succeeded, skipped, or failed where the flow says to continue.
  func satisfiesDependents(_ index: Int) -> Bool {
    switch steps[index].status {
    case .succeeded, .skipped: true
    case .failed: definition.flow.steps[index].continueOnError
    case .pending, .running, .waitingInput, .waitingRetry, .cancelled, .notRun: false
    }
  }

  /// Counts a settled step for the steps that need it.
  func releaseDependents(of index: Int) {
    if isEnding, record.cancelRequested == .force { return }
    let satisfied = satisfiesDependents(index)
    for dependent in definition.dependents[index] where steps[dependent].status == .pending {
      let step = definition.flow.steps[dependent]
      let isMet =
        if isEnding { step.isFinalizer } else { satisfied || step.needs.contains { $0.step == index && $0.any } }
      guard isMet else { continue }
      unmetNeeds[dependent] -= 1
      if unmetNeeds[dependent] == 0 { ready.insert(dependent) }
    }
  }

  /// From now on only finalizers start: each once what it needs is settled, or will never be begun.
  func beginEnding() {
    guard !isEnding else { return }
    isEnding = true
    ready = ReadySteps()
    awaitingValues.dropSteps()
    guard record.cancelRequested != .force else { return }
    readyBegun(where: isSpared)
    let definitions = definition.flow.steps
    for index in definitions.indices where steps[index].status == .pending && definitions[index].isFinalizer {
      unmetNeeds[index] = definitions[index].needs.count { need in
        let status = steps[need.step].status
        return !status.isFinal && (status != .pending || definitions[need.step].isFinalizer)
      }
      if unmetNeeds[index] == 0 { ready.insert(index) }
    }
  }

  /// Whether the end of the run does not concern a step: one that asks how the run goes, unless all is ended by force.
  func isSpared(_ index: Int) -> Bool { definition(of: index).isFinalizer && record.cancelRequested != .force }

  /// Whether a step in hand is not to be tried again: the run ends, or the list that it belongs to.
  func isGivenUp(_ index: Int) -> Bool {
    if isEnding, !isSpared(index) { return true }
    guard let parent = steps[index].parent else { return false }
    return lists[parent]?.failed != nil && !definition.flow.steps[parent].continueOnError
  }

  /// Whether a step waits for nothing but room for its next attempt.
  func isDue(_ index: Int) -> Bool { steps[index].status == .waitingRetry && steps[index].wakeAt == nil }

  /// Makes ready again what has begun and waits only for room: further attempts, and children that were let in.
  func readyBegun(where isWanted: (Int) -> Bool) {
    for index in waiting where isDue(index) && isWanted(index) { ready.insert(index) }
    for (parent, list) in lists where isWanted(parent) {
      for child in list.first..<list.first + list.next where steps[child].status == .pending { ready.insert(child) }
    }
  }

  var progress: RunProgress {
    if record.cancelRequested != nil { return .cancelled }
    return failedStep == nil ? .good : .failed
  }

  /// Whether nothing is left that could still begin or end.
  var isExhausted: Bool {
    executing.isEmpty && waiting.isEmpty && lists.isEmpty && ready.isEmpty && awaitingValues.isEmpty
  }
}
