internal import FlowdModel

extension SessionState {
  /// Makes the children of a `foreach` step whose list is known now, and lets the first of them in.
  func expand(
    _ index: Int, _ foreach: Foreach, of run: RunMachine, _ transaction: Transaction
  ) throws(ExpressionError) {
    let line = run.definition.flow.steps[index].line
    guard case .array(let items) = try run.renderer(index, transaction).value(foreach.list) else {
      throw ExpressionError(.failed, "'foreach' needs a list", line: line)
    }
    guard items.count <= Limits.foreachItemsMax else {
      throw ExpressionError(
        .failed, "the list of 'foreach' has \(items.count) elements; at most \(Limits.foreachItemsMax) are allowed",
        line: line)
    }
    guard run.steps.count + items.count <= Limits.runStepsMax else {
      throw ExpressionError(
        .failed, "the run would have more than \(Limits.runStepsMax) steps with the \(items.count) of this 'foreach'",
        line: line)
    }
    run.steps[index].childCount = items.count
    run.steps[index].firstChild = run.steps.count
    run.steps[index].attempt = 1
    run.openList(index, items)
    keepOutput(StepOutput(details: StepDetails(items: items)), of: index, run, transaction)
    markStarted(index, of: run, transaction)
    if items.isEmpty {
      settleList(index, of: run, transaction)
    } else {
      for _ in 0..<min(items.count, foreach.maxParallel ?? items.count) { letInNext(index, of: run) }
    }
  }

  private func letInNext(_ parent: Int, of run: RunMachine) {
    guard let list = run.lists[parent], list.next < list.count, !run.isEnding || run.isSpared(parent),
      list.failed == nil || continues(parent, run)
    else { return }
    run.lists[parent]?.next += 1
    run.ready.insert(list.first + list.next)
  }

  private func continues(_ parent: Int, _ run: RunMachine) -> Bool {
    run.definition.flow.steps[parent].continueOnError
  }

  /// Counts a child that was settled.
  func settleChild(_ index: Int, of parent: Int, _ run: RunMachine, _ transaction: Transaction) {
    guard var list = run.lists[parent] else { return }
    list.settled += 1
    var isFirstFailure = false
    switch run.steps[index].status {
    case .failed:
      isFirstFailure = list.failed == nil
      list.failed = list.failed ?? index
    case .cancelled, .notRun: list.isIncomplete = true
    case .succeeded, .skipped, .pending, .running, .waitingInput, .waitingRetry: break
    }
    run.lists[parent] = list
    if isFirstFailure, !continues(parent, run), !run.isEnding || run.isSpared(parent) {
      let error = run.steps[index].error?.errorClass ?? .fatal
      closeList(parent, of: run, transaction)
      if run.lists[parent] == nil { return }
      let mode = run.definition.flow.onFailure.mode(for: error)
      for child in run.executing.sorted() where run.steps[child].parent == parent {
        endAttempt(child, of: run, mode, transaction)
      }
    }
    letInNext(parent, of: run)
    if let list = run.lists[parent], list.settled == list.count { settleList(parent, of: run, transaction) }
  }

  /// No further child of a list starts: those that wait are given up, those that have not begun are not run.
  func closeList(_ parent: Int, of run: RunMachine, _ transaction: Transaction) {
    guard let list = run.lists[parent] else { return }
    for child in run.waiting.sorted() where run.steps[child].parent == parent { giveUp(child, of: run, transaction) }
    let children = list.first..<list.first + list.count
    run.ready.remove(in: children)
    run.awaitingValues.drop(startsIn: children)
    for child in children where run.steps[child].status == .pending {
      markNotRun(child, of: run, transaction)
      run.lists[parent]?.settled += 1
      run.lists[parent]?.isIncomplete = true
    }
    if let list = run.lists[parent], list.settled == list.count { settleList(parent, of: run, transaction) }
  }

  /// Settles a `foreach` step whose children are.
  private func settleList(_ parent: Int, of run: RunMachine, _ transaction: Transaction) {
    guard let list = run.lists.removeValue(forKey: parent) else { return }
    if let failed = list.failed {
      let count = (list.first..<list.first + list.count).count { run.steps[$0].status == .failed }
      let error = run.steps[failed].error ?? StepError(.fatal, "failed")
      let others = count > 1 ? " (and \(count - 1) more of \(list.count))" : ""
      settle(
        parent, of: run, .failed,
        error: StepError(error.errorClass, "\(run.name(of: failed)): \(error.message)\(others)"), transaction)
    } else {
      settle(parent, of: run, list.isIncomplete ? .cancelled : .succeeded, transaction)
    }
  }
}

extension RunMachine {
  /// Adds the records of a list's children, none of them begun.
  func openList(_ index: Int, _ items: [JSONValue]) {
    lists[index] = OpenList(first: steps.count, items: items)
    let first = steps.count
    steps.reserveCapacity(first + items.count)
    for place in items.indices { steps.append(StepRecord(index: first + place, parent: index, item: place)) }
  }
}
