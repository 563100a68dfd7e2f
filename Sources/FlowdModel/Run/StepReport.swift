/// What an executor tells the engine about one attempt.
package struct StepReport: Equatable, Sendable {
  package enum Kind: Equatable, Sendable {
    /// The process exists; recorded so that a later daemon can end it if this one dies.
    case launched(ProcessIdentity)
    case output(OutputChunk)
    case finished(StepResult)
    case activity(AgentActivity)
    /// It goes on when the question is answered (`Effect.answerAgent`).
    case asked(AgentQuestion)
  }

  package var attempt: AttemptID
  package var kind: Kind

  package init(attempt: AttemptID, kind: Kind) {
    self.attempt = attempt
    self.kind = kind
  }
}

/// A process, told apart from a later one with the same number by its start time.
package struct ProcessIdentity: Equatable, Sendable {
  package var pid: Int32
  /// Clock ticks since boot: field 22 of `/proc/PID/stat`.
  package var startTicks: UInt64

  package init(pid: Int32, startTicks: UInt64) {
    self.pid = pid
    self.startTicks = startTicks
  }
}

/// Bytes a command wrote, cut at a UTF-8 boundary.
package struct OutputChunk: Equatable, Sendable {
  package enum Stream: Int, Equatable, Sendable {
    case standardOutput = 1
    case standardError = 2
  }

  package var stream: Stream
  /// Valid UTF-8 without NUL: what was not is replaced by U+FFFD. At most `Limits.outputChunkBytesMax`.
  package var text: [UInt8]
  /// Where `text` begins in the stream, in bytes as emitted.
  package var offset: UInt64
  /// The stream went past its cap here; nothing of it follows.
  package var truncated: Bool

  package init(stream: Stream, text: [UInt8], offset: UInt64, truncated: Bool = false) {
    self.stream = stream
    self.text = text
    self.offset = offset
    self.truncated = truncated
  }
}

/// How an attempt ended.
package struct StepResult: Equatable, Sendable {
  package enum Outcome: Equatable, Sendable {
    case exited(Int32)
    /// By a signal nobody here sent.
    case signalled(Int32)
    case timedOut
    /// Ended by a forced cancel.
    case cancelled
    /// The command could not be started; the reason.
    case notStarted(String)
    /// A script's value.
    case returned(JSONValue)
    /// A script that failed.
    case raised(ExpressionError)
    /// A wait that needed no timer, or a sub-flow that succeeded.
    case elapsed
    /// A sub-flow that failed.
    case subflowFailed(StepError)
    /// An HTTP response, whatever its status; `details.exchange` and `stdout` have it.
    case responded(status: Int, retryAfter: Duration?)
    case requestFailed(HTTPFailure, String)
    /// An agent's answer; `details.result` has it, a string or the JSON that was asked for.
    case answered
    /// - `retryAfter`: what the other side asked for; of an exhausted quota: until it is reset, if that is known.
    case agentFailed(AgentFailure, String, retryAfter: Duration?)
  }

  package var outcome: Outcome
  /// The first `Limits.capturedOutputBytesMax` bytes of each stream, as later steps and the report see them.
  package var stdout: [UInt8]
  package var stderr: [UInt8]
  package var stdoutTruncated: Bool
  package var stderrTruncated: Bool
  /// What a sub-flow handed over.
  package var details: StepDetails

  package init(
    outcome: Outcome, stdout: [UInt8] = [], stderr: [UInt8] = [], stdoutTruncated: Bool = false,
    stderrTruncated: Bool = false, details: StepDetails = StepDetails()
  ) {
    self.outcome = outcome
    self.stdout = stdout
    self.stderr = stderr
    self.stdoutTruncated = stdoutTruncated
    self.stderrTruncated = stderrTruncated
    self.details = details
  }
}

extension StepResult.Outcome {
  /// How long the other side asked to be left alone.
  package var retryAfter: Duration? {
    switch self {
    case .responded(_, let retryAfter), .agentFailed(_, _, let retryAfter): retryAfter
    case .exited, .signalled, .timedOut, .cancelled, .notStarted, .returned, .raised, .elapsed, .subflowFailed,
      .requestFailed, .answered:
      nil
    }
  }
}
