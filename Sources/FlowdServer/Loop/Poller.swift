internal import CLinux
internal import Glibc

/// The loop's epoll instance. What it watches is told apart by a 64-bit tag.
final class Poller {
  struct Interest: OptionSet {
    let rawValue: UInt32
    static let read = Interest(rawValue: EPOLLIN.rawValue)
    static let write = Interest(rawValue: EPOLLOUT.rawValue)
  }

  private let fd: Int32
  private var events = [epoll_event](repeating: epoll_event(), count: 256)

  init() {
    fd = epoll_create1(Int32(EPOLL_CLOEXEC))
    precondition(fd >= 0, "an epoll instance can be made at start")
  }

  deinit { close(fd) }

  func add(_ descriptor: Int32, _ interest: Interest, tag: UInt64) -> Bool {
    var event = epoll_event(events: interest.rawValue, data: epoll_data_t(u64: tag))
    return epoll_ctl(fd, EPOLL_CTL_ADD, descriptor, &event) == 0
  }

  func change(_ descriptor: Int32, _ interest: Interest, tag: UInt64) {
    var event = epoll_event(events: interest.rawValue, data: epoll_data_t(u64: tag))
    _ = epoll_ctl(fd, EPOLL_CTL_MOD, descriptor, &event)
  }

  func remove(_ descriptor: Int32) {
    _ = epoll_ctl(fd, EPOLL_CTL_DEL, descriptor, nil)
  }

  /// Waits, and calls `handle` with the tag and the epoll flags of each descriptor that is ready.
  ///
  /// - Parameter milliseconds: -1: without end.
  @inline(__always)
  func wait(milliseconds: Int32, _ handle: (UInt64, UInt32) -> Void) {
    let count = events.withUnsafeMutableBufferPointer { buffer in
      epoll_wait(fd, buffer.baseAddress, Int32(buffer.count), milliseconds)
    }
    guard count > 0 else { return }
    for index in 0..<Int(count) { handle(events[index].data.u64, events[index].events) }
  }
}
