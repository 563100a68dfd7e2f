package import FlowdModel

extension Engine {
  /// When `fireTimers` has something to do.
  package var nextTimer: Timestamp? { transaction.timers.nextDue }

  /// Does what is due: next attempts, ends of waits, of questions' patience.
  package func fireTimers(now: Timestamp) {
    transaction.now = now
    while let timer = transaction.timers.take(now: now) {
      guard sessionOfRun[timer.run] != nil else { continue }
      let lane = lane(.session(timer.session))
      // A session that is read again sets its timers again.
      guard let state = lane.state else { continue }
      guard readOnly == nil else {
        heldTimers.append(timer)
        continue
      }
      change(lane) { state.fire(timer, transaction) }
    }
  }

  /// Reads sessions again that a failed commit dropped: nobody else may ask for them, and their runs go on.
  func reloadDropped() {
    for id in droppedSessions.sorted() {
      let lane = lane(.session(id))
      if lane.state == nil, lane.waitingFor == nil { _ = need(.session(id), lane) }
    }
  }

  /// Somebody began or ceased to watch: questions of HYBRID runs are decided again.
  package func watchersChanged(now: Timestamp) {
    transaction.now = now
    guard readOnly == nil else {
      watchersHaveChanged = true
      return
    }
    watchersHaveChanged = false
    for session in transaction.askingSessions.sorted() {
      guard let lane = lanes[session], let state = lane.state else { continue }
      guard state.runs.contains(where: { !$0.asking.isEmpty }) else {
        transaction.askingSessions.remove(session)
        continue
      }
      change(lane) {
        for run in state.runs where run.record.mode == .hybrid { state.redecideQuestions(run, transaction) }
      }
    }
  }

  /// Drops timers of what is settled or due at another time, once there are many: they may be due in a long time only.
  func purgeTimers() {
    guard transaction.timers.count > transaction.timers.purgeCount else { return }
    transaction.timers.purge { timer in
      guard let lane = lanes[timer.session], let state = lane.state else { return false }
      guard let run = state.run(timer.run), run.steps.indices.contains(timer.step) else { return false }
      return run.steps[timer.step].wakeAt == timer.due
    }
  }

  /// Circuit breakers with failures.
  package var circuits: [CircuitView] { transaction.circuits.views }

  /// Until when a provider's quota is exhausted, as far as is known.
  package func heldUntil(provider: String, now: Timestamp) -> Timestamp? {
    transaction.circuits.heldUntil(CircuitBreakers.name(ofProvider: provider), now: now)
  }

  /// How the attempts of a provider's agent steps went; `nil`: none has failed.
  package func circuit(ofProvider id: String) -> CircuitView? {
    transaction.circuits.view(CircuitBreakers.name(ofProvider: id))
  }

  /// What a check of a provider found.
  package func noteCheck(ofProvider id: String, works: Bool, now: Timestamp) {
    transaction.circuits.noteCheck(CircuitBreakers.name(ofProvider: id), works: works, now: now)
  }

  /// Takes over what the daemon before this one knew about circuits.
  package func restore(holds: [(name: String, hold: CircuitHold)], now: Timestamp) {
    for (name, hold) in holds { _ = transaction.circuits.hold(name, hold, now: now) }
  }

  // MARK: what runs ask for

  /// Makes a decision about a session that no call asked for.
  func change(_ lane: SessionLane, _ decide: () -> Void) {
    let before = transaction.batch.changeCount
    decide()
    if transaction.batch.changeCount != before { noteChange(of: lane) }
    noteRuns(of: lane)
  }

  /// Timers and group of a run that came into memory.
  func take(_ run: RunMachine) {
    for step in run.steps where !step.status.isFinal {
      if let due = step.wakeAt { transaction.setTimer(due, step: step.index, of: run) }
    }
    if !run.asking.isEmpty { transaction.askingSessions.insert(run.record.sessionID) }
    if run.isBegun {
      transaction.groups.claim(run.record.id, group: run.record.group)
    }
  }

  /// Looks at the runs of a session that was loaded again.
  func goOn(_ lane: SessionLane) {
    guard lane.needsAdvance, readOnly == nil, let state = lane.state else { return }
    lane.needsAdvance = false
    change(lane) { state.goOn(transaction) }
  }

  func loadWantedOutputs() {
    guard !transaction.wantedOutputs.isEmpty else { return }
    for wanted in transaction.wantedOutputs {
      guard wanted.batch <= durableBatch else {
        undurableOutputs.append(wanted)
        continue
      }
      loads.append((.session(wanted.session), .outputs(run: wanted.run, wanted.keys)))
    }
    transaction.wantedOutputs = []
  }

  /// A batch became durable. With one that fails the runs that wait for it are forgotten.
  func loadUndurableOutputs() {
    guard !undurableOutputs.isEmpty else { return }
    transaction.wantedOutputs += undurableOutputs
    undurableOutputs = []
    loadWantedOutputs()
  }

  func deliver(_ loaded: Loaded, to run: RunID, _ keys: [OutputKey], _ load: Load) {
    guard let session = sessionOfRun[run] else { return }
    let lane = lane(.session(session))
    guard case .outputs(let outputs) = loaded, readOnly == nil else {
      failedLoads.append((lane.key, load))
      return
    }
    // A session that is being loaded again asks again.
    guard let state = lane.state else { return }
    change(lane) { state.deliver(outputs, of: keys.map(\.step), to: run, transaction) }
  }

  /// Begins the runs whose group has become free.
  func beginReleased() {
    while !transaction.released.isEmpty {
      let next = transaction.released.removeFirst()
      guard let lane = lanes[next.session], let state = lane.state, let run = state.run(next.run) else { continue }
      change(lane) { if run.record.status == .queued { state.begin(run, transaction) } }
    }
  }
}
