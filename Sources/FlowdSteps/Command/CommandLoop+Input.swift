internal import FlowdModel

extension CommandLoop {
  /// Takes bytes for an attempt that runs, or waits for a place; of another one they are dropped.
  func write(_ bytes: [UInt8], to attempt: AttemptID, now: MonotonicInstant) {
    if let slot = slots[attempt], let command = running[slot] {
      guard let input = command.input, !input.write(bytes) else { return }
      apply(.inputOverflowed, to: command, slot: slot, now: now)
    } else if var backlog = earlyInput[attempt] {
      let fits = backlog.append(bytes)
      earlyInput[attempt] = backlog
      guard !fits, waiting.remove(where: { $0.attempt == attempt }) != nil else { return }
      earlyInput[attempt] = nil
      report(attempt, .finished(StepResult(outcome: CommandLife.inputOverflow)))
    }
  }

  func closeInput(of attempt: AttemptID) {
    if let slot = slots[attempt], let command = running[slot] {
      command.input?.close()
    } else {
      earlyInput[attempt]?.isClosed = true
    }
  }

  /// The standard input of a command that is about to start, with what was written to it so far; `nil`: it has none.
  func makeInput(for request: CommandRequest) throws(LaunchFailure) -> InputPipe? {
    switch request.input {
    case .none:
      return nil
    case .bytes(let bytes):
      guard bytes.count <= Limits.standardInputBytesMax else { throw LaunchFailure(stage: .input, code: 0) }
      return try InputPipe(backlog: InputBacklog(bytes))
    case .stream:
      return try InputPipe(backlog: earlyInput.removeValue(forKey: request.attempt) ?? InputBacklog())
    }
  }
}
