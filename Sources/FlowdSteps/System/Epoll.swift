internal import CLinux
internal import Glibc

/// Waits for many descriptors at once, level-triggered.
package struct Epoll: ~Copyable, Sendable {
  private let descriptor: FileDescriptor

  /// Starts with nothing to watch. Throws when the process is short of descriptors.
  package init() throws(StepsError) {
    let raw = epoll_create1(Int32(EPOLL_CLOEXEC))
    guard raw >= 0 else { throw StepsError.system(call: "epoll_create1", code: errno) }
    descriptor = FileDescriptor(owning: raw)
  }

  /// Reports a descriptor whenever it is readable or at its end; it is forgotten when it is closed.
  ///
  /// - Parameter token: What `wait` returns for it.
  package func add(_ raw: Int32, token: UInt64) throws(StepsError) {
    guard control(EPOLL_CTL_ADD, raw, token: token, paused: false) == 0 else {
      throw StepsError.system(call: "epoll_ctl", code: errno)
    }
  }

  /// Reports a descriptor once whenever it has become writable, or its other side has closed.
  package func addForWriting(_ raw: Int32, token: UInt64) throws(StepsError) {
    var event = epoll_event()
    event.events = EPOLLOUT.rawValue | EPOLLET.rawValue
    event.data.u64 = token
    guard epoll_ctl(descriptor.raw, EPOLL_CTL_ADD, raw, &event) == 0 else {
      throw StepsError.system(call: "epoll_ctl", code: errno)
    }
  }

  /// Reports a paused descriptor again.
  package func resume(_ raw: Int32, token: UInt64) {
    let result = control(EPOLL_CTL_MOD, raw, token: token, paused: false)
    precondition(result == 0, "a registered descriptor can always be resumed")
  }

  /// Reports nothing of a registered descriptor until `resume`, save once that the other side has closed.
  package func pause(_ raw: Int32, token: UInt64) {
    let result = control(EPOLL_CTL_MOD, raw, token: token, paused: true)
    precondition(result == 0, "a registered descriptor can always be paused")
  }

  /// The end of a pipe is reported whether asked for or not: edge-triggered it is at least not reported again and again.
  private func control(_ operation: Int32, _ raw: Int32, token: UInt64, paused: Bool) -> Int32 {
    var event = epoll_event()
    event.events = paused ? EPOLLET.rawValue : EPOLLIN.rawValue
    event.data.u64 = token
    return epoll_ctl(descriptor.raw, operation, raw, &event)
  }

  /// Waits for at most 128 events.
  ///
  /// - Parameter milliseconds: How long at most; -1 without end.
  /// - Returns: The tokens of what is ready; empty when the time is over.
  package func wait(milliseconds: Int32) -> [UInt64] {
    withUnsafeTemporaryAllocation(of: epoll_event.self, capacity: 128) { events in
      let count = epoll_wait(descriptor.raw, events.baseAddress, Int32(events.count), milliseconds)
      guard count > 0 else { return [] }
      return (0..<Int(count)).map { events[$0].data.u64 }
    }
  }
}
