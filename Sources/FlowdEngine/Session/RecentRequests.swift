internal import FlowdModel

/// The request ids of a session's latest starts; older ones are looked up in the store.
///
/// One whose run is not durable yet is never dropped: the store could not tell of it.
struct RecentRequests {
  private struct Entry {
    var record: RunRecord
    let admittedIn: UInt64
  }

  private var runs: [ExactName: Entry] = [:]
  private var order: [ExactName] = []

  /// The run as far as an answer tells of it: without inputs, outputs, error and report.
  subscript(id: String) -> RunRecord? { runs[ExactName(id)]?.record }

  /// Notes a run that was just admitted.
  mutating func insert(_ record: RunRecord, _ transaction: Transaction) {
    guard !record.requestID.isEmpty else { return }
    while order.count >= transaction.bounds.recentRequests, let oldest = order.first,
      runs[oldest].map({ $0.admittedIn <= transaction.durableBatch }) ?? true
    {
      runs[oldest] = nil
      order.removeFirst()
    }
    let id = ExactName(record.requestID)
    runs[id] = Entry(record: RecentRequests.outline(of: record), admittedIn: transaction.batch.number)
    order.append(id)
  }

  mutating func update(_ record: RunRecord) {
    runs[ExactName(record.requestID)]?.record = RecentRequests.outline(of: record)
  }

  /// Inputs and report may have a megabyte each, which nobody asks for here.
  private static func outline(of record: RunRecord) -> RunRecord {
    RunRecord(
      key: record.key, id: record.id, sessionKey: record.sessionKey, sessionID: record.sessionID,
      requestID: record.requestID, snapshot: record.snapshot, cwd: record.cwd, inputs: [],
      waitsForOthers: record.waitsForOthers, admittedAt: record.admittedAt, firstSequence: record.firstSequence,
      parent: record.parent, reusedFrom: record.reusedFrom, group: record.group, status: record.status,
      startedAt: record.startedAt, finishedAt: record.finishedAt, cancelRequested: record.cancelRequested,
      mode: record.mode, isPauseRequested: record.isPauseRequested, isStepping: record.isStepping)
  }
}
