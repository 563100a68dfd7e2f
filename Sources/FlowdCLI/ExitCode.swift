/// What the program's end tells a script.
package enum ExitCode: Int32, Equatable, Sendable {
  case ok = 0
  /// A run did not succeed, or a check found something wrong.
  case failed = 1
  /// The command line is wrong.
  case usage = 2
  /// The daemon cannot be reached.
  case unreachable = 3
  /// The daemon refused.
  case refused = 4
  /// A question waits, and nobody was to be asked.
  case waiting = 5
  /// Ctrl-C.
  case interrupted = 130
}
