/// One attempt of a `run` step, ready to be executed: every reference is resolved.
package struct CommandRequest: Equatable, Sendable {
  package var attempt: AttemptID
  /// Program and arguments; the program is looked up in the `PATH` of `environment`.
  package var arguments: [String]
  /// `NAME=value`; the whole environment. Nothing of the daemon's is added but `FLOWD_ATTEMPT`, which marks the processes.
  package var environment: [String]
  /// Absolute.
  package var workingDirectory: String
  package var timeout: Duration?

  package init(
    attempt: AttemptID, arguments: [String], environment: [String], workingDirectory: String,
    timeout: Duration? = nil
  ) {
    self.attempt = attempt
    self.arguments = arguments
    self.environment = environment
    self.workingDirectory = workingDirectory
    self.timeout = timeout
  }
}
