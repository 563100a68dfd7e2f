internal import FlowdModel

/// Why an agent's command failed, from how it ended and what it wrote last.
enum ExitExplanation {
  /// - Parameters:
  ///   - outcome: As the command ended; not by exit code 0.
  ///   - program: As it is in the command.
  ///   - said: What it wrote of its failure; redacted by whoever reports it.
  static func error(
    _ outcome: StepResult.Outcome, program: String, said: String, now: Timestamp
  ) -> AgentError {
    switch outcome {
    case .exited(let code): return exited(code, program, said, now)
    case .signalled(let signal):
      return AgentError(.failed, "\(name(program)) was ended by signal \(signal)\(signalName(signal))\(quote(said))")
    case .notStarted(let reason):
      return AgentError(.failed, reason)
    case .agentFailed(let failure, let message, let retryAfter):
      return AgentError(failure, message, retryAfter: retryAfter)
    case .timedOut, .cancelled, .returned, .raised, .elapsed, .subflowFailed, .responded, .requestFailed, .answered:
      return AgentError(.failed, "\(name(program)) ended in an unexpected way")
    }
  }

  private static func exited(_ code: Int32, _ program: String, _ said: String, _ now: Timestamp) -> AgentError {
    let known = AgentRecipes.exitMeaning(of: code, program: program)
    let told = FailureText.classify(said, now: now)
    let meaning = known.map { ": \($0.sentence)" } ?? general(code).map { ": \($0)" } ?? ""
    let message = "\(name(program)) ended with exit code \(code)\(meaning)\(quote(said))"
    // The words say more than a code that only says that it failed.
    let failure = known.flatMap { $0.failure == .failed ? nil : $0.failure } ?? told?.failure ?? .failed
    return AgentError(failure, message, retryAfter: failure == told?.failure ? told?.retryAfter : nil)
  }

  /// What shells and most programs mean.
  private static func general(_ code: Int32) -> String? {
    switch code {
    case 126: "something that it needs cannot be executed"
    case 127: "something that it needs is not installed"
    case 129...192: "a part of it was ended by signal \(code - 128)\(signalName(code - 128))"
    default: nil
    }
  }

  /// The last lines, where the reason is, as the end of a sentence.
  static func quote(_ said: String) -> String {
    let lines = said.split(whereSeparator: \.isNewline).suffix(5).map { $0.prefix(500) }
    return lines.isEmpty ? "" : ". It wrote: \(lines.joined(separator: "\n"))"
  }

  private static func name(_ program: String) -> String {
    program.split(separator: "/").last.map { "`\($0)`" } ?? "the agent"
  }

  private static func signalName(_ signal: Int32) -> String {
    let names: [Int32: String] = [
      1: "SIGHUP", 2: "SIGINT", 3: "SIGQUIT", 4: "SIGILL", 6: "SIGABRT", 7: "SIGBUS", 8: "SIGFPE", 9: "SIGKILL",
      11: "SIGSEGV", 13: "SIGPIPE", 14: "SIGALRM", 15: "SIGTERM", 31: "SIGSYS",
    ]
    return names[signal].map { " (\($0))" } ?? ""
  }
}
