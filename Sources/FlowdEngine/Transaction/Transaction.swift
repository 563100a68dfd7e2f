package import FlowdModel

/// What a decision may use besides the state it changes: the time, fresh ids, configuration, and the batch it writes to.
package final class Transaction {
  package internal(set) var batch: Batch
  /// The time of the decision, given by the caller: the engine has no clock.
  package internal(set) var now: Timestamp
  /// Batches up to this one are durable.
  package internal(set) var durableBatch: UInt64 = 0
  /// What new sessions and provider checks go by.
  package var config: Config
  /// Of all sessions.
  package internal(set) var circuits = CircuitBreakers()
  /// Whether a person's program watches a session; the caller of the engine says.
  package var isWatched: (SessionRecord) -> Bool = { _ in false }
  let evaluator: any ExpressionEvaluator
  let checks: any CheckEvaluator
  var groups = ConcurrencyGroups()
  /// Runs whose group lets them begin, since the engine last looked.
  var released: [(run: RunID, session: SessionID)] = []
  var timers = StepTimers()
  /// Sessions with runs that ask, and perhaps some whose runs do not any more.
  var askingSessions: Set<SessionID> = []
  /// Values that runs wait for, since the engine last looked.
  var wantedOutputs: [WantedOutputs] = []
  let bounds: EngineBounds
  /// The daemon is ending: steps are settled, but none is started; the next daemon does that.
  var isStopping = false
  /// Runs that came into memory, and left it, since the engine last looked.
  var runsAdmitted: [RunID] = []
  var runsEnded: [RunID] = []
  private var random: RandomSource
  private var nextSessionKey: Int64
  private var nextRunKey: Int64
  private var nextPosition: EventPosition

  init(
    config: Config, counters: Counters, seed: UInt64, bounds: EngineBounds, evaluator: any ExpressionEvaluator,
    checks: any CheckEvaluator
  ) {
    batch = Batch(number: 1)
    self.evaluator = evaluator
    self.checks = checks
    self.bounds = bounds
    now = Timestamp(microsecondsSince1970: 0)
    self.config = config
    random = RandomSource(seed: seed)
    nextSessionKey = counters.lastSessionKey + 1
    nextRunKey = counters.lastRunKey + 1
    nextPosition = counters.lastPosition + 1
  }

  /// From 0 to 1.
  func chance() -> Double { Double(random.next() >> 11) * 0x1p-53 }

  /// Has `SessionState.fire` called when the time comes.
  func setTimer(_ due: Timestamp, step: Int, of run: RunMachine) {
    timers.insert(StepTimer(due: due, session: run.record.sessionID, run: run.record.id, step: step))
  }

  /// Has a step's output read from the store and delivered, with others that will be asked for next.
  func want(outputOf step: Int, of run: RunMachine) {
    // What is being read for another step of the run is delivered to both.
    guard !run.loading.contains(step) else { return }
    var keys: [OutputKey] = []
    var batch: UInt64 = 0
    for step in run.outputsToLoad(with: step) where run.loading.insert(step).inserted {
      guard let stored = run.outputs.stored(step) else { preconditionFailure("only what the store has is waited for") }
      keys.append(OutputKey(step: step, storedRun: stored.run, storedStep: stored.step))
      batch = max(batch, stored.batch)
    }
    wantedOutputs.append(
      WantedOutputs(session: run.record.sessionID, run: run.record.id, keys: keys, batch: batch))
  }

  func makeUUID() -> UUIDv7 { UUIDv7(at: now, random: (random.next(), random.next())) }

  func makeSessionKey() -> Int64 {
    defer { nextSessionKey += 1 }
    return nextSessionKey
  }

  func makeRunKey() -> Int64 {
    defer { nextRunKey += 1 }
    return nextRunKey
  }

  func makePosition() -> EventPosition {
    defer { nextPosition += 1 }
    return nextPosition
  }
}

/// Outputs that a run waits for.
struct WantedOutputs {
  let session: SessionID
  let run: RunID
  let keys: [OutputKey]
  /// The store has them all once this one is durable.
  let batch: UInt64
}

/// How much the engine keeps in memory; tests make it small.
package struct EngineBounds: Sendable {
  /// Idle ones beyond it are dropped and loaded again when needed.
  package var lanes: Int
  /// Of one session; older ones are looked up in the store.
  package var recentRequests: Int

  package init(lanes: Int = Limits.lanesInMemoryMax, recentRequests: Int = Limits.recentRequestsMax) {
    self.lanes = lanes
    self.recentRequests = recentRequests
  }
}

/// SplitMix64 (Steele, Lea, Flood 2014): repeatable from its seed, so that decisions can be replayed.
struct RandomSource: Sendable {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
