internal import FlowdModel

extension SessionState {
  /// `session.close`: refused while a run is active unless `cancelActive`; closing twice is a success.
  func close(cancelActive: Bool, _ transaction: Transaction) throws(Refusal) -> Reply {
    guard record.closedAt == nil else { return .meta(meta) }
    if let active = roots.first {
      guard cancelActive else { throw SessionState.runActive(active.record, "close it with cancel_active") }
      for run in roots.reversed() { cancel(run, .force, transaction) }
    }
    record.closedAt = transaction.now
    record.meta.updatedAt = transaction.now
    transaction.batch.write(record)
    emit(.sessionClosed(meta), transaction)
    return .meta(meta)
  }

  static func runActive(_ run: RunRecord, _ advice: String) -> Refusal {
    Refusal(
      .failedPrecondition, "RUN_ACTIVE",
      "run \(run.id) of flow \"\(run.snapshot.flowID)\" is \(run.status.name); cancel it, wait for it, or \(advice)",
      metadata: ["run_id": run.id.description])
  }
}
