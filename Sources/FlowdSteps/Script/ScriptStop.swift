internal import FlowdModel

/// Whether a running script has to stop, and why it did.
///
/// Ordered by any thread; asked by the one that runs the script, every few thousand instructions.
final class ScriptStop: Sendable {
  enum Cause: Equatable, Sendable {
    case ordered, timedOut
  }

  private struct State: Sendable {
    var isOrdered = false
    var cause: Cause?
  }

  private let state = Locked(State())
  private let timeoutAt: MonotonicInstant

  /// - Parameter timeout: From now; `nil` for none.
  init(after timeout: Duration?) { timeoutAt = timeout.map { .now + $0 } ?? .never }

  /// Stops the script the next time it asks.
  func order() { state.withLock { $0.isOrdered = true } }

  /// The script's question. Once the answer was yes it stays so, with the same cause.
  func isDue() -> Bool {
    state.withLock { state in
      if state.cause == nil {
        if state.isOrdered {
          state.cause = .ordered
        } else if timeoutAt <= .now {
          state.cause = .timedOut
        }
      }
      return state.cause != nil
    }
  }

  /// Why the script was told to stop; `nil`: it was not, and ended by itself.
  var cause: Cause? { state.withLock { $0.cause } }
}
