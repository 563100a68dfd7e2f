internal import FlowdAgents
internal import FlowdEngine
internal import FlowdHTTP
internal import FlowdModel
internal import FlowdSteps
internal import FlowdStore
internal import FlowdWire
internal import Glibc

/// A batch on its way to the disk, with its events encoded.
struct SealedBatch: Sendable {
  let batch: Batch
  /// In the order of `batch.events`.
  let eventBodies: [[UInt8]]
}

extension Daemon {
  /// Commits what was decided in this turn, unless a commit is under way; then it is gathered on.
  ///
  /// A wake-up of another thread costs as much as several round trips, so a small commit runs on the loop while they are
  /// short; otherwise the writer thread does it, and the loop decides the next batch meanwhile.
  func commitDecisions() {
    while engine.canSeal {
      encodeDecidedEvents()
      let isForWriter = isNextBatchForWriter
      guard let batch = engine.seal() else { return }
      commitPace.note(answers: batch.replies.count)
      let sealed = SealedBatch(batch: batch, eventBodies: encodedEvents)
      encodedEvents = []
      let rows = StoreBatch(sealed)
      if !isForWriter {
        let began = Clock.monotonicNanoseconds
        let result = Result { () throws(StoreError) in
          try secrets.write(sealed.batch)
          try store.commit(rows, patience: .zero)
        }
        commitPace.note(nanoseconds: Clock.monotonicNanoseconds - began)
        if case .failure(let error) = result, error.kind == .busy {
          commitOnWriter(sealed, rows)
          return
        }
        counters.commitsInlineTotal += 1
        finishCommit(sealed, result)
      } else {
        commitOnWriter(sealed, rows)
        return
      }
    }
  }

  private var isNextBatchForWriter: Bool {
    !commitPace.isShort || isCheckpointing || writerJobs > 0
      || engine.transaction.batch.events.count > Limits.inlineCommitEventsMax
  }

  /// Encodes the events of the batch that is being gathered, as far as it has come: while a commit is under way the loop
  /// has the time, afterwards the writer would wait for it.
  func encodeDecidedEvents() {
    let events = engine.transaction.batch.events
    while encodedEvents.count < events.count { encodedEvents.append(API.Event(events[encodedEvents.count]).encoded) }
  }

  private func commitOnWriter(_ sealed: SealedBatch, _ rows: StoreBatch) {
    writer.submit { [mailbox, secrets] store in
      let began = Clock.monotonicNanoseconds
      let result = Result { () throws(StoreError) in
        try secrets.write(sealed.batch)
        try store.commit(rows, patience: Limits.foreignLockPatience)
      }
      let took = Clock.monotonicNanoseconds - began
      mailbox.post { daemon in
        daemon.commitPace.note(nanoseconds: took)
        daemon.finishCommit(sealed, result)
      }
    }
  }

  /// Sends the answers, publishes the events and starts the effects of a batch that is durable.
  private func finishCommit(_ sealed: SealedBatch, _ result: Result<Void, StoreError>) {
    deliver(engine.takeAnswered())
    // Also of a failed one: its files are there.
    secretRuns.note(sealed.batch)
    switch result {
    case .failure(let error): failCommit(sealed, error)
    case .success:
      counters.commitsTotal += 1
      counters.eventsTotal += UInt64(sealed.batch.events.count)
      let late = engine.committed(sealed.batch.number)
      // The writer gets its next batch before this one's answers are made, so that it does not wait for them.
      if engine.canSeal, isNextBatchForWriter { commitDecisions() }
      deliver(sealed.batch.replies)
      deliver(late)
      hub.publish(sealed, self)
      noteEnded(runs: sealed.batch.endedRuns.count)
      secrets.remove(of: secretRuns.takeEnded(sealed.batch))
      for run in runFiles.takeEnded(sealed.batch) { http.forget(run: run) }
      perform(sealed.batch.effects)
      checkpointIfDue()
    }
  }

  /// Takes more calls before the batch is sealed, while it has fewer than the one before it and they keep coming.
  ///
  /// Callers that were answered together ask again together, but one by one: without this, every other batch would hold
  /// the first of them only. It waits a quarter of a commit at most, and never with a single caller. Batches for the writer's
  /// thread need no such wait: they gather while it has the one before.
  func gatherCalls() {
    guard engine.canSeal, commitPace.expectedAnswers <= Limits.inlineCommitEventsMax,
      engine.transaction.batch.replies.count < commitPace.expectedAnswers
    else { return }
    let end = Clock.monotonicNanoseconds + commitPace.gatherNanoseconds
    while engine.transaction.batch.replies.count < commitPace.expectedAnswers, Clock.monotonicNanoseconds < end {
      sched_yield()
      poll(milliseconds: 0)
    }
  }

  /// Moves the log's pages into the database beside the service; until that is done the writer's thread commits.
  private func checkpointIfDue() {
    guard !isCheckpointing, store.logPageCount >= Limits.checkpointPages else { return }
    isCheckpointing = true
    writer.submit { [mailbox] store in
      let result = Result { () throws(StoreError) in try store.checkpoint() }
      mailbox.post { daemon in
        daemon.isCheckpointing = false
        if case .failure(let error) = result, error.kind != .busy, error.kind != .full { daemon.stopForDisk(error) }
      }
    }
  }

  /// Sends answers of the engine.
  func deliver(_ answers: [AnsweredCall]) {
    for answered in answers {
      if !settling.isEmpty, let work = settling.removeValue(forKey: answered.call) {
        switch answered.result {
        case .success: work(self)
        case .failure(let refusal): answer(answered.call, .failure(refusal))
        }
        continue
      }
      answer(answered.call, answered.result.map(encode))
    }
  }

