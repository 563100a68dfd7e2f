internal import CLinux
internal import Glibc

/// Wakes a thread that waits in `epoll_wait` or `poll`: readable from the first `signal` until `clear`.
package struct EventFD: ~Copyable, Sendable {
  private let descriptor: FileDescriptor

  /// Starts unreadable. Throws when the process is short of descriptors.
  package init() throws(StepsError) {
    let raw = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    guard raw >= 0 else { throw StepsError.system(call: "eventfd", code: errno) }
    descriptor = FileDescriptor(owning: raw)
  }

  /// To be watched for reading.
  package var raw: Int32 { descriptor.raw }

  /// Makes it readable; from any thread, never blocks.
  package func signal() {
    // The one possible failure, EAGAIN, means that the counter is full: readable all the same.
    _ = eventfd_write(descriptor.raw, 1)
  }

  /// Makes it unreadable again.
  package func clear() {
    var count: eventfd_t = 0
    _ = eventfd_read(descriptor.raw, &count)
  }
}
