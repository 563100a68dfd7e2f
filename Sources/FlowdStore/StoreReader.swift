package import FlowdModel

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

  /// The keys of sessions whose deletion has begun.
  func doomedSessions() throws(StoreError) -> [Int64]
  /// What a sweep finds among the sessions after a key.
  ///
  /// - Parameters:
  ///   - untouched: An open session that has not changed since, and none of whose runs has, is to be archived.
  ///   - ended: A session that was closed or archived before, and all of whose runs ended before, is to be deleted.
  ///   - after: `next` of the piece before; 0 for the first.
  ///   - limit: How many sessions to look at.
  func expiredSessions(
    untouched: Timestamp, ended: Timestamp, after: Int64, limit: Int
  ) throws(StoreError) -> ExpiredSessions

  func run(_ id: RunID) throws(StoreError) -> RunRecord?
  func run(session: Int64, requestID: String) throws(StoreError) -> RunRecord?
  func finishedAt(of run: Int64) throws(StoreError) -> Timestamp?
  /// Oldest first, with those that are steps of others.
  func unfinishedRuns(of session: Int64) throws(StoreError) -> [RunRecord]
  /// The same with what they need to go on, in few statements.
  func resumableRuns(of session: Int64) throws(StoreError) -> [ResumableRun]
  /// Those that are steps of a run, oldest first.
  func childRuns(of run: Int64) throws(StoreError) -> [RunRecord]
  /// The keys of those that are steps of a run, or of one of those, and have not ended.
  func unfinishedRuns(below run: Int64) throws(StoreError) -> [Int64]
  /// At most `limit` runs, newest first, with keys below `before`; without inputs, report and outputs.
  func runs(_ filter: RunFilter, before: Int64?, limit: Int) throws(StoreError) -> [RunRecord]
  /// Those that have left `pending`, children of `foreach` steps among them, by index.
  func steps(of run: Int64) throws(StoreError) -> [StepRecord]
  func output(of run: Int64, step: Int) throws(StoreError) -> StepOutput?
  /// In bytes, without reading it; `nil`: there is none.
  func outputSize(of run: Int64, step: Int) throws(StoreError) -> Int?
  func environment(of run: Int64) throws(StoreError) -> [String]
  func definition(_ hash: String) throws(StoreError) -> StoredDefinition?

  /// Circuits that are held open, by name.
  func circuitHolds() throws(StoreError) -> [(name: String, hold: CircuitHold)]

  /// Events in order, at most `limit` of them and about `bytes` of bodies, but at least one if there is one.
  func events(_ range: EventRange, limit: Int, bytes: Int) throws(StoreError) -> [StoreBatch.EventRow]
}

/// A definition as it is stored.
package struct StoredDefinition: Equatable, Sendable {
  package let canonicalJSON: [UInt8]
  /// The file it was read from; empty: not kept.
  package let source: [UInt8]

  package init(canonicalJSON: [UInt8], source: [UInt8] = []) {
    self.canonicalJSON = canonicalJSON
    self.source = source
  }
}

/// A piece of what a sweep finds.
package struct ExpiredSessions: Equatable, Sendable {
  package var toArchive: [SessionRecord] = []
  package var toDelete: [SessionRecord] = []
  /// Where to go on; `nil`: there are no more sessions.
  package var next: Int64?

  package init() {}
}

/// An unfinished run with what a restart needs of it, but for its definition and the steps' outputs.
package struct ResumableRun: Equatable, Sendable {
  package let record: RunRecord
  package var environment: [String]
  /// As `StoreReader.steps` gives them.
  package var steps: [StepRecord]

  package init(record: RunRecord, environment: [String] = [], steps: [StepRecord] = []) {
    self.record = record
    self.environment = environment
    self.steps = steps
  }
}
