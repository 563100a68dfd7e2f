internal import FlowdModel

/// Has the orphans of killed launchers ended on a thread of its own, one sweep at a time.
///
/// Belongs to the executor's thread; the end of a sweep arrives there as an order.
struct OrphanSweeper {
  private struct Orphans {
    var slot: UInt64
    var attempt: AttemptID
    var session: Int32
    var privateDirectory: String?
  }

  private let mailbox: OrderQueue<CommandOrder>
  private let grace: Duration
  private var pending: [Orphans] = []
  private var isBusy = false

  init(mailbox: OrderQueue<CommandOrder>, grace: Duration) {
    self.mailbox = mailbox
    self.grace = grace
  }

  /// When `startIfDue` wants to be called at the latest: soon, when a thread could not be had.
  var dueAt: MonotonicInstant { pending.isEmpty || isBusy ? .never : .now + .milliseconds(100) }

  /// - Parameters:
  ///   - session: The launcher's, which must not be reaped before the sweep has ended.
  ///   - privateDirectory: Removed when the orphans are dead.
  mutating func add(slot: UInt64, attempt: AttemptID, session: Int32, privateDirectory: String?) {
    pending.append(
      Orphans(slot: slot, attempt: attempt, session: session, privateDirectory: privateDirectory))
  }

  /// The order of a sweep that has ended was received.
  mutating func hasEnded() { isBusy = false }

  /// Starts a sweep for all that were added, when none runs.
  mutating func startIfDue() {
    guard !pending.isEmpty, !isBusy else { return }
    let scan = OrphanScan(attempts: Set(pending.map(\.attempt)), sessions: Set(pending.map(\.session)))
    let ended = pending.map(\.slot)
    let directories = pending.compactMap(\.privateDirectory)
    let work: @Sendable () -> Void = { [mailbox, grace] in
      _ = OrphanReaper.end(scan, grace: grace)
      for directory in directories { PrivateDirectories.remove(directory) }
      mailbox.post(.orphansEnded(slots: ended))
    }
    guard (try? OwnThread(named: "steps-sweep", body: work)) != nil else { return }
    pending = []
    isBusy = true
  }
}
