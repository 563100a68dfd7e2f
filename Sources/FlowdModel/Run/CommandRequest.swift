/// One attempt of a `run` step, ready to be executed: every reference is resolved.
package struct CommandRequest: Equatable, Sendable {
  package var attempt: AttemptID
  /// Program and arguments; the program is looked up in the `PATH` of `environment`.
  package var arguments: [String]
  /// `NAME=value`; the whole environment. Nothing of the daemon's is added but `FLOWD_ATTEMPT`, which marks the processes.
  package var environment: [String]
  /// Absolute.
  package var workingDirectory: String
  package var umask: FileMask
  package var timeout: Duration?
  package var input: CommandInput
  /// What the kernel keeps the command from; `nil`: nothing.
  package var confinement: Confinement?
  /// Secrets in `environment`, for whoever adds them: entries `NAME` with no value there.
  package var secrets: [EnvironmentSecret]
  /// Values that must not appear in anything that is reported.
  package var redacted: [String]
  /// Secrets whose values must not appear there either, if they have one: whoever executes the request looks them up.
  package var alsoRedacted: [Secret] = []

  package init(
    attempt: AttemptID, arguments: [String], environment: [String], workingDirectory: String,
    umask: FileMask = .ownerOnly, timeout: Duration? = nil, input: CommandInput = .none,
    confinement: Confinement? = nil, secrets: [EnvironmentSecret] = [], redacted: [String] = []
  ) {
    self.attempt = attempt
    self.arguments = arguments
    self.environment = environment
    self.workingDirectory = workingDirectory
    self.umask = umask
    self.timeout = timeout
    self.input = input
    self.confinement = confinement
    self.secrets = secrets
    self.redacted = redacted
  }
}

/// An environment variable whose value holds secrets.
package struct EnvironmentSecret: Equatable, Sendable {
  package var name: String
  package var value: SecretText

  package init(_ name: String, _ value: SecretText) {
    self.name = name
    self.value = value
  }
}

/// What is on a command's standard input.
package enum CommandInput: Equatable, Sendable {
  /// `/dev/null`.
  case none
  /// These bytes, then its end.
  case bytes([UInt8])
  /// What is written to it while it runs, until it is closed.
  case stream
}

/// What the kernel keeps a command from; where it cannot, the command is not started.
///
/// Everything may be read but `hidden`; nothing may be written but what is below `writable` and the private directory
/// that `TMPDIR` names. Unix sockets, changes of modes, owners and times, and tracing are refused.
package struct Confinement: Equatable, Sendable {
  /// Absolute paths of directories.
  package var writable: [String]
  /// Absolute paths; what is not there is left out.
  package var hidden: [String]

  package init(writable: [String] = [], hidden: [String] = []) {
    self.writable = writable
    self.hidden = hidden
  }
}
