import FlowdChecks
@testable import FlowdEngine
import FlowdLua
import FlowdModel

/// The engine with its surroundings in memory; nothing happens until a test says so.
///
/// It plays the daemon: a reader that reads in order, a writer with one batch at a time, and an executor.
final class Lab {
  private(set) var engine: Engine
  var store = MemoryStore()
  var flows: [String: FlowLookup]
  var config: Config {
    didSet { engine.transaction.config = config }
  }
  var now = Timestamp(microsecondsSince1970: 1_700_000_000_000_000)
  let bounds: EngineBounds

  /// Loads that wait for the reader, and what it has read and not delivered.
  var requested: [(key: SessionLane.Key, load: Load)] = []
  var readings: [(key: SessionLane.Key, load: Load, loaded: Loaded)] = []
  /// How many there were.
  private(set) var loadCount = 0
  private(set) var sealed: Batch?
  /// The sealed batch is in the store, which the engine does not know yet.
  private(set) var isWritten = false
  var executor = LabExecutor()

  private(set) var answers: [CallToken: Result<Reply, Refusal>] = [:]
  /// Constraints that a database would have refused, and answers nobody waits for.
  private(set) var broken: [String] = []
  var losesEffects = false
  var onAnswer: (AnsweredCall) -> Void = { _ in }
  var onCommit: (Batch) -> Void = { _ in }
  var onEffect: (Effect) -> Void = { _ in }
  /// Whether something else has become of the sealed batch than that it is written, while a test lets things happen.
  var interruptsCommit: () -> Bool = { false }
  private var lastStream: UInt32 = 0
  private var generation: UInt64 = 1

  /// Somebody's program watches every session.
  var isWatched = false
  /// Scripts run, and what needs no work is reported, while a test lets things happen.
  var runsScripts = true

  init(
    flows: [PinnedDefinition] = [], config: Config = Config(), bounds: EngineBounds = EngineBounds(), seed: UInt64 = 1
  ) {
    self.flows = Dictionary(uniqueKeysWithValues: flows.map { ($0.flow.id, .found($0)) })
    self.config = config
    self.bounds = bounds
    engine = Lab.engine(config, Counters(), seed, bounds)
    engine.transaction.isWatched = { [unowned self] _ in isWatched }
  }

  static func engine(_ config: Config, _ counters: Counters, _ seed: UInt64, _ bounds: EngineBounds) -> Engine {
    Engine(
      config: config, counters: counters, seed: seed, bounds: bounds, evaluator: LuaEvaluator(), checks: ChecksRunner())
  }

  // MARK: calls

  var nextToken: CallToken { CallToken(connection: generation, stream: lastStream + 2) }

  func submit(_ command: Command, to key: SessionLane.Key) -> CallToken {
    let token = nextToken
    lastStream += 2
    engine.submit(command, token, to: key, now: now)
    return token
  }

  func release(_ calls: [AnsweredCall]) {
    for answered in calls {
      if answers[answered.call] != nil { broken.append("a call is answered twice") }
      answers[answered.call] = answered.result
      onAnswer(answered)
    }
  }

  func releaseAnswered() { release(engine.takeAnswered()) }

  // MARK: loads

  func takeLoads() {
    let loads = engine.takeLoads()
    loadCount += loads.count
    requested += loads.map { (key: $0.lane, load: $0.load) }
  }

  func readOne(failing: Bool = false) {
    guard !requested.isEmpty else { return }
    let (key, load) = requested.removeFirst()
    let loaded = failing ? .failed("a read failed") : store.load(load) { flows[$0] ?? .missing(suggestions: []) }
    readings.append((key: key, load: load, loaded: loaded))
  }

  func deliverOne() {
    guard !readings.isEmpty else { return }
    let (key, load, loaded) = readings.removeFirst()
    engine.deliver(loaded, for: load, to: key, now: now)
  }

  // MARK: commits

  /// Answers that need no commit go out first, so that they never come after a later one's.
  func seal() {
    releaseAnswered()
    guard sealed == nil, let batch = engine.seal() else { return }
    sealed = batch
    isWritten = false
  }

  func write() {
    guard let batch = sealed, !isWritten else { return }
    broken += store.apply(batch)
    isWritten = true
    onCommit(batch)
  }

  /// Tells the engine of the written batch, and does what waited for it.
  func finishCommit() {
    guard let batch = sealed, isWritten else { return }
    sealed = nil
    releaseAnswered()
    let late = engine.committed(batch.number)
    release(batch.replies)
    release(late)
    for effect in batch.effects {
      onEffect(effect)
      if !losesEffects { performAgain(effect) }
    }
  }

  func performAgain(_ effect: Effect) { broken += executor.perform(effect) }

  func failCommit() {
    guard let batch = sealed, !isWritten else { return }
    sealed = nil
    releaseAnswered()
    release(engine.commitFailed(batch, Lab.diskFull))
  }

  /// Breaks the promise that a failed commit leaves nothing.
  func writeHalf() {
    guard var batch = sealed else { return }
    batch.events.removeAll()
    broken += store.apply(batch)
  }

  static let diskFull = Refusal(.resourceExhausted, "DISK_FULL", "the disk is full")

  func allowWrites() { engine.allowWrites(now: now) }

  // MARK: reports and restarts

  func report(_ reports: [StepReport]) { engine.apply(reports, now: now) }

  /// The daemon dies and another takes over what is in the store; its runs go on with `resume`.
  func restart() {
    generation += 1
    requested = []
    readings = []
    sealed = nil
    executor.killAll()
    engine = Lab.engine(config, store.counters, generation, bounds)
    engine.transaction.isWatched = { [unowned self] _ in isWatched }
    engine.restore(holds: store.holds.map { ($0.key, $0.value) }, now: now)
    for id in store.unfinishedSessions {
      if let loaded = store.loaded(id) { engine.restore(loaded) }
    }
  }

  func resume() { engine.resumeAfterRestart(now: now) }

  // MARK: time

  func watch(_ isWatched: Bool) {
    self.isWatched = isWatched
    engine.watchersChanged(now: now)
    settle()
  }

  /// Fires what is due now.
  func fireTimers() { engine.fireTimers(now: now) }

  /// Lets time pass; what is due on the way happens when it is.
  func pass(_ time: Duration) {
    let end = now + time
    for _ in 0..<10_000 {
      guard let due = engine.nextTimer, due <= end else {
        now = end
        return
      }
      now = max(now, due)
      fireTimers()
      settle()
    }
    broken.append("timers do not come to rest")
  }

  // MARK: without surprises

  /// Lets loads and commits happen until nothing is left to do.
  func settle() {
    for _ in 0..<10_000 {
      takeLoads()
      releaseAnswered()
      if !requested.isEmpty {
        readOne()
      } else if !readings.isEmpty {
        deliverOne()
      } else if sealed != nil {
        if interruptsCommit() { continue }
        write()
        finishCommit()
      } else if engine.canSeal {
        seal()
      } else if runsScripts, let attempt = executor.running.first(where: { executor.result(of: $0, store) != nil }),
        let result = executor.result(of: attempt, store)
      {
        report([executor.finish(attempt, result)])
      } else {
        return
      }
    }
    broken.append("the engine does not come to rest")
  }

  /// Makes a call and lets everything happen that does not need a command to end.
  func call(_ command: Command, on key: SessionLane.Key) throws -> Reply {
    let token = submit(command, to: key)
    settle()
    guard let answer = answers[token] else { throw LabError.unanswered }
    return try answer.get()
  }
}

enum LabError: Error {
  case unanswered
  case otherAnswer
  case unexpected(Reply)
}
