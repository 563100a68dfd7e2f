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
  package internal(set) var steps: [StepRecord]
  /// Of settled steps that a later step or the report refers to.
  var outputs: [Int: StepOutput]
  /// By step: how many of its needs are not met yet.
  var unmetNeeds: [Int]
  /// May start as soon as there is room; lowest index first.
  var ready = ReadySteps()
  var running: Set<Int> = []
  /// The attempts of the daemon before this one are still being ended: nothing starts and nothing ends.
  var isSuspended = false

  init(record: RunRecord, definition: PinnedDefinition, environment: [String], inputs: [JSONValue.Member]) {
    self.record = record
    self.definition = definition
    self.environment = environment
    self.inputs = inputs
    steps = definition.flow.steps.indices.map { StepRecord(index: $0) }
    outputs = [:]
    unmetNeeds = definition.flow.steps.map(\.needs.count)
    for (index, count) in unmetNeeds.enumerated() where count == 0 { ready.insert(index) }
  }

  package var view: RunView { RunView(record: record, definition: definition, steps: steps) }

  /// Nothing more is started: the run failed or is being cancelled.
  var isEnding: Bool { record.cancelRequested != nil || failedStep != nil }

  /// The step whose failure fails the run.
  var failedStep: Int?

  func attemptID(of index: Int) -> AttemptID {
    AttemptID(run: record.id, step: index, attempt: steps[index].attempt)
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
    let satisfied = satisfiesDependents(index)
    for dependent in definition.dependents[index] {
      let acceptsAny = definition.flow.steps[dependent].needs.contains { $0.step == index && $0.any }
      guard satisfied || acceptsAny else { continue }
      unmetNeeds[dependent] -= 1
      if unmetNeeds[dependent] == 0, steps[dependent].status == .pending { ready.insert(dependent) }
    }
  }
}

/// Step indices in ascending order: a binary heap.
struct ReadySteps {
  private var heap: [Int] = []

  var isEmpty: Bool { heap.isEmpty }

  mutating func insert(_ index: Int) {
    heap.append(index)
    var child = heap.count - 1
    while child > 0, heap[(child - 1) / 2] > heap[child] {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func removeFirst() -> Int? {
    guard let first = heap.first, let last = heap.popLast() else { return nil }
    guard !heap.isEmpty else { return first }
    heap[0] = last
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child] < heap[least] {
        least = child
      }
      if least == parent { return first }
      heap.swapAt(least, parent)
      parent = least
    }
  }
}
