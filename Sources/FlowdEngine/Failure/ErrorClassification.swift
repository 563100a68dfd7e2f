internal import FlowdModel

/// What the end of an attempt means for its step, before checks, retries and the mode have their say.
enum ErrorClassification {
  /// The exit code, and the error when the attempt failed. `cancelled` is for the caller: it is no failure.
  ///
  /// A command that fails may well succeed later, so its exit codes are recoverable but for those that say it cannot
  /// be executed (126, 127, as POSIX shells have them) or was used wrongly (64–66, 72, 73, 77, 78 of sysexits.h).
  static func classify(
    _ outcome: StepResult.Outcome, timeout: Duration?
  ) -> (exitCode: Int32?, error: StepError?) {
    switch outcome {
    case .exited(0): (0, nil)
    case .exited(let code): (code, StepError(errorClass(ofExit: code), "exited with code \(code)\(hint(code))"))
    case .signalled(let signal): (nil, StepError(.recoverable, "ended by signal \(signal)"))
    case .timedOut: (nil, StepError(.recoverable, "timed out after \(timeout.map(describe) ?? "its time")"))
    case .notStarted(let reason): (nil, StepError(.fatal, reason))
    case .raised(let error): (nil, StepError(.fatal, error.message))
    case .subflowFailed(let error): (nil, error)
    case .responded(let status, _): (nil, classify(status: status))
    case .requestFailed(let failure, let message): (nil, StepError(errorClass(of: failure), message))
    case .agentFailed(let failure, let message, _): (nil, StepError(errorClass(of: failure), message))
    case .returned, .answered, .elapsed, .cancelled: (nil, nil)
    }
  }

  static func errorClass(ofExit code: Int32) -> StepError.Class {
    switch code {
    case 64, 65, 66, 72, 73, 77, 78, 126, 127: .fatal
    default: .recoverable
    }
  }

  private static func hint(_ code: Int32) -> String {
    switch code {
    case 126: " (found, but cannot be executed)"
    case 127: " (command not found)"
    case 129...159: " (128 + signal \(code - 128))"
    default: ""
    }
  }

  static func describe(_ duration: Duration) -> String {
    let (seconds, attoseconds) = duration.components
    let milliseconds = attoseconds / 1_000_000_000_000_000
    if seconds == 0 { return "\(milliseconds) ms" }
    return milliseconds == 0 ? "\(seconds) s" : "\(Double(seconds) + Double(milliseconds) / 1000) s"
  }
}
