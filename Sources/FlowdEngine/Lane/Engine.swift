package import FlowdModel

/// Lanes, sessions and runs: decides what every call and every report means.
///
/// Pure: it does no I/O and has no clock. The caller feeds it calls, loaded records and reports; it drains `loads` and
/// `answered`, and takes a batch with `seal`, commits it, and says how that went. It belongs to one thread.
package final class Engine {
  package let transaction: Transaction
  /// What lanes wait for; the caller starts these loads at once.
  package var loads: [(lane: SessionLane.Key, load: Load)] = []
  /// Replies that need no commit any more.
  package private(set) var answered: [AnsweredCall] = []
  /// Why writes are refused; `nil`: they are not.
  package private(set) var readOnly: Refusal?

  var lanes: [SessionID: SessionLane] = [:]
  var workspaceLanes: [ExactName: SessionLane] = [:]
  /// Those with calls that wait.
  var waitingLanes: [ObjectIdentifier: SessionLane] = [:]
  /// By loaded workspace: its selected session.
  var selections: [ExactName: SessionID?] = [:]
  var sessionOfRun: [RunID: SessionID] = [:]
  /// Runs of the daemon before this one whose resumption is not decided.
  var awaitingResume: Set<RunID> = []
  var mayResume = false
  /// Sessions that were released to be deleted.
  var deletedSessions: Set<SessionID> = []
  /// Outputs that could not be read; asked for again by `applyWhatWaits`.
  var failedLoads: [(lane: SessionLane.Key, load: Load)] = []
  /// Outputs that the store has as soon as a batch is durable.
  var undurableOutputs: [WantedOutputs] = []
  /// Somebody began or ceased to watch while writes were refused.
  var watchersHaveChanged = false
  /// Timers that were due while writes were refused.
  var heldTimers: [StepTimer] = []
  /// Sessions with runs that a failed commit dropped from memory and that have not been read again.
  var droppedSessions: Set<SessionID> = []
  /// Which lanes wait for a session or a selection that is being read. It is read once for all of them: a second reading
  /// could arrive after changes to what the first one brought, and take them back.
  private var sharedLoads: [Load: [SessionLane]] = [:]
  private var inFlight: Batch?
  private var useCounter: UInt64 = 0

  package init(
    config: Config, counters: Counters, seed: UInt64, bounds: EngineBounds = EngineBounds(),
    evaluator: any ExpressionEvaluator, checks: any CheckEvaluator
  ) {
    transaction = Transaction(
      config: config, counters: counters, seed: seed, bounds: bounds, evaluator: evaluator, checks: checks)
  }

  /// Batches up to this one are durable.
  package var durableBatch: UInt64 { transaction.durableBatch }

  // MARK: calls

  /// Takes a call; the order of these calls is the order of decisions in each lane.
  package func submit(_ command: Command, _ call: CallToken, to key: SessionLane.Key, now: Timestamp) {
    transaction.now = now
    let lane = lane(key)
    guard lane.queue.count < Limits.laneQueueMax else {
      answered.append(
        AnsweredCall(
          call,
          .failure(Refusal(.resourceExhausted, "TOO_MANY_CALLS", "\(lane.queue.count) calls wait in this session"))))
      return
    }
    lane.queue.append(SessionLane.Entry(command: command, call: call))
    run(lane)
  }

  /// Takes a call back that has not been decided, because its deadline passed.
  package func withdraw(_ call: CallToken) {
    for (id, lane) in waitingLanes where lane.queue.contains(where: { $0.call == call }) {
      if lane.queue.first?.call == call { lane.resources = [:] }
      lane.queue.removeAll { $0.call == call }
      if lane.queue.isEmpty {
        lane.isListed = false
        waitingLanes[id] = nil
      }
      return
    }
  }

  /// The lane of a session that can be read at once: loaded, nothing waiting, everything durable.
  @inline(__always)
  package func readableLane(_ id: SessionID) -> SessionLane? {
    guard let lane = lanes[id], lane.state != nil, lane.queue.isEmpty, lane.changedIn <= durableBatch else {
      return nil
    }
    // A session that is only read must not be the first to leave memory.
    lane.lastUse = useCounter
    return lane
  }

  /// The session of a run that has not ended.
  package func session(of run: RunID) -> SessionID? { sessionOfRun[run] }

  /// The workspace of a session in memory.
  package func workspace(of session: SessionID) -> String? { lanes[session]?.state?.meta.workspace }

  package var sessionsInMemory: Int { lanes.count }

  package var unfinishedRunCount: Int { sessionOfRun.count }

  /// Of the runs in memory.
  package var unfinishedRunKeys: Set<Int64> {
    Set(lanes.values.flatMap { $0.state?.runs ?? [] }.map(\.record.key))
  }

  // MARK: loads

  /// Delivers what a lane waited for.
  package func deliver(_ loaded: Loaded, for load: Load, to key: SessionLane.Key, now: Timestamp) {
    transaction.now = now
    if case .outputs(let run, let keys) = load {
      deliver(loaded, to: run, keys, load)
      return
    }
    let waiting = load.isShared ? sharedLoads.removeValue(forKey: load) ?? [] : [lane(key)]
    if case .session(let session?) = loaded { adopt(session) }
    if case (.workspace(let path), .workspace(let selected)) = (load, loaded), selections[path] == nil {
      selections[path] = .some(selected)
    }
    for lane in waiting where lane.waitingFor == load {
      lane.waitingFor = nil
      lane.resources[load] = loaded
      run(lane)
      // Nobody asked for it any more, or only a report did.
      if lane.queue.isEmpty { lane.resources = [:] }
      guard loaded.isThere else { continue }
      resume(lane)
      applyHeldReports(lane)
      goOn(lane)
    }
  }

  /// Takes over a session as the store has it, unless it is in memory already.
  func adopt(_ loaded: LoadedSession) {
    guard !deletedSessions.contains(loaded.record.meta.sessionID) else { return }
    let lane = lane(.session(loaded.record.meta.sessionID))
    guard lane.state == nil else { return }
    let runs = loaded.runs.map { RunMachine(restoring: $0, isSuspended: awaitingResume.contains($0.record.id)) }
    let byID = Dictionary(uniqueKeysWithValues: runs.map { ($0.record.id, $0) })
    for run in runs { run.above = run.record.parent.flatMap { byID[$0.id] } }
    lane.state = SessionState(record: loaded.record, eventSequence: loaded.eventSequence, runs: runs)
    droppedSessions.remove(loaded.record.meta.sessionID)
    for run in runs {
      sessionOfRun[run.record.id] = loaded.record.meta.sessionID
      take(run)
    }
    lane.needsAdvance = runs.contains { !$0.isSuspended }
  }

  func lane(_ key: SessionLane.Key) -> SessionLane {
    useCounter += 1
    let found =
      switch key {
      case .session(let id): lanes[id]
      case .workspace(let path): workspaceLanes[path]
      }
    if let found {
      found.lastUse = useCounter
      return found
    }
    evictIfCrowded()
    let lane = SessionLane(key: key)
    lane.lastUse = useCounter
    switch key {
    case .session(let id): lanes[id] = lane
    case .workspace(let path): workspaceLanes[path] = lane
    }
    return lane
  }

  /// Drops the lanes of sessions that were unused for longest, once there are too many; they load again when needed.
  private func evictIfCrowded() {
    guard lanes.count + workspaceLanes.count >= transaction.bounds.lanes else { return }
    let oldest = useCounter - UInt64(transaction.bounds.lanes / 2)
    let isKept = { [durableBatch] (lane: SessionLane) in
      !lane.isIdle || lane.changedIn > durableBatch || lane.lastUse > oldest
    }
    lanes = lanes.filter { isKept($0.value) }
    workspaceLanes = workspaceLanes.filter { isKept($0.value) }
    let kept = Set(workspaceLanes.keys)
    let pending = Set(transaction.batch.selections.keys).union(inFlight?.selections.keys ?? [:].keys)
    selections = selections.filter { kept.contains($0.key) || pending.contains($0.key) }
  }

  /// Asks for what the call at the head of a lane lacks; `nil` until it is there.
  func need(_ load: Load, _ lane: SessionLane) -> Loaded? {
    if let loaded = lane.resources[load] { return loaded }
    lane.waitingFor = load
    if load.isShared {
      sharedLoads[load, default: []].append(lane)
      guard sharedLoads[load]?.count == 1 else { return nil }
    }
    loads.append((lane.key, load))
    return nil
  }

  // MARK: answers

  /// Answers a call when everything it reflects is durable.
  func answer(_ call: CallToken, _ result: Result<Reply, Refusal>, reflecting lane: SessionLane) {
    let answer = AnsweredCall(call, result)
    if lane.changedIn <= durableBatch {
      answered.append(answer)
    } else if lane.changedIn == transaction.batch.number {
      transaction.batch.replies.append(answer)
    } else {
      inFlight?.replies.append(answer)
    }
  }

  /// Notes that a session was changed by the decision just made.
  func noteChange(of lane: SessionLane) {
    lane.changedIn = transaction.batch.number
    lane.cachedReply = []
    if case .session(let id) = lane.key { transaction.batch.touched.insert(id) }
  }

  // MARK: draining and committing

  package func takeLoads() -> [(lane: SessionLane.Key, load: Load)] {
    guard !loads.isEmpty else { return [] }
    defer { loads.removeAll(keepingCapacity: true) }
    return loads
  }

  package func takeAnswered() -> [AnsweredCall] {
    guard !answered.isEmpty else { return [] }
    defer { answered.removeAll(keepingCapacity: true) }
    return answered
  }

  /// Whether there is something to commit and no commit under way.
  package var canSeal: Bool { inFlight == nil && !transaction.batch.isEmpty }

  /// Something is on its way to the disk, or waits for that to arrive.
  package var isCommitting: Bool { inFlight != nil || !transaction.batch.isEmpty }

  /// Closes the batch that was gathered; the next decisions go into a new one.
  package func seal() -> Batch? {
    guard canSeal else { return nil }
    let batch = transaction.batch
    inFlight = batch
    inFlight?.replies = []
    transaction.batch = Batch(number: batch.number + 1)
    return batch
  }

  /// The sealed batch is durable.
  ///
  /// - Returns: Replies that came to wait for it after it was sealed.
  package func committed(_ number: UInt64) -> [AnsweredCall] {
    precondition(inFlight?.number == number, "only the sealed batch can become durable")
    let late = inFlight?.replies ?? []
    inFlight = nil
    transaction.durableBatch = number
    loadUndurableOutputs()
    return late
  }

  /// The sealed batch is not in the store, and what was decided on top of it cannot be either.
  ///
  /// - Parameter refusal: What everybody who waited is told, and further writes until `allowWrites`.
  /// - Returns: All replies that waited, as refusals.
  package func commitFailed(_ sealed: Batch, _ refusal: Refusal) -> [AnsweredCall] {
    let gathered = transaction.batch
    let waiting = sealed.replies + (inFlight?.replies ?? []) + gathered.replies
    readOnly = refusal
    inFlight = nil
    transaction.batch = Batch(number: gathered.number + 1)
    transaction.durableBatch = gathered.number
    let awaiting = sealed.touched.union(gathered.touched).sorted().flatMap(resultsAwaitingValues)
    // The later one first: it may have ended what the other admitted.
    for batch in [gathered, sealed] { undo(batch) }
    let unfinished = Set(sessionOfRun.values)
    droppedSessions.formUnion(sealed.touched.union(gathered.touched).intersection(unfinished))
    transaction.circuits.giveBackAll()
    for lane in waitingLanes.values { lane.resources = [:] }
    undurableOutputs = []
    for report in sealed.reports + gathered.reports + awaiting { hold(report) }
    return waiting.map { AnsweredCall($0.call, .failure(refusal)) }
  }

  /// Forgets what a batch changed; the store has it as it was before.
  private func undo(_ batch: Batch) {
    for (run, view) in batch.endedRuns { sessionOfRun[run] = view.record.sessionID }
    for run in batch.admittedRuns { sessionOfRun[run] = nil }
    awaitingResume.formUnion(batch.resumedRuns)
    transaction.groups.restore(batch.groupsBefore) { sessionOfRun[$0] != nil }
    for id in batch.touched { forget(id) }
    for path in batch.selections.keys {
      selections[path] = nil
      workspaceLanes[path]?.changedIn = 0
    }
  }

  private func forget(_ id: SessionID) {
    guard let lane = lanes[id] else { return }
    lane.state = nil
    lane.cachedReply = []
    lane.changedIn = 0
  }

  /// Reports of a session that are in no batch, because what they mean could not be decided yet.
  private func resultsAwaitingValues(of id: SessionID) -> [StepReport] {
    (lanes[id]?.state?.runs ?? []).flatMap { run in
      run.awaitingValues.results.sorted { $0.key < $1.key }.map { index, held in
        StepReport(attempt: run.attemptID(of: index), kind: .finished(held.result))
      }
    }
  }

  private func hold(_ report: StepReport) {
    guard let id = sessionOfRun[report.attempt.run] else { return }
    lane(.session(id)).heldReports.append(report)
  }

  /// Nothing is started from now on: the daemon is ending.
  package func stopStarting() { transaction.isStopping = true }

  /// The store takes writes again: reports that were held are decided now.
  package func allowWrites(now: Timestamp) {
    transaction.now = now
    readOnly = nil
    applyWhatWaits(now: now)
  }

  /// Decides reports that are held, and goes on with runs, for which a session could not be read. The caller tries it
  /// again some time after a load failed.
  package func applyWhatWaits(now: Timestamp) {
    transaction.now = now
    guard readOnly == nil else { return }
    for timer in heldTimers { transaction.timers.insert(timer) }
    heldTimers = []
    if watchersHaveChanged { watchersChanged(now: now) }
    reloadDropped()
    resumeAll()
    for lane in lanes.values where !lane.heldReports.isEmpty { applyHeldReports(lane) }
    for lane in lanes.values where lane.needsAdvance { goOn(lane) }
    let failed = failedLoads
    failedLoads = []
    loads += failed
  }

  /// A run whose end is decided and not durable: the store still has it as unfinished.
  func endedRun(_ id: RunID) -> RunView? { transaction.batch.endedRuns[id] ?? inFlight?.endedRuns[id] }
}
