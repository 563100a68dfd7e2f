internal import CLinux
internal import FlowdModel
internal import Glibc

/// A handle on one process, which a later process with the same number can never take over (pidfd_open(2)).
struct ProcessHandle: ~Copyable {
  /// Becomes readable when the process ends.
  let descriptor: FileDescriptor

  /// - Returns: `nil` when the process has ended.
  init?(_ identity: ProcessIdentity) {
    let raw = clinux_pidfd_open(identity.pid)
    guard raw >= 0 else { return nil }
    let descriptor = FileDescriptor(owning: raw)
    // Checked after the handle was taken: if the process is the one that is meant now, the handle means it too.
    guard let status = ProcessStatus(of: identity.pid), status.identity == identity, !status.isZombie else {
      return nil
    }
    self.descriptor = descriptor
  }

  /// - Returns: Whether the signal was sent; it is not to a process that has ended or that belongs to somebody else.
  @discardableResult
  func send(_ signal: Int32) -> Bool { clinux_pidfd_send_signal(descriptor.raw, signal) == 0 }

  /// Waits for its end.
  ///
  /// - Returns: Whether it has ended.
  func waitForEnd(until deadline: MonotonicInstant) -> Bool {
    while true {
      let now = MonotonicInstant.now
      var request = pollfd(fd: descriptor.raw, events: Int16(POLLIN), revents: 0)
      if poll(&request, 1, deadline.timeout(from: now)) > 0 { return true }
      if deadline <= now { return false }
    }
  }
}
