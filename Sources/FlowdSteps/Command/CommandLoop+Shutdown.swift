internal import FlowdModel

/// How far a shutdown has come, and until when that phase lasts.
enum ShutdownPhase: Equatable {
  case none
  case terminating(until: MonotonicInstant)
  case killing(until: MonotonicInstant)

  var dueAt: MonotonicInstant {
    switch self {
    case .none: .never
    case .terminating(let until), .killing(let until): until
    }
  }
}

extension CommandLoop {
  private static let terminating = Duration.seconds(1)
  private static let killing = Duration.seconds(3)

  func beginShutdown(now: MonotonicInstant) {
    ending = .terminating(until: now + Self.terminating)
    waiting.removeAll()
    earlyInput = [:]
    for (slot, command) in running { apply(.cancelled, to: command, slot: slot, now: now) }
  }

  /// - Returns: Whether the thread may end. Launchers that are left then notice that their socket has ended.
  func isShutDown(now: MonotonicInstant) -> Bool {
    if running.isEmpty, exiting.isEmpty { return true }
    guard ending.dueAt <= now else { return false }
    switch ending {
    case .none:
      return false
    case .terminating:
      ending = .killing(until: now + Self.killing)
      for command in running.values { command.launcher.orderKill() }
      return false
    case .killing:
      return true
    }
  }
}
