package import FlowdModel

extension Engine {
  /// Takes what executors say of attempts.
  package func apply(_ reports: [StepReport], now: Timestamp) {
    transaction.now = now
    for report in reports {
      guard let id = sessionOfRun[report.attempt.run] else { continue }
      let lane = lane(.session(id))
      if readOnly != nil || lane.state == nil || !lane.heldReports.isEmpty {
        lane.heldReports.append(report)
        applyHeldReports(lane)
      } else {
        apply(report, lane)
      }
    }
  }

  private func apply(_ report: StepReport, _ lane: SessionLane) {
    guard let state = lane.state else { return }
    let before = transaction.batch.changeCount
    state.apply(report, transaction)
    if case .output(let chunk) = report.kind {
      transaction.batch.effects.append(.acknowledgeOutput(report.attempt, bytes: chunk.text.count))
    }
    if transaction.batch.changeCount != before {
      transaction.batch.reports.append(report)
      noteChange(of: lane)
    }
    noteRuns(of: lane)
  }

  /// Decides reports that waited for their session or for the disk.
  func applyHeldReports(_ lane: SessionLane) {
    guard readOnly == nil, !lane.heldReports.isEmpty else { return }
    guard lane.state != nil else {
      if lane.waitingFor == nil, case .session(let id) = lane.key { _ = need(.session(id), lane) }
      return
    }
    let held = lane.heldReports
    lane.heldReports = []
    for report in held { apply(report, lane) }
  }

  // MARK: restart

  /// Takes over an unfinished session of the daemon before this one. Its runs wait until `resumeAfterRestart`.
  package func restore(_ loaded: LoadedSession) {
    for run in loaded.runs { awaitingResume.insert(run.record.id) }
    adopt(loaded)
  }

  /// The attempts that were in hand when the daemon before this one stopped.
  package var cutOffAttempts: [AttemptID] {
    lanes.values.flatMap { $0.state?.runs ?? [] }.filter(\.isSuspended)
      .flatMap { run in run.executing.sorted().map(run.attemptID) + run.lostAttempts }
  }

  /// The attempts of the old daemon are ended: its runs go on, now or as soon as the disk takes writes.
  package func resumeAfterRestart(now: Timestamp) {
    transaction.now = now
    mayResume = true
    queueForGroups()
    resumeAll()
  }

  /// Runs that waited for their group wait on in their old order, which sessions do not show.
  private func queueForGroups() {
    let queued = lanes.values.flatMap { $0.state?.runs ?? [] }.map(\.record)
      .filter { $0.status == .queued && !$0.waitsForOthers && !$0.group.isEmpty }
    for run in queued.sorted(by: { $0.key < $1.key }) {
      _ = transaction.groups.enter(run.id, session: run.sessionID, group: run.group, &transaction.batch)
    }
  }

  func resumeAll() {
    guard mayResume, !awaitingResume.isEmpty else { return }
    let sessions = Set(awaitingResume.compactMap { sessionOfRun[$0] })
    for lane in sessions.sorted().map({ lane(.session($0)) }) { resume(lane) }
  }

  /// Goes on with a session's runs of the daemon before this one.
  func resume(_ lane: SessionLane) {
    guard mayResume, readOnly == nil, !awaitingResume.isEmpty, case .session(let id) = lane.key else { return }
    guard let state = lane.state else {
      // A failed commit dropped it after its resumption was decided.
      if lane.waitingFor == nil, awaitingResume.contains(where: { sessionOfRun[$0] == id }) {
        _ = need(.session(id), lane)
      }
      return
    }
    guard state.runs.contains(where: \.isSuspended) else { return }
    for run in state.runs { awaitingResume.remove(run.record.id) }
    change(lane) { state.resumeAfterRestart(transaction) }
  }
}
