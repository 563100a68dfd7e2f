internal import CLinux
internal import Glibc

/// A running `flowd-launch`, seen from flowd.
///
/// Belongs to the executor's thread. Letting go of it ends its command: the launcher notices that the socket has ended.
final class LauncherProcess {
  let pid: Int32
  private var control: FileDescriptor?

  /// - Parameter pid: A child of this process that is not waited for elsewhere.
  init(pid: Int32, control: consuming FileDescriptor) {
    self.pid = pid
    self.control = consume control
  }

  enum Receipt: Equatable {
    case message(LauncherMessage)
    case nothing
    case end
  }

  /// The next message; never blocks. A message that makes no sense counts as the end.
  func receive() -> Receipt {
    guard let raw = control?.raw else { return .nothing }
    return withUnsafeTemporaryAllocation(byteCount: 64, alignment: 8) { buffer in
      let got = recv(raw, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT))
      if got < 0, errno == EAGAIN || errno == EINTR { return .nothing }
      guard got > 0 else { return .end }
      return LauncherMessage(UnsafeRawBufferPointer(rebasing: buffer[..<got])).map { .message($0) } ?? .end
    }
  }

  /// Closes the socket, whose end was read.
  func stopListening() { control = nil }

  /// SIGTERM to the tree, the grace, SIGKILL.
  func orderTermination() {
    send(FLOWD_LAUNCH_TERMINATE)
    // A command can stop its launcher, which then would not read the order.
    kill(pid, SIGCONT)
  }

  /// SIGKILL to the tree.
  func orderKill() {
    send(FLOWD_LAUNCH_KILL)
    kill(pid, SIGCONT)
  }

  /// Ends the launcher itself. Not reaped yet, so the pid is still its own.
  func kill9() { kill(pid, SIGKILL) }

  /// A launcher that is gone cannot be told anything; its end is noticed by reading.
  private func send(_ order: flowd_launch_order) {
    guard let raw = control?.raw else { return }
    var byte = UInt8(truncatingIfNeeded: order.rawValue)
    _ = Glibc.send(raw, &byte, 1, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
  }
}
