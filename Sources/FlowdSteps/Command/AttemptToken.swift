internal import FlowdModel

/// What marks every process of an attempt: the environment variable `FLOWD_ATTEMPT=<run>/<step>/<attempt>`.
///
/// It is inherited by whatever the command starts, so it outlives launchers, sessions and parents; a command can tell from
/// it that it runs under flowd. It is the only thing that is added to a request's environment.
enum AttemptToken {
  static let variable = "FLOWD_ATTEMPT"

  /// The entry of the environment.
  static func entry(for attempt: AttemptID) -> String {
    "\(variable)=\(attempt.run)/\(attempt.step)/\(attempt.attempt)"
  }

  /// The environment with the token first; an older token (flowd run by a step of another flowd) is replaced.
  static func marked(_ environment: [String], for attempt: AttemptID) -> [String] {
    [entry(for: attempt)] + environment.filter { !$0.hasPrefix("\(variable)=") }
  }
}
