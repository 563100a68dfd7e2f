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

/// A counting semaphore (POSIX), for threads that wait for one another.
final class Semaphore: @unchecked Sendable {
  // The C library guards what it points to.
  private let semaphore: UnsafeMutablePointer<sem_t>

  init(_ value: UInt32 = 0) {
    semaphore = .allocate(capacity: 1)
    sem_init(semaphore, 0, value)
  }

  deinit {
    sem_destroy(semaphore)
    semaphore.deallocate()
  }

  func signal() { sem_post(semaphore) }

  func wait() {
    while sem_wait(semaphore) != 0 && errno == EINTR {}
  }
}
