package import FlowdModel

/// An unfinished run as the store has it.
package struct StoredRun: Sendable {
  package var record: RunRecord
  package var definition: PinnedDefinition
  /// Of the outermost run it belongs to.
  package var environment: [String]
  package var inputs: [JSONValue.Member]
  /// Those that have left `pending`, with children, ascending.
  package var steps: [StepRecord]
  /// Of steps that are not settled: the lists of `foreach` steps, and what agents were given. Other outputs are read when
  /// they are asked for.
  package var outputs: [Int: StepOutput]
  /// Answers to secret questions.
  package var secretAnswers: [Int: String]
  /// Why the run cannot go on; `definition` has no steps then. It ends as failed.
  package var unreadable: String?

  package init(
    record: RunRecord, definition: PinnedDefinition, environment: [String], inputs: [JSONValue.Member],
    steps: [StepRecord], outputs: [Int: StepOutput], secretAnswers: [Int: String] = [:], unreadable: String? = nil
  ) {
    self.record = record
    self.definition = definition
    self.environment = environment
    self.inputs = inputs
    self.steps = steps
    self.outputs = outputs
    self.secretAnswers = secretAnswers
    self.unreadable = unreadable
  }
}

extension RunMachine {
  /// A run as it was when its last decision became durable.
  ///
  /// - Parameter isSuspended: The attempts in hand belong to a daemon that is gone.
  convenience init(restoring stored: StoredRun, isSuspended: Bool) {
    let reason = stored.unreadable ?? RunMachine.mistake(in: stored)
    let flow = stored.definition.flow
    let nothing = PinnedDefinition(
      flow: FlowDefinition(id: flow.id, name: flow.name, steps: []), hash: stored.definition.hash, canonicalJSON: [])
    self.init(
      record: stored.record, definition: reason == nil ? stored.definition : nothing, environment: stored.environment,
      inputs: stored.inputs)
    self.isSuspended = isSuspended
    isAnnounced = record.status == .queued
    unreadable = reason
    guard reason == nil else {
      lostAttempts = stored.steps.filter { $0.status == .running }.map {
        AttemptID(run: stored.record.id, step: $0.index, attempt: $0.attempt)
      }
      return
    }
    secretAnswers = stored.secretAnswers
    steps = RunView.allSteps(stored.definition, stored.steps)
    restoreLists(stored)
    for step in stored.steps {
      restoreWork(of: step)
      agentUses[step.index] = step.status.isFinal ? nil : stored.outputs[step.index]?.details.agent
      // The list of a `foreach` step is there as soon as it has begun.
      if step.status.isFinal || step.firstChild != nil, isKept(outputOf: step.index) {
        outputs.note(step.index, storedUnder: record.key, as: step.index)
      }
      if step.status == .failed, step.parent == nil, !definition.flow.steps[step.index].continueOnError {
        failedStep = failedStep ?? step.index
      }
    }
    restoreProgressOfLists()
    rebuildReadiness()
    if record.cancelRequested != nil || failedStep != nil, isBegun { beginEnding() }
  }

  /// What would make no sense of a run, so that a daemon that finds it ends it instead of failing at every start.
  private static func mistake(in stored: StoredRun) -> String? {
    let definitions = stored.definition.flow.steps
    var count = definitions.count
    for list in stored.steps {
      guard let first = list.firstChild else { continue }
      let children = list.childCount ?? -1
      guard definitions.indices.contains(list.index), definitions[list.index].foreach != nil,
        (definitions.count...Limits.runStepsMax).contains(first), (0...Limits.runStepsMax).contains(children)
      else { return "the stored list of step \(list.index) does not fit the definition" }
      if list.status == .running, stored.outputs[list.index]?.details.items?.count != children {
        return "the stored list of step \"\(definitions[list.index].id)\" is missing"
      }
      count = max(count, first + children)
    }
    let isMisfit = { (step: StepRecord) in
      step.index < 0 || step.index >= count || step.parent.map { !definitions.indices.contains($0) } ?? false
        || (step.index >= definitions.count && step.parent == nil)
    }
    return stored.steps.first(where: isMisfit).map { "the stored step \($0.index) does not fit the definition" }
  }

  private func restoreLists(_ stored: StoredRun) {
    for list in stored.steps where list.status == .running {
      guard let first = list.firstChild, let items = stored.outputs[list.index]?.details.items else { continue }
      lists[list.index] = OpenList(first: first, items: items)
      // Read again once the list is settled and no longer open.
      outputs.note(list.index, storedUnder: record.key, as: list.index)
    }
  }

  private func restoreWork(of step: StepRecord) {
    switch step.status {
    case .waitingInput:
      waiting.insert(step.index)
      asking.insert(step.index)
    case .waitingRetry:
      waiting.insert(step.index)
      // A person decided that it is tried again, and it had not begun.
      if isDue(step.index) { ready.insert(step.index) }
    case .running where !isList(step.index) || step.parent != nil:
      switch definition(of: step.index).action {
      case .wait where step.wakeAt != nil: waiting.insert(step.index)
      case .flow:
        executing.insert(step.index)
        subflows.insert(step.index)
      case .run, .script, .http, .agent, .input, .wait: executing.insert(step.index)
      }
    case .running, .pending, .succeeded, .failed, .skipped, .cancelled, .notRun: break
    }
  }

  /// Counts the settled children of open lists.
  private func restoreProgressOfLists() {
    for (parent, list) in lists {
      var list = list
      for child in list.first..<list.first + list.count {
        let status = steps[child].status
        if status.isFinal { list.settled += 1 }
        if status == .failed { list.failed = list.failed ?? child }
        if status == .cancelled || status == .notRun { list.isIncomplete = true }
        if status != .pending { list.next = max(list.next, child - list.first + 1) }
      }
      // Those that were let in and had not begun are let in again.
      let bound = definition.flow.steps[parent].foreach?.maxParallel ?? list.count
      var open = (list.first..<list.first + list.next).count { !steps[$0].status.isFinal }
      while list.next < list.count, open < bound {
        list.next += 1
        open += 1
      }
      lists[parent] = list
    }
  }

  /// Works out which steps may start from what is settled.
  func rebuildReadiness() {
    ready = ReadySteps()
    readyBegun { _ in true }
    unmetNeeds = definition.flow.steps.map(\.needs.count)
    for index in definition.flow.steps.indices where steps[index].status.isFinal {
      let satisfied = satisfiesDependents(index)
      for dependent in definition.dependents[index] {
        let acceptsAny = definition.flow.steps[dependent].needs.contains { $0.step == index && $0.any }
        if acceptsAny || satisfied { unmetNeeds[dependent] -= 1 }
      }
    }
    for index in definition.flow.steps.indices where steps[index].status == .pending && unmetNeeds[index] == 0 {
      ready.insert(index)
    }
  }
}
