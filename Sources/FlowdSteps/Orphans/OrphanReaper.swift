package import FlowdModel
internal import Glibc

/// Ends processes whose daemon or whose launcher has died.
///
/// Blocks for seconds, so it is called on a thread of its own.
package enum OrphanReaper {
  /// After SIGKILL: what lives longer is stuck in the kernel, or belongs to another user.
  private static let killing = Duration.seconds(10)
  /// Between two looks when no process ends.
  private static let pause = Duration.milliseconds(50)
  /// Scans in a row that have to find nothing: one may miss what is forked while it reads.
  private static let cleanScansNeeded = 2

  /// Ends all that an earlier daemon left of these attempts.
  ///
  /// First waits for the launchers, which end their own trees when their daemon is gone; then looks for what carries the
  /// attempts' tokens. A process is told from a later one with the same number by its start time.
  ///
  /// - Parameters:
  ///   - attempts: Those that had been started and not settled.
  ///   - identities: The launchers that were recorded for them, as `launched` reported them.
  ///   - grace: Between SIGTERM and SIGKILL.
  ///   - launcherPatience: How long launchers may take before they are killed themselves.
  /// - Returns: The processes that had to be ended here, by number; empty when the launchers had done it all.
  package static func end(
    attempts: Set<AttemptID>, identities: [ProcessIdentity],
    grace: Duration = .seconds(Limits.terminationGraceSeconds),
    launcherPatience: Duration = .seconds(Limits.terminationGraceSeconds + 3)
  ) -> [Int32] {
    let deadline = MonotonicInstant.now + launcherPatience
    var ended: Set<Int32> = []
    for identity in identities {
      guard let launcher = ProcessHandle(identity) else { continue }
      // One that was stopped by its command would wait for ever.
      launcher.send(SIGCONT)
      if !launcher.waitForEnd(until: deadline), launcher.send(SIGKILL) { ended.insert(identity.pid) }
    }
    ended.formUnion(end(OrphanScan(attempts: attempts), grace: grace))
    return ended.sorted()
  }

  /// Ends what a scan finds, again and again until it finds nothing.
  static func end(_ scan: OrphanScan, grace: Duration) -> [Int32] {
    let killAt = MonotonicInstant.now + grace
    let giveUpAt = killAt + killing
    var asked: [Int32: ProcessIdentity] = [:]
    var cleanScans = 0
    while cleanScans < cleanScansNeeded {
      let scanned = scan.run()
      let found = scanned ?? []
      cleanScans = scanned?.isEmpty == true ? cleanScans + 1 : 0
      let now = MonotonicInstant.now
      if now >= giveUpAt { break }
      for identity in found {
        if now >= killAt {
          ProcessHandle(identity)?.send(SIGKILL)
        } else if asked[identity.pid] != identity {
          // Only once: to many programs a second SIGTERM means "at once".
          ProcessHandle(identity)?.send(SIGTERM)
          ProcessHandle(identity)?.send(SIGCONT)
        }
        asked[identity.pid] = identity
      }
      if cleanScans == 0 { waitForChange(in: found, until: now < killAt ? min(killAt, now + pause) : now + pause) }
    }
    return asked.keys.sorted()
  }

  /// Returns when one of the processes has ended, or at the deadline; with none, at the deadline.
  private static func waitForChange(in processes: [ProcessIdentity], until deadline: MonotonicInstant) {
    // One is enough: the others are looked at by the next scan.
    guard let identity = processes.first else {
      _ = poll(nil, 0, deadline.timeout(from: .now))
      return
    }
    _ = ProcessHandle(identity)?.waitForEnd(until: deadline)
  }
}
