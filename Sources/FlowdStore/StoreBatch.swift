package import FlowdModel

/// Rows of one transaction.
package struct StoreBatch: Sendable {
  package struct EventRow: Sendable {
    package var position: EventPosition
    package var session: Int64
    package var sequence: EventSequence
    package var run: Int64?
    /// An encoded event.
    package var body: [UInt8]

    package init(position: EventPosition, session: Int64, sequence: EventSequence, run: Int64?, body: [UInt8]) {
      self.position = position
      self.session = session
      self.sequence = sequence
      self.run = run
      self.body = body
    }
  }

  package struct StepRow: Sendable {
    package var run: Int64
    package var step: StepRecord

    package init(run: Int64, step: StepRecord) {
      self.run = run
      self.step = step
    }
  }

  package struct OutputRow: Sendable {
    package var run: Int64
    package var step: Int
    package var output: StepOutput

    package init(run: Int64, step: Int, output: StepOutput) {
      self.run = run
      self.step = step
      self.output = output
    }
  }

  package var newSessions: [SessionRecord] = []
  package var changedSessions: [SessionRecord] = []
  /// By workspace: the key of its selected session.
  package var selections: [(workspace: String, session: Int64?)] = []
  package var definitions: [PinnedDefinition] = []
  package var newRuns: [RunRecord] = []
  package var changedRuns: [RunRecord] = []
  /// By run; `nil` deletes.
  package var environments: [(run: Int64, entries: [String]?)] = []
  package var steps: [StepRow] = []
  package var outputs: [OutputRow] = []
  /// Copied after `outputs` are written, as what is copied may be among them, and over none of them; one that is not
  /// there is left out.
  package var outputCopies: [OutputCopy] = []
  /// By circuit; `nil` deletes.
  package var holds: [(name: String, hold: CircuitHold?)] = []
  package var events: [EventRow] = []

  package init() {}
}