  private func perform(_ effects: [Effect]) {
    guard !isDraining else { return }
    for effect in effects {
      switch effect {
      case .startCommand(let request): executor.start(request)
      case .startScript(let request): scripts.start(request)
      case .startHTTP(let request):
        if let key = request.runKey { runFiles.note(key) }
        http.start(request)
      case .startAgent(let request): agents.start(request)
      case .answerAgent(let attempt, let question, let option):
        agents.answer(attempt, question: question, option: option)
      case .finishNow(let attempt):
        elapsed.append(StepReport(attempt: attempt, kind: .finished(StepResult(outcome: .elapsed))))
      case .terminate(let attempt):
        executor.terminate(attempt)
        scripts.terminate(attempt)
        http.terminate(attempt)
        agents.terminate(attempt)
      case .acknowledgeOutput(let attempt, let bytes):
        executor.acknowledge(attempt, bytes: bytes)
        agents.acknowledge(attempt, bytes: bytes)
      }
    }
  }

  // MARK: failure

  private func failCommit(_ sealed: SealedBatch, _ error: StoreError) {
    switch error.kind {
    case .full, .busy:
      let refusal =
        error.kind == .full
        ? Refusal(
          .resourceExhausted, "DISK_FULL",
          "the disk of \(options.state) is full: nothing was changed. Free some space; flowd goes on by itself")
        : Refusal(
          .unavailable, "DATABASE_LOCKED",
          "another program holds the database in \(options.state): nothing was changed. Close it; flowd goes on by itself"
        )
      log.error("a commit failed; writes are refused until one succeeds", ["error": error.description])
      deliver(engine.commitFailed(sealed.batch, refusal))
      encodedEvents = []
      addTimer(after: Limits.diskProbeInterval, .probeDisk)
      if error.kind == .full { makeRoom() }
    case .io, .corrupt, .tooNew, .other:
      let refusal = Refusal(
        .unknown, "COMMIT_FAILED",
        "the disk failed while the change was written; whether it was is not known. Try again with the same request_id")
      deliver(engine.commitFailed(sealed.batch, refusal))
      stopForDisk(error)
    }
  }

  /// Ends the process: what is on disk is known only to a fresh start.
  private func stopForDisk(_ error: StoreError) {
    log.error(
      "the disk failed in mid-write; flowd stops, and the next start reads what is on disk",
      ["error": error.description])
    flushAll()
    agents.shutdown()
    executor.shutdown()
    exit(ExitCode.diskFailed)
  }

  /// Finds out whether a full disk takes writes again.
  func probeDisk() {
    guard engine.readOnly != nil else { return }
    let hasFreedRows = sweep.hasFreedRows
    writer.submit { [mailbox] store in
      let result = Result { () throws(StoreError) in
        // The room that deleting needs is taken back first: without it the next write would find the disk full again.
        guard store.restoreBallast() || hasFreedRows else {
          throw StoreError(kind: .full, message: "the disk has no room to spare")
        }
        try store.probe(now: Clock.now)
      }
      mailbox.post { daemon in
        switch result {
        case .success:
          daemon.log.info("the database takes writes again")
          daemon.engine.allowWrites(now: Clock.now)
        case .failure(let error):
          daemon.log.debug("the database takes no writes yet", ["error": error.description])
          daemon.addTimer(after: Limits.diskProbeInterval, .probeDisk)
        }
      }
    }
  }
}

/// How long commits take and how many callers wait for one, from the latest of them.
struct CommitPace {
  private static let shortNanoseconds: UInt64 = 2_000_000
  private static let gatherNanosecondsMax: UInt64 = 100_000
  /// Mean, the latest weighing an eighth.
  private var typical: UInt64 = 0
  /// Answers that the batch before carried.
  private(set) var expectedAnswers = 0

  /// Short enough to run on the loop.
  var isShort: Bool { typical < CommitPace.shortNanoseconds }

  var gatherNanoseconds: UInt64 { min(typical / 4, CommitPace.gatherNanosecondsMax) }

  mutating func note(nanoseconds: UInt64) { typical = typical - typical / 8 + nanoseconds / 8 }

  mutating func note(answers: Int) { expectedAnswers = answers }
}

extension StoreBatch {
  init(_ sealed: SealedBatch) {
    self.init()
    let batch = sealed.batch
    for row in batch.sessions.values.sorted(by: { $0.record.key < $1.record.key }) {
      if row.isNew { newSessions.append(row.record) } else { changedSessions.append(row.record) }
    }
    for (workspace, session) in batch.selections { selections.append((workspace.text, session)) }
    definitions = Array(batch.definitions.values)
    for row in batch.runs.values.sorted(by: { $0.record.key < $1.record.key }) {
      if row.isNew { newRuns.append(row.record) } else { changedRuns.append(row.record) }
    }
    for (run, entries) in batch.environments { environments.append((run, entries)) }
    for (key, step) in batch.steps { steps.append(StepRow(run: key.run, step: step)) }
    for (key, output) in batch.outputs { outputs.append(OutputRow(run: key.run, step: key.index, output: output)) }
    outputCopies = batch.outputCopies
    holds = batch.holds.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    events.reserveCapacity(batch.events.count)
    for (event, body) in zip(batch.events, sealed.eventBodies) {
      events.append(
        EventRow(
          position: event.position, session: event.sessionKey, sequence: event.sequence, run: event.runKey, body: body))
    }
  }
}
