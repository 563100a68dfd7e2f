internal import FlowdModel

/// All that the executor's thread knows of one command that has a launcher.
final class RunningCommand {
  let attempt: AttemptID
  let place: CommandPlace
  let launcher: LauncherProcess
  let identity: ProcessIdentity
  let standardOutput: OutputPipe
  let standardError: OutputPipe
  let input: InputPipe?
  /// Of a confined command.
  let privateDirectory: String?
  var life = CommandLife()
  var queue: OutputQueue
  var timeoutAt: MonotonicInstant
  /// When the launcher has had all the time it needs to carry out an order.
  var stuckAt = MonotonicInstant.never

  init(
    request: CommandRequest, launcher: LauncherProcess, identity: ProcessIdentity, standardOutput: OutputPipe,
    standardError: OutputPipe, input: InputPipe?, privateDirectory: String?, gathering: Duration,
    timeoutAt: MonotonicInstant
  ) {
    attempt = request.attempt
    place = CommandPlace(request)
    self.launcher = launcher
    self.identity = identity
    self.standardOutput = standardOutput
    self.standardError = standardError
    self.input = input
    self.privateDirectory = privateDirectory
    queue = OutputQueue(gathering: gathering)
    self.timeoutAt = timeoutAt
  }

  var pipes: [OutputPipe] { [standardOutput, standardError] }

  /// The next instant at which something is due.
  var dueAt: MonotonicInstant { min(timeoutAt, stuckAt, queue.dueAt) }
}
