internal import FlowdModel
internal import Glibc

extension CommandLoop {
  /// Which of a command's descriptors an event is about: the two low bits of a token, the slot above them.
  enum Source: UInt64 {
    case input = 0
    case control = 1
    case output = 2
    case error = 3
  }

  static func token(_ slot: UInt64, _ source: Source) -> UInt64 { slot << 2 | source.rawValue }

  /// Of one read that is kept; small, so that the order of what is read from both streams is close to the one written.
  static let readBytesMax = 16_384

  func handle(token: UInt64, now: MonotonicInstant) {
    let slot = token >> 2
    guard let command = running[slot], let source = Source(rawValue: token & 3) else { return }
    switch source {
    case .input: command.input?.flush()
    case .control: readControl(of: command, slot: slot, now: now)
    case .output: read(command.standardOutput, of: command, slot: slot, now: now)
    case .error: read(command.standardError, of: command, slot: slot, now: now)
    }
  }

  private func readControl(of command: RunningCommand, slot: UInt64, now: MonotonicInstant) {
    while running[slot] != nil {
      switch command.launcher.receive() {
      case .message(let message):
        apply(.message(message), to: command, slot: slot, now: now)
      case .nothing:
        return
      case .end:
        // Its end would be reported for ever, and nothing more can come.
        command.launcher.stopListening()
        apply(.controlEnded, to: command, slot: slot, now: now)
        return
      }
    }
  }

  /// Lets the command's life go on by one event.
  func apply(_ event: CommandLife.Event, to command: RunningCommand, slot: UInt64, now: MonotonicInstant) {
    switch command.life.handle(event) {
    case nil:
      break
    case .announce:
      report(command.attempt, .launched(command.identity))
    case .orderEnd:
      command.launcher.orderTermination()
      command.stuckAt = now + setup.options.grace + setup.options.launcherPatience
    case .killLauncher:
      command.launcher.kill9()
    case .endOrphans(let announceFirst):
      if announceFirst { report(command.attempt, .launched(command.identity)) }
      command.stuckAt = .never
      sweeper.add(
        slot: slot, attempt: command.attempt, session: command.launcher.pid,
        privateDirectory: command.privateDirectory)
    case .finish(let ending):
      finish(command, slot: slot, ending: ending, now: now)
    }
    if command.life.hasEnded { command.timeoutAt = .never }
  }

  /// Reads once; a stream past its cap is read and thrown away, so that it never blocks the command.
  private func read(_ pipe: OutputPipe, of command: RunningCommand, slot: UInt64, now: MonotonicInstant) {
    guard !pipe.isPaused else { return }
    let isCapped = pipe.output.isCapped
    let room = isCapped ? scratch.count : Self.readBytesMax
    switch pipe.read(into: UnsafeMutableRawBufferPointer(rebasing: scratch[..<room])) {
    case .bytes(let bytes):
      apply(.outputArrived, to: command, slot: slot, now: now)
      guard let piece = pipe.output.take(bytes) else { return }
      command.queue.append(piece, of: pipe.stream, now: now)
      pausePipesIfFull(of: command)
    case .nothing:
      break
    case .end:
      end(pipe, of: command, now: now)
    }
  }

  private func end(_ pipe: OutputPipe, of command: RunningCommand, now: MonotonicInstant) {
    if let piece = pipe.output.finish() { command.queue.append(piece, of: pipe.stream, now: now) }
    pipe.close()
  }

  private func pausePipesIfFull(of command: RunningCommand) {
    guard command.queue.unacknowledgedBytes >= setup.options.unacknowledgedOutputBytesMax else { return }
    for pipe in command.pipes where !pipe.isPaused && !pipe.output.isCapped {
      guard let raw = pipe.raw else { continue }
      pipe.isPaused = true
      setup.epoll.pause(raw, token: pipe.token)
    }
  }

  /// Reads on, when there is credit.
  func resumePipes(of command: RunningCommand) {
    guard command.queue.unacknowledgedBytes < setup.options.unacknowledgedOutputBytesMax else { return }
    for pipe in command.pipes where pipe.isPaused {
      guard let raw = pipe.raw else { continue }
      pipe.isPaused = false
      setup.epoll.resume(raw, token: pipe.token)
    }
  }

  /// Hands on what is gathered.
  func handOn(_ command: RunningCommand, now: MonotonicInstant) {
    for chunk in command.queue.takeChunks(now: now) { report(command.attempt, .output(chunk)) }
  }

  /// The tree is dead: what its pipes hold now is all that will ever come from it.
  private func finish(
    _ command: RunningCommand, slot: UInt64, ending: CommandLife.Ending, now: MonotonicInstant
  ) {
    for pipe in command.pipes { drain(pipe, of: command, now: now) }
    handOn(command, now: now)
    let output = command.standardOutput.output
    let error = command.standardError.output
    let isCut = output.isCapturedTruncated || error.isCapturedTruncated
    let written = isCut ? WrittenBytes(stdout: output.byteCount, stderr: error.byteCount) : nil
    let result = StepResult(
      outcome: outcome(of: command, ending: ending), stdout: output.captured, stderr: error.captured,
      stdoutTruncated: output.isCapturedTruncated, stderrTruncated: error.isCapturedTruncated,
      details: StepDetails(written: written))
    report(command.attempt, .finished(result))
    running[slot] = nil
    slots[command.attempt] = nil
  }

  /// Reads what is in the pipe at this moment and no more: a stranger that was handed the pipe may write for ever.
  private func drain(_ pipe: OutputPipe, of command: RunningCommand, now: MonotonicInstant) {
    var left = pipe.waitingBytes
    while left > 0 {
      let buffer = UnsafeMutableRawBufferPointer(rebasing: scratch[..<min(left, scratch.count)])
      guard case .bytes(let bytes) = pipe.read(into: buffer) else { break }
      left -= bytes.count
      if let piece = pipe.output.take(bytes) { command.queue.append(piece, of: pipe.stream, now: now) }
    }
    if pipe.raw != nil { end(pipe, of: command, now: now) }
  }

  /// Turns the ending into what the engine sees, and reaps the launcher.
  private func outcome(of command: RunningCommand, ending: CommandLife.Ending) -> StepResult.Outcome {
    var status: Int32 = 0
    let pid = command.launcher.pid
    let reaped = waitpid(pid, &status, WNOHANG)
    if reaped == 0 { exiting.append(pid) }
    switch ending {
    case .outcome(let outcome):
      return outcome
    case .failure(let failure):
      return failure.outcome(for: command.place)
    case .launcherLost:
      let signal = status & 0x7F
      guard reaped == pid, signal == 0, !command.life.hasStarted else {
        return .signalled(signal == 0 ? SIGKILL : signal)
      }
      return .notStarted(LaunchFailure(stage: .lost, code: status >> 8 & 0xFF).sentence(for: command.place))
    }
  }
}
