internal import FlowdModel
internal import Glibc

/// What the executor's thread is given; made before the thread, so that failures can be thrown.
final class CommandLoopSetup: Sendable {
  let launcherPath: String
  let options: CommandExecutor.Options
  let privateDirectories: PrivateDirectories?
  let mailbox: OrderQueue<CommandOrder>
  let deliver: @Sendable ([StepReport]) -> Void
  let epoll: Epoll

  init(
    launcherPath: String, options: CommandExecutor.Options, privateDirectories: PrivateDirectories?,
    mailbox: OrderQueue<CommandOrder>, deliver: @escaping @Sendable ([StepReport]) -> Void
  ) throws(StepsError) {
    self.launcherPath = launcherPath
    self.options = options
    self.privateDirectories = privateDirectories
    self.mailbox = mailbox
    self.deliver = deliver
    epoll = try Epoll()
    try epoll.add(mailbox.raw, token: CommandLoop.mailboxToken)
  }
}

/// The executor's thread: waits for launchers, pipes, orders and times, and turns them into reports.
///
/// Every command has a slot, a number that is never used again, so that an event that is late finds nothing.
final class CommandLoop {
  static let mailboxToken: UInt64 = 0
  /// Launches between two looks at the other commands: each holds the thread for some tenths of a millisecond.
  static let launchesPerRoundMax = 8

  let setup: CommandLoopSetup
  var running: [UInt64: RunningCommand] = [:]
  var slots: [AttemptID: UInt64] = [:]
  var waiting = WaitingLine<CommandRequest>()
  /// What was written to attempts that wait and take their input from a stream.
  var earlyInput: [AttemptID: InputBacklog] = [:]
  var sweeper: OrphanSweeper
  /// Launchers that have done their work and are about to exit.
  var exiting: [Int32] = []
  var reports: [StepReport] = []
  var nextSlot: UInt64 = 1
  var ending: ShutdownPhase = .none
  let scratch: UnsafeMutableRawBufferPointer

  init(_ setup: CommandLoopSetup) {
    self.setup = setup
    sweeper = OrphanSweeper(mailbox: setup.mailbox, grace: setup.options.grace)
    scratch = .allocate(byteCount: 65_536, alignment: 16)
  }

  deinit { scratch.deallocate() }

  /// Works until it is told to shut down.
  func run() {
    while true {
      let tokens = setup.epoll.wait(milliseconds: timeout(now: .now))
      let now = MonotonicInstant.now
      for token in tokens where token != Self.mailboxToken { handle(token: token, now: now) }
      for order in setup.mailbox.take() { carryOut(order, now: now) }
      handleDueTimes(now: now)
      launchWaiting(now: now)
      sweeper.startIfDue()
      exiting.removeAll { hasExited($0) }
      if ending != .none {
        reports = []
        if isShutDown(now: now) { return }
      } else if !reports.isEmpty {
        setup.deliver(reports)
        reports = []
      }
    }
  }

  func report(_ attempt: AttemptID, _ kind: StepReport.Kind) {
    reports.append(StepReport(attempt: attempt, kind: kind))
  }

  private func timeout(now: MonotonicInstant) -> Int32 {
    if !waiting.isEmpty, running.count < setup.options.processesMax, ending == .none { return 0 }
    var due = min(sweeper.dueAt, ending.dueAt)
    for command in running.values { due = min(due, command.dueAt) }
    // An exit that was announced takes some microseconds more; nothing tells of it but asking.
    if !exiting.isEmpty { due = min(due, now + .milliseconds(2)) }
    return due.timeout(from: now)
  }

  private func carryOut(_ order: CommandOrder, now: MonotonicInstant) {
    switch order {
    case .start(let request):
      admit(request)
    case .terminate(let attempt):
      if let slot = slots[attempt], let command = running[slot] {
        apply(.cancelled, to: command, slot: slot, now: now)
      } else if waiting.remove(where: { $0.attempt == attempt }) != nil {
        earlyInput[attempt] = nil
        report(attempt, .finished(StepResult(outcome: .cancelled)))
      }
    case .acknowledge(let attempt, let bytes):
      guard let slot = slots[attempt], let command = running[slot] else { return }
      command.queue.acknowledge(bytes)
      resumePipes(of: command)
    case .write(let attempt, let bytes):
      write(bytes, to: attempt, now: now)
    case .closeInput(let attempt):
      closeInput(of: attempt)
    case .orphansEnded(let ended):
      sweeper.hasEnded()
      for slot in ended {
        if let command = running[slot] { apply(.orphansEnded, to: command, slot: slot, now: now) }
      }
    case .shutDown:
      if ending == .none { beginShutdown(now: now) }
    }
  }

  private func admit(_ request: CommandRequest) {
    guard ending == .none else { return }
    precondition(slots[request.attempt] == nil, "an attempt is started once")
    guard waiting.count < Limits.waitingCommandsMax else {
      finish(request, failure: LaunchFailure(stage: .queue, code: 0))
      return
    }
    if request.input == .stream { earlyInput[request.attempt] = InputBacklog() }
    waiting.append(request)
  }

  private func launchWaiting(now: MonotonicInstant) {
    guard ending == .none else { return }
    var launches = 0
    while running.count < setup.options.processesMax, launches < Self.launchesPerRoundMax,
      let request = waiting.popFirst()
    {
      launch(request, now: now)
      launches += 1
    }
  }

  private func handleDueTimes(now: MonotonicInstant) {
    for (slot, command) in running where command.dueAt <= now {
      if command.timeoutAt <= now {
        command.timeoutAt = .never
        apply(.timedOut, to: command, slot: slot, now: now)
      }
      if command.stuckAt <= now {
        command.stuckAt = .never
        apply(.stuck, to: command, slot: slot, now: now)
      }
      if command.queue.dueAt <= now { handOn(command, now: now) }
    }
  }

  /// Reaps a launcher.
  ///
  /// - Returns: Whether it is gone; also when something else in this process has reaped it.
  func hasExited(_ pid: Int32) -> Bool {
    var status: Int32 = 0
    return waitpid(pid, &status, WNOHANG) != 0
  }
}
