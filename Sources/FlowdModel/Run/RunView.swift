/// A run with its steps, as callers see it.
package struct RunView: Equatable, Sendable {
  package var record: RunRecord
  package var definition: PinnedDefinition
  /// One for each step of the definition, in its order, then the children of `foreach` steps.
  package var steps: [StepRecord]
  /// By step; only where a caller asked for output.
  package var outputs: [Int: StepOutput]

  package init(
    record: RunRecord, definition: PinnedDefinition, steps: [StepRecord], outputs: [Int: StepOutput] = [:]
  ) {
    self.record = record
    self.definition = definition
    self.steps = steps
    self.outputs = outputs
  }
}

extension RunView {
  /// Whether a step's result was taken over from another run: it was there before this one.
  package func isReused(_ step: StepRecord) -> Bool {
    guard record.reusedFrom != nil, let finishedAt = step.finishedAt else { return false }
    return finishedAt < record.admittedAt
  }

  /// A record for each step and each child of a `foreach` step, those that have not begun as pending.
  ///
  /// - Parameter stored: Those that have left `pending`.
  package static func allSteps(_ definition: PinnedDefinition, _ stored: [StepRecord]) -> [StepRecord] {
    var steps = definition.flow.steps.indices.map { StepRecord(index: $0) }
    let lists = stored.filter { $0.firstChild != nil }
    let count = lists.map { ($0.firstChild ?? 0) + ($0.childCount ?? 0) }.max() ?? 0
    while steps.count < count { steps.append(StepRecord(index: steps.count)) }
    for list in lists {
      guard let first = list.firstChild else { continue }
      for place in 0..<(list.childCount ?? 0) {
        steps[first + place] = StepRecord(index: first + place, parent: list.index, item: place)
      }
    }
    for step in stored where steps.indices.contains(step.index) { steps[step.index] = step }
    return steps
  }
}
