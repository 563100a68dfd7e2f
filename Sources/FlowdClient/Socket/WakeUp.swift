internal import CLinux
internal import Glibc

/// Wakes a thread that waits in `poll`.
final class WakeUp: Sendable {
  let descriptor: Int32

  init() {
    descriptor = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
    precondition(descriptor >= 0, "no file descriptor is left for a client")
  }

  deinit { close(descriptor) }

  func signal() { eventfd_write(descriptor, 1) }

  func clear() {
    var value: eventfd_t = 0
    eventfd_read(descriptor, &value)
  }
}
