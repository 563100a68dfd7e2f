package import FlowdModel

/// A session in memory: its record and the runs that have not ended.
///
/// One file per command extends it. A command either changes the state and writes the change to the transaction's
/// batch, or throws a refusal and changes nothing.
package final class SessionState {
  package internal(set) var record: SessionRecord
  package internal(set) var eventSequence: EventSequence
  /// Admitted and not ended, oldest first.
  package private(set) var runs: [RunMachine]
  private var runsByID: [RunID: RunMachine]
  /// Request ids of the latest starts, so that a repetition is found before its run is on disk.
  var recentRequests = RecentRequests()

  init(record: SessionRecord, eventSequence: EventSequence, runs: [RunMachine]) {
    self.record = record
    self.eventSequence = eventSequence
    self.runs = runs
    runsByID = Dictionary(runs.map { ($0.record.id, $0) }, uniquingKeysWith: { first, _ in first })
  }

  package var meta: SessionMeta { record.meta }

  /// Those that are no step of another one.
  var roots: [RunMachine] { runs.filter { $0.record.parent == nil } }

  /// The oldest run that has started and not ended.
  package var activeRun: RunMachine? { runs.first { $0.record.status != .queued && $0.record.parent == nil } }

  /// A run that has not ended.
  package func run(_ id: RunID) -> RunMachine? { runsByID[id] }

  func insert(_ run: RunMachine) {
    runs.append(run)
    runsByID[run.record.id] = run
  }

  func remove(_ run: RunMachine) {
    runs.removeAll { $0 === run }
    runsByID[run.record.id] = nil
  }

  /// Appends an event; its sequence is the session's next.
  func emit(_ kind: EventKind, of run: RunMachine? = nil, _ transaction: Transaction) {
    eventSequence += 1
    transaction.batch.append(
      Event(
        sessionKey: record.key, sessionID: record.meta.sessionID, runKey: run?.record.key, runID: run?.record.id,
        sequence: eventSequence, position: transaction.makePosition(), at: transaction.now, kind: kind))
  }

  /// Changes the metadata by one revision and tells of it.
  func changeMeta(_ transaction: Transaction, _ change: (inout SessionMeta) -> Void) {
    change(&record.meta)
    record.meta.revision += 1
    record.meta.updatedAt = transaction.now
    transaction.batch.write(record)
    emit(.sessionMetaChanged(record.meta), transaction)
  }

  func requireOpen() throws(Refusal) {
    guard record.closedAt == nil else {
      throw Refusal(
        .failedPrecondition, "SESSION_CLOSED", "session \(meta.sessionID) is closed; open another with session.new",
        metadata: ["session_id": meta.sessionID.description])
    }
  }

  func require(_ expected: Expectation) throws(Refusal) {
    guard expected != Expectation() else { return }
    let differences = expected.differences(from: meta)
    guard differences.isEmpty else {
      throw Refusal(
        .aborted, "EXPECTATION_FAILED",
        "the session is not as expected: \(differences.joined(separator: "; ")); read it again and decide",
        metadata: ["session_id": meta.sessionID.description, "revision": String(meta.revision)], meta: meta)
    }
  }
}
