internal import Glibc

/// A thread for work that blocks, with all signals blocked so that they reach the main thread.
package final class OwnThread: Sendable {
  /// The errno value of a thread that could not be made.
  package struct StartError: Error, Equatable {
    /// As pthread_create(3) returned it.
    package let code: Int32
  }

  private final class Body: Sendable {
    let name: String
    let run: @Sendable () -> Void

    init(name: String, run: @escaping @Sendable () -> Void) {
      self.name = name
      self.run = run
    }
  }

  private let thread: pthread_t
  private let isJoined = Locked(false)

  /// Starts a thread that runs `body` once.
  ///
  /// - Parameter name: At most 15 bytes, as `ps -L` and debuggers show it.
  package init(named name: String, body: @escaping @Sendable () -> Void) throws(StartError) {
    precondition(name.utf8.count <= 15, "the kernel keeps 15 bytes of a thread's name")
    let context = Unmanaged.passRetained(Body(name: name, run: body))
    var all = sigset_t()
    var before = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_SETMASK, &all, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    var thread = pthread_t()
    let code = pthread_create(
      &thread, nil,
      { context in
        guard let context else { return nil }
        let body = Unmanaged<Body>.fromOpaque(context).takeRetainedValue()
        nameCurrentThread(body.name)
        body.run()
        return nil
      }, context.toOpaque())
    guard code == 0 else {
      context.release()
      throw StartError(code: code)
    }
    self.thread = thread
  }

  /// Whether the caller runs on this thread.
  package var isCurrent: Bool { pthread_equal(pthread_self(), thread) != 0 }

  /// Waits until the body has returned. Called more than once, the first call waits.
  package func join() {
    precondition(!isCurrent, "a thread cannot wait for itself")
    let isFirst = isJoined.withLock { joined in
      defer { joined = true }
      return !joined
    }
    if isFirst { pthread_join(thread, nil) }
  }

  deinit {
    let wasJoined = isJoined.withLock { $0 }
    if !wasJoined { pthread_detach(thread) }
  }
}

/// For `ps -L` and debuggers; a failure changes nothing else. The file is what `pthread_setname_np` writes, which Swift's
/// Glibc module does not show.
private func nameCurrentThread(_ name: String) {
  let file = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
  guard file >= 0 else { return }
  _ = name.withCString { write(file, $0, strlen($0)) }
  close(file)
}
