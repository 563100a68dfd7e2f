/// A run with its steps, as callers see it.
package struct RunView: Equatable, Sendable {
  package var record: RunRecord
  package var definition: PinnedDefinition
  /// One for each step of the definition, in its order.
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
