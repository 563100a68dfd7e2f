internal import FlowdClient
internal import Glibc

/// Signals as values, for programs that have to end in order.
enum SignalThread {
  enum Kind: Sendable {
    /// Ctrl-C.
    case interrupt
    case terminate
    /// Ctrl-Z.
    case suspend
    case resize
  }

  /// Blocks the signals in this thread, and so in those it starts, and waits for them in one of its own.
  static func start(_ handle: @escaping @Sendable (Kind) -> Void) {
    let handled = [SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGWINCH]
    var set = sigset_t()
    sigemptyset(&set)
    for signal in handled { sigaddset(&set, signal) }
    pthread_sigmask(SIG_BLOCK, &set, nil)
    let waited = set
    ClientThread.start {
      var waited = waited
      while true {
        var signal: Int32 = 0
        guard sigwait(&waited, &signal) == 0 else { continue }
        switch signal {
        case SIGINT: handle(.interrupt)
        case SIGTERM, SIGHUP: handle(.terminate)
        case SIGTSTP: handle(.suspend)
        case SIGWINCH: handle(.resize)
        default: continue
        }
      }
    }
  }
}
