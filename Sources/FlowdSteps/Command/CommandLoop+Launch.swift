internal import CLinux
internal import FlowdModel
internal import Glibc

extension CommandLoop {
  /// Starts a launcher; the command itself is started by the launcher, so nothing here waits for a file system.
  func launch(_ request: CommandRequest, now: MonotonicInstant) {
    do {
      try spawn(request, now: now)
    } catch {
      finish(request, failure: error)
    }
  }

  /// Reports an attempt that never had a process.
  func finish(_ request: CommandRequest, failure: LaunchFailure) {
    let sentence = failure.sentence(for: CommandPlace(request))
    report(request.attempt, .finished(StepResult(outcome: .notStarted(sentence))))
  }

  private func spawn(_ request: CommandRequest, now: MonotonicInstant) throws(LaunchFailure) {
    let slot = nextSlot
    nextSlot += 1
    guard !request.arguments.isEmpty else { throw LaunchFailure(stage: .notFound, code: ENOENT) }
    let texts = request.arguments + request.environment + [request.workingDirectory]
    guard texts.allSatisfy({ !$0.utf8.contains(0) }) else { throw LaunchFailure(stage: .text, code: EINVAL) }

    let channels = try LauncherChannels()
    do {
      try setup.epoll.add(channels.control.raw, token: Self.token(slot, .control))
      try setup.epoll.add(channels.output.raw, token: Self.token(slot, .output))
      try setup.epoll.add(channels.error.raw, token: Self.token(slot, .error))
    } catch {
      guard case .system(_, let code) = error else { throw LaunchFailure(stage: .launcher, code: EINVAL) }
      throw LaunchFailure(stage: .launcher, code: code)
    }
    let pid = try start(request, channels)
    let identity = ProcessStatus(of: pid)?.identity ?? ProcessIdentity(pid: pid, startTicks: 0)
    let launcher = LauncherProcess(pid: pid, control: channels.control)
    let output = OutputPipe(
      stream: .standardOutput, token: Self.token(slot, .output), descriptor: channels.output)
    let error = OutputPipe(stream: .standardError, token: Self.token(slot, .error), descriptor: channels.error)
    running[slot] = RunningCommand(
      request: request, launcher: launcher, identity: identity, standardOutput: output, standardError: error,
      timeoutAt: request.timeout.map { now + $0 } ?? .never)
    slots[request.attempt] = slot
  }

  private func start(
    _ request: CommandRequest, _ channels: borrowing LauncherChannels
  ) throws(LaunchFailure) -> Int32 {
    let options = setup.options
    let words =
      [
        "flowd-launch", String(options.grace.wholeMilliseconds), String(options.leftoverGrace.wholeMilliseconds),
        request.workingDirectory, "--",
      ] + request.arguments
    let arguments = CStringArray(words)
    let environment = CStringArray(AttemptToken.marked(request.environment, for: request.attempt))
    guard let argv = arguments.pointers.baseAddress, let envp = environment.pointers.baseAddress else {
      preconditionFailure("an array of C strings holds at least its end")
    }
    var pid: Int32 = 0
    let code = clinux_spawn(
      &pid, setup.launcherPath, argv, envp, channels.launcherOutput.raw, channels.launcherError.raw,
      channels.launcherControl.raw)
    guard code == 0 else { throw LaunchFailure(stage: .launcher, code: code) }
    return pid
  }
}

extension Duration {
  /// Rounded down; 0 for less than none.
  fileprivate var wholeMilliseconds: Int64 {
    max(0, components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000)
  }
}
