internal import Glibc

/// A value that several threads use, guarded by one POSIX mutex.
///
/// `Synchronization.Mutex` is not used: under contention ThreadSanitizer reports races in it that are none (6.3.1, Linux).
/// The lock is not recursive: taking it again inside `withLock` hangs.
package final class Locked<Value: Sendable>: @unchecked Sendable {
  // Touched only between lock and unlock of `mutex`, which is what makes the class Sendable.
  private var value: Value
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>

  /// Starts with `value`, unlocked.
  package init(_ value: Value) {
    self.value = value
    mutex = .allocate(capacity: 1)
    let code = pthread_mutex_init(mutex, nil)
    precondition(code == 0, "a mutex without attributes can always be made")
  }

  deinit {
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  /// Runs `body` with the value while no other thread has it; keep it short and call nothing that waits.
  package func withLock<Result, Failure: Error>(
    _ body: (inout Value) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body(&value)
  }
}
