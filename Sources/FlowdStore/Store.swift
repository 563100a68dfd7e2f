package import FlowdModel

/// What the daemon keeps: one writer, and readers that see snapshots.
///
/// The engine does not know which store it has. `commit` and `probe` are called by one thread at a time; each reader
/// belongs to one thread.
package protocol Store: Sendable {
  associatedtype Reader: StoreReader

  /// Writes everything or nothing; on return it survives power loss.
  ///
  /// - Parameter patience: How long to wait for a foreign lock.
  /// - Throws: `.full` and `.busy` leave nothing behind; after `.io` the state is unknown until the store is opened anew.
  func commit(_ batch: StoreBatch, patience: Duration) throws(StoreError)

  /// Writes a little, to find out whether the disk takes writes again.
  func probe(now: Timestamp) throws(StoreError)

  func makeReader() throws(StoreError) -> Reader
}

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
  package var events: [EventRow] = []

  package init() {}
}

/// A snapshot-taking view of the store; belongs to one thread.
package protocol StoreReader {
  /// Runs several reads on one snapshot.
  func snapshot<Result>(_ body: (Self) throws(StoreError) -> Result) throws(StoreError) -> Result

  func counters() throws(StoreError) -> Counters
  func session(_ id: SessionID) throws(StoreError) -> (record: SessionRecord, eventSequence: EventSequence)?
  /// Sessions with runs that have not ended.
  func unfinishedSessions() throws(StoreError) -> [SessionID]
  func selection(of workspace: String) throws(StoreError) -> SessionID?
  /// At most `limit` sessions, newest first, with keys below `before`.
  func sessions(_ filter: SessionFilter, before: Int64?, limit: Int) throws(StoreError) -> [SessionListRow]

  func run(_ id: RunID) throws(StoreError) -> RunRecord?
  func run(session: Int64, requestID: String) throws(StoreError) -> RunRecord?
  func finishedAt(of run: Int64) throws(StoreError) -> Timestamp?
  /// Oldest first.
  func unfinishedRuns(of session: Int64) throws(StoreError) -> [RunRecord]
  /// At most `limit` runs, newest first, with keys below `before`.
  func runs(_ filter: RunFilter, before: Int64?, limit: Int) throws(StoreError) -> [RunRecord]
  /// Those that have left `pending`.
  func steps(of run: Int64) throws(StoreError) -> [StepRecord]
  func output(of run: Int64, step: Int) throws(StoreError) -> StepOutput?
  func environment(of run: Int64) throws(StoreError) -> [String]
  /// Canonical JSON.
  func definition(_ hash: String) throws(StoreError) -> [UInt8]?

  /// Events in order, at most `limit` of them and about `bytes` of bodies, but at least one if there is one.
  func events(_ range: EventRange, limit: Int, bytes: Int) throws(StoreError) -> [StoreBatch.EventRow]
}

/// Which sessions to list.
package struct SessionFilter: Sendable {
  /// `nil`: of all workspaces.
  package var workspace: String?
  package var includeClosed: Bool

  package init(workspace: String? = nil, includeClosed: Bool = false) {
    self.workspace = workspace
    self.includeClosed = includeClosed
  }
}

/// A row of the session list.
package struct SessionListRow: Sendable {
  package var record: SessionRecord
  package var isSelected: Bool
  package var activeRun: RunID?

  package init(record: SessionRecord, isSelected: Bool, activeRun: RunID?) {
    self.record = record
    self.isSelected = isSelected
    self.activeRun = activeRun
  }
}

/// Which runs to list; `nil` and empty parts do not filter.
package struct RunFilter: Sendable {
  package var session: SessionID?
  package var workspace: String?
  package var statuses: [RunStatus]
  package var flowID: String?

  package init(
    session: SessionID? = nil, workspace: String? = nil, statuses: [RunStatus] = [], flowID: String? = nil
  ) {
    self.session = session
    self.workspace = workspace
    self.statuses = statuses
    self.flowID = flowID
  }
}

/// Which events to read.
package enum EventRange: Equatable, Sendable {
  case session(Int64, after: EventSequence)
  case run(session: Int64, run: Int64, after: EventSequence)
  case workspace(String, after: EventPosition)
  case all(after: EventPosition)
}
