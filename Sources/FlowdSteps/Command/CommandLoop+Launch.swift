internal import CLinux
internal import FlowdModel
internal import Glibc

extension CommandLoop {
  /// Starts a launcher; the command itself is started by the launcher, so nothing here waits for a file system but the one
  /// that has the secrets.
  func launch(_ request: CommandRequest, now: MonotonicInstant) {
    defer { earlyInput[request.attempt] = nil }
    do throws(SecretError) {
      let resolved = try CommandSecrets.resolve(request, from: setup.options.secrets)
      launch(resolved: resolved, now: now)
    } catch {
      report(request.attempt, .finished(StepResult(outcome: .notStarted(error.message))))
    }
  }

  private func launch(resolved request: CommandRequest, now: MonotonicInstant) {
    do throws(LaunchFailure) {
      try spawn(request, now: now)
    } catch {
      finish(request, failure: error)
    }
  }

  /// Reports an attempt that never had a process.
  func finish(_ request: CommandRequest, failure: LaunchFailure) {
    let outcome = failure.outcome(for: CommandPlace(request))
    report(request.attempt, .finished(StepResult(outcome: outcome)))
  }

  private func spawn(_ request: CommandRequest, now: MonotonicInstant) throws(LaunchFailure) {
    let slot = nextSlot
    nextSlot += 1
    let call = try LauncherCall(
      request, launch: slot, options: setup.options, privateDirectories: setup.privateDirectories)
    let input = try makeInput(for: request)
    let channels = try LauncherChannels()
    try watch(channels, input, slot: slot)
    let pid = try start(call, channels, input)
    input?.begin()
    let identity = ProcessStatus(of: pid)?.identity ?? ProcessIdentity(pid: pid, startTicks: 0)
    let launcher = LauncherProcess(pid: pid, control: channels.control)
    let redactor = Redactor(request.redacted)
    let output = OutputPipe(
      stream: .standardOutput, token: Self.token(slot, .output), descriptor: channels.output,
      output: streamOutput(redactor))
    let error = OutputPipe(
      stream: .standardError, token: Self.token(slot, .error), descriptor: channels.error,
      output: streamOutput(redactor))
    running[slot] = RunningCommand(
      request: request, launcher: launcher, identity: identity, standardOutput: output, standardError: error,
      input: input, privateDirectory: call.privateDirectory,
      gathering: setup.options.outputGathering, timeoutAt: request.timeout.map { now + $0 } ?? .never)
    slots[request.attempt] = slot
  }

  private func streamOutput(_ redactor: Redactor) -> StreamOutput {
    StreamOutput(
      capturedBytesMax: setup.options.capturedOutputBytesMax, streamedBytesMax: setup.options.streamedOutputBytesMax,
      redactor: redactor)
  }

  private func watch(
    _ channels: borrowing LauncherChannels, _ input: InputPipe?, slot: UInt64
  ) throws(LaunchFailure) {
    do throws(StepsError) {
      try setup.epoll.add(channels.control.raw, token: Self.token(slot, .control))
      try setup.epoll.add(channels.output.raw, token: Self.token(slot, .output))
      try setup.epoll.add(channels.error.raw, token: Self.token(slot, .error))
      if let raw = input?.raw { try setup.epoll.addForWriting(raw, token: Self.token(slot, .input)) }
    } catch {
      guard case .system(_, let code) = error else { throw LaunchFailure(stage: .launcher, code: EINVAL) }
      throw LaunchFailure(stage: .launcher, code: code)
    }
  }

  private func start(
    _ call: LauncherCall, _ channels: borrowing LauncherChannels, _ input: InputPipe?
  ) throws(LaunchFailure) -> Int32 {
    let arguments = CStringArray(call.arguments)
    let environment = CStringArray(call.environment)
    guard let argv = arguments.pointers.baseAddress, let envp = environment.pointers.baseAddress else {
      preconditionFailure("an array of C strings holds at least its end")
    }
    var pid: Int32 = 0
    let code = clinux_spawn(
      &pid, setup.launcherPath, argv, envp, input?.readingRaw ?? -1, channels.launcherOutput.raw,
      channels.launcherError.raw, channels.launcherControl.raw)
    guard code == 0 else { throw LaunchFailure(stage: .launcher, code: code) }
    return pid
  }
}
