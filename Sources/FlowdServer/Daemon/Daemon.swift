internal import CLinux
internal import FlowdAgents
internal import FlowdEngine
internal import FlowdFiles
internal import FlowdHTTP
internal import FlowdModel
internal import FlowdSteps
internal import FlowdStore
internal import FlowdWire
internal import Glibc

/// The daemon: one loop that owns every connection, lane and run.
///
/// Files named `Daemon+…` are its parts; other threads reach it only through the mailbox.
package final class Daemon {
  package static let version = "0.1.0"
  static let listenerTag: UInt64 = 0
  private static let mailboxTag = UInt64.max
  private static let signalTag = UInt64.max - 1

  let options: DaemonOptions
  let log: Log
  let listener: Listener
  let engine: Engine
  let store: SQLiteStore
  let hub = EventHub()
  let poller = Poller()
  let mailbox: Mailbox
  /// The writer's thread; the readers' for what lanes wait for and for everything longer; and the one for flow files.
  let writer: Worker<SQLiteStore>
  let reader: Worker<SQLiteReader>
  let history: Worker<SQLiteReader>
  let files: Worker<FlowCatalog>
  let executor: CommandExecutor
  let scripts: ScriptExecutor
  let client: HTTPClient
  let http: HTTPExecutor
  let agents: AgentExecutor
  var runFiles: RunFiles
  let secrets: SecretAnswers
  /// Unfinished runs with answers in `secrets`.
  var secretRuns: SecretRuns
  let epoch: String
  let startedAt: Timestamp

  var connections: [UInt64: Connection] = [:]
  var nextConnectionID: UInt64 = 0
  var silentConnections: [UInt64] = []
  var dirtyConnections: [Connection] = []
  /// Empty outside `flushAll`.
  var flushing: [Connection] = []
  var timers = TimerQueue()
  var counters = DaemonCounters()
  var commitPace = CommitPace()
  /// The events of the batch that is being gathered, as far as they are encoded.
  var encodedEvents: [[UInt8]] = []
  /// Attempts that ended as they began.
  var elapsed: [StepReport] = []
  /// The writer's thread has the write connection.
  var isCheckpointing = false
  /// Jobs besides commits that it has.
  var writerJobs = 0
  var sweep = Sweep()
  /// What to do when a `settle` command is answered.
  var settling: [CallToken: @Sendable (Daemon) -> Void] = [:]
  var isAccepting = true
  var isDraining = false
  /// The wall clock as of this turn of the loop.
  var turnTime = Clock.now
  let readBuffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 16)
  private let signalFD: Int32
  private var isStopped = false
  private var drainEnd: UInt64 = 0
  private static let drainNanosecondsMax: UInt64 = 5_000_000_000
  private var isIdleTimerSet = false
  private var endedSinceTrim = 0
  private var isTrimScheduled = false
  private var idleSince: UInt64 = 0

  init(_ parts: DaemonParts, _ listener: Listener) {
    options = parts.options
    log = parts.log
    self.listener = listener
    engine = parts.engine
    store = parts.store
    mailbox = parts.mailbox
    writer = parts.writer
    reader = parts.reader
    history = parts.history
    files = parts.files
    executor = parts.executor
    scripts = parts.scripts
    client = parts.client
    http = parts.http
    agents = parts.agents
    secrets = SecretAnswers(state: parts.options.state)
    let unfinished = parts.engine.unfinishedRunKeys
    let withSecrets = secrets.runs
    // A daemon that was killed may have left those of runs whose end it had committed.
    secrets.remove(of: withSecrets.subtracting(unfinished))
    secretRuns = SecretRuns(withSecrets.intersection(unfinished))
    runFiles = RunFiles(parts.options.httpDirectory)
    for run in runFiles.takeLeftovers(unfinished: unfinished) { parts.http.forget(run: run) }
    signalFD = parts.signalFD
    epoch = parts.epoch
    startedAt = Clock.now
  }

  deinit { readBuffer.deallocate() }

  /// Serves until it is told to stop; then everything that was acknowledged is on disk.
  func run() {
    let isWatched =
      poller.add(listener.fd, .read, tag: Daemon.listenerTag)
      && poller.add(mailbox.wakeFD, .read, tag: Daemon.mailboxTag)
      && poller.add(signalFD, .read, tag: Daemon.signalTag)
    precondition(isWatched, "a fresh epoll instance takes three descriptors")
    engine.transaction.isWatched = { [hub] session in hub.isWatched(session) }
    hub.watchersChanged = { [unowned self] in engine.watchersChanged(now: turnTime) }
    resumeRuns()
    scheduleSweep()
    noteIdleness()
    while !isStopped { turn() }
  }

  /// One turn: take what is ready, decide, commit, send.
  private func turn() {
    poll(milliseconds: elapsed.isEmpty ? pollTimeout : 0)
    takeElapsed()
    gatherCalls()
    runTimers()
    runStepTimers()
    settle()
  }

  /// Attempts for which there was nothing to do have ended. A turn later than they began, so that a long chain of them
  /// does not keep others waiting.
  private func takeElapsed() {
    guard !elapsed.isEmpty else { return }
    let reports = elapsed
    elapsed.removeAll(keepingCapacity: true)
    turnTime = Clock.now
    engine.apply(reports, now: turnTime)
  }

  /// Takes what is ready.
  @inline(__always)
  func poll(milliseconds: Int32) {
    poller.wait(milliseconds: milliseconds) { tag, flags in
      if tag == Daemon.listenerTag {
        accept()
      } else if tag == Daemon.mailboxTag {
        turnTime = Clock.now
        for work in mailbox.takeAll() { work(self) }
      } else if tag == Daemon.signalTag {
        takeSignals()
      } else if let connection = connections[tag] {
        serve(connection, flags)
      }
    }
  }

  @inline(__always)
  private func serve(_ connection: Connection, _ flags: UInt32) {
    if flags & EPOLLOUT.rawValue != 0 { flush(connection) }
    guard !connection.isClosed else { return }
    if connection.isReadClosed {
      // Both directions are gone: nobody reads the answers.
      if flags & (EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0 { close(connection) }
    } else if flags & (EPOLLIN.rawValue | EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0 {
      if connection.isOverloaded, flags & (EPOLLHUP.rawValue | EPOLLERR.rawValue) == 0 { return }
      turnTime = Clock.now
      receive(connection)
    }
  }

  /// Brings everything that this turn started as far as it gets without waiting.
  private func settle() {
    startLoads()
    deliver(engine.takeAnswered())
    if engine.canSeal {
      // Reads do not wait for the disk.
      flushAll()
      commitDecisions()
    } else {
      encodeDecidedEvents()
    }
    // What was decided may have let other calls come to the head of their lanes.
    startLoads()
    deliver(engine.takeAnswered())
    flushAll()
  }

  // MARK: timers

  func addTimer(after duration: Duration, _ action: TimerAction) {
    let (seconds, attoseconds) = duration.components
    let nanoseconds = UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000)
    timers.add(due: Clock.monotonicNanoseconds + nanoseconds, action)
  }

  private var pollTimeout: Int32 {
    var timeout: Int32 = -1
    if let due = timers.nextDue {
      let now = Clock.monotonicNanoseconds
      timeout = due <= now ? 0 : Int32(clamping: (due - now) / 1_000_000 + 1)
    }
    guard let due = engine.nextTimer, !isDraining else { return timeout }
    let left = due.microsecondsSince1970 - Clock.now.microsecondsSince1970
    // Steps go by the wall clock, which may be set meanwhile: it is looked at often enough to notice.
    let milliseconds = left <= 0 ? 0 : min(Int32(clamping: left / 1000 + 1), Daemon.clockCheckMilliseconds)
    return timeout < 0 ? milliseconds : min(timeout, milliseconds)
  }

  private static let clockCheckMilliseconds: Int32 = 10_000

  /// Does what is due of steps: next attempts, ends of waits, of questions' patience.
  private func runStepTimers() {
    guard let due = engine.nextTimer, !isDraining else { return }
    let now = Clock.now
    guard due <= now else { return }
    turnTime = now
    engine.fireTimers(now: now)
  }

  private func runTimers() {
    guard let due = timers.nextDue else { return }
    let now = Clock.monotonicNanoseconds
    guard due <= now else { return }
    turnTime = Clock.now
    while let action = timers.take(now: now) {
      switch action {
      case .deadlines(let connection): checkDeadlines(of: connection, now: now)
      case .probeDisk: probeDisk()
      case .retryLoads: engine.applyWhatWaits(now: turnTime)
      case .resumeAccepting: resumeAccepting()
      case .idleExit: exitIfIdle()
      case .drained: stopWhenDrained(now: now)
      case .sweep: startSweep()
      case .giveMemoryBack: giveMemoryBack()
      }
    }
  }

  // MARK: memory

  /// Notes runs that ended. Once many have and none is left, what they used is given back to the system: the allocator
  /// would keep it for the next ones, which may never come.
  func noteEnded(runs: Int) {
    endedSinceTrim += runs
    guard runs > 0, endedSinceTrim >= Limits.runsBeforeTrim, engine.unfinishedRunCount == 0, !isTrimScheduled else {
      return
    }
    isTrimScheduled = true
    addTimer(after: Limits.trimDelay, .giveMemoryBack)
  }

  private func giveMemoryBack() {
    isTrimScheduled = false
    guard engine.unfinishedRunCount == 0 else { return }
    endedSinceTrim = 0
    // It takes a while, and any thread may do it.
    history.submit { _ in malloc_trim(0) }
  }

  // MARK: idleness

  /// Starts or restarts the wait of an idle daemon.
  func noteIdleness() {
    guard let idleExit = options.idleExit, connections.isEmpty else { return }
    idleSince = Clock.monotonicNanoseconds
    guard !isIdleTimerSet else { return }
    isIdleTimerSet = true
    addTimer(after: idleExit, .idleExit)
  }

  private func exitIfIdle() {
    isIdleTimerSet = false
    guard let idleExit = options.idleExit else { return }
    let (seconds, attoseconds) = idleExit.components
    let wanted = UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000)
    let idle = Clock.monotonicNanoseconds - idleSince
    if connections.isEmpty, engine.unfinishedRunCount == 0, idle >= wanted {
      log.info("nobody is connected and nothing runs: stopping, as --idle-exit says")
      drain()
    } else if connections.isEmpty {
      isIdleTimerSet = true
      addTimer(after: idle < wanted ? .nanoseconds(Int64(wanted - idle) + 1_000_000) : idleExit, .idleExit)
    }
  }

  // MARK: signals and the end

  private func takeSignals() {
    var info = signalfd_siginfo()
    while read(signalFD, &info, MemoryLayout<signalfd_siginfo>.size) == MemoryLayout<signalfd_siginfo>.size {
      switch Int32(info.ssi_signo) {
      case SIGHUP: reloadConfig()
      default:
        log.info("stopping", ["signal": String(info.ssi_signo)])
        if isDraining { isStopped = true } else { drain() }
      }
    }
  }

  /// New configuration is for what is decided from now on; runs that were admitted keep their snapshots.
  private func reloadConfig() {
    switch DaemonParts.readConfig(options.config) {
    case .success(let config):
      engine.transaction.config = config
      log.configure(options.logSettings(config))
      log.info("the configuration was read again", ["file": options.config])
    case .failure(let error):
      log.error("the configuration was not changed: \(error.message)", ["file": options.config])
    }
  }

  /// Stops: no new connections or calls; what was decided is committed and answered; commands are ended, and their runs
  /// go on at the next start.
  func drain() {
    isDraining = true
    engine.stopStarting()
    ServiceManager.notify("STOPPING=1")
    if isAccepting { poller.remove(listener.fd) }
    isAccepting = false
    if !listener.isInherited { unlink(listener.path) }
    for connection in connections.values where connection.features.contains("goaway") { sendGoAway(connection) }
    drainEnd = Clock.monotonicNanoseconds + Daemon.drainNanosecondsMax
    addTimer(after: .zero, .drained)
  }

  /// Stops once every call that was taken is answered, or when that takes too long.
  private func stopWhenDrained(now: UInt64) {
    let isDrained =
      !engine.isCommitting && connections.values.allSatisfy { $0.pending.isEmpty && $0.unsentByteCount == 0 }
    if isDrained || now >= drainEnd { isStopped = true } else { addTimer(after: .milliseconds(10), .drained) }
  }

  private func sendGoAway(_ connection: Connection) {
    let text = Array("flowd is stopping".utf8)
    FrameHeader(length: UInt32(8 + text.count), stream: 0, type: FrameType.goAway).append(to: &connection.output)
    withUnsafeBytes(of: (connection.streams.last.bigEndian, UInt32(0))) { connection.output.append(contentsOf: $0) }
    connection.output.append(contentsOf: text)
    scheduleFlush(connection)
  }

  /// Goes on with the runs of the daemon before this one, once nothing of it is left.
  private func resumeRuns() {
    let attempts = engine.cutOffAttempts
    guard engine.unfinishedRunCount > 0 else { return }
    log.info(
      "going on with runs of an earlier daemon",
      ["runs": String(engine.unfinishedRunCount), "steps_cut_off": String(attempts.count)])
    let mailbox = mailbox
    let log = log
    let finish: @Sendable () -> Void = {
      if !attempts.isEmpty {
        let ended = OrphanReaper.end(attempts: Set(attempts), identities: [])
        if !ended.isEmpty { log.info("ended processes of an earlier daemon", ["count": String(ended.count)]) }
      }
      mailbox.post { daemon in daemon.engine.resumeAfterRestart(now: daemon.turnTime) }
    }
    if attempts.isEmpty {
      finish()
    } else if (try? OwnThread(named: "orphans", body: finish)) == nil {
      finish()
    }
  }
}
