package import FlowdModel

/// Decisions that are committed together: rows to write, events to append, and what may happen only after that.
package struct Batch: Sendable {
  /// A step of a run.
  package struct StepKey: Hashable, Sendable {
    package let run: Int64
    package let index: Int

    package init(run: Int64, index: Int) {
      self.run = run
      self.index = index
    }
  }

  /// A row that is new, or replaces the one with its key.
  package struct Row<Record: Sendable>: Sendable {
    package var record: Record
    package let isNew: Bool
  }

  package let number: UInt64
  package var sessions: [Int64: Row<SessionRecord>] = [:]
  /// By workspace: the key of its selected session, or nothing selected.
  package var selections: [ExactName: Int64?] = [:]
  package var definitions: [String: PinnedDefinition] = [:]
  package var runs: [Int64: Row<RunRecord>] = [:]
  /// Kept until the run ends; `nil` deletes.
  package var environments: [Int64: [String]?] = [:]
  package var steps: [StepKey: StepRecord] = [:]
  package var outputs: [StepKey: StepOutput] = [:]
  /// Outputs that a run takes over from another one.
  package var outputCopies: [OutputCopy] = []
  /// Answers to secret questions: kept outside the database, in place before the transaction is.
  package var secretAnswers: [StepKey: String] = [:]
  /// By run: the entries of its environment that secret inputs refer to; kept like the answers.
  package var secretEnvironments: [Int64: [String]] = [:]
  /// Circuits that are held open until a time; `nil`: not any more.
  package var holds: [String: CircuitHold?] = [:]
  package var events: [Event] = []
  /// Rises with everything that is written to it.
  package private(set) var changeCount = 0
  /// Concurrency groups that it changed, as they were before it.
  var groupsBefore: [String: ConcurrencyGroups.Group] = [:]

  /// Started after the commit, in order.
  package var effects: [Effect] = []
  /// Sent after the commit.
  package var replies: [AnsweredCall] = []
  /// The sessions whose state this batch changed.
  package var touched: Set<SessionID> = []
  /// Runs that exist only if it commits.
  package var admittedRuns: [RunID] = []
  /// Runs whose end it holds, as they ended.
  package var endedRuns: [RunID: RunView] = [:]
  /// Runs of the daemon before this one that go on only if it commits.
  package var resumedRuns: [RunID] = []
  /// Decided again when the commit fails: nobody would send them a second time.
  package var reports: [StepReport] = []

  package init(number: UInt64) { self.number = number }

  /// Nothing to write: replies in it wait for an earlier batch at most.
  package var isEmpty: Bool {
    events.isEmpty && sessions.isEmpty && runs.isEmpty && steps.isEmpty && selections.isEmpty
      && environments.isEmpty && holds.isEmpty
  }

  mutating func append(_ event: Event) {
    changeCount += 1
    events.append(event)
  }

  mutating func write(_ step: StepRecord, of run: Int64) {
    changeCount += 1
    steps[StepKey(run: run, index: step.index)] = step
  }

  mutating func write(_ record: SessionRecord, isNew: Bool = false) {
    changeCount += 1
    sessions[record.key] = Row(record: record, isNew: isNew || sessions[record.key]?.isNew == true)
  }

  mutating func write(_ record: RunRecord, isNew: Bool = false) {
    changeCount += 1
    runs[record.key] = Row(record: record, isNew: isNew || runs[record.key]?.isNew == true)
  }
}

/// Something to do outside the engine once the decision that wants it is durable.
package enum Effect: Equatable, Sendable {
  case startCommand(CommandRequest)
  case startScript(ScriptRequest)
  case startHTTP(HTTPRequest)
  case startAgent(AgentRequest)
  /// What was decided about a permission that an agent asks for.
  case answerAgent(AttemptID, question: String, option: String)
  /// There is nothing to do: report it as elapsed.
  case finishNow(AttemptID)
  /// End it by force; its `finished` report follows.
  case terminate(AttemptID)
  /// The output was recorded: as much more may be read.
  case acknowledgeOutput(AttemptID, bytes: Int)
}
