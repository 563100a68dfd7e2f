import FlowdEngine
import FlowdModel

/// Attempts that were started and have not been reported finished.
struct LabExecutor {
  struct Attempt {
    var request: CommandRequest
    var isTerminated = false
    var offset: UInt64 = 0
    var unacknowledged = 0
  }

  private(set) var attempts: [AttemptID: Attempt] = [:]
  private var everStarted: Set<AttemptID> = []

  var running: [AttemptID] { attempts.keys.sorted { ($0.run, $0.step, $0.attempt) < ($1.run, $1.step, $1.attempt) } }

  var areAllTerminated: Bool { attempts.values.allSatisfy(\.isTerminated) }

  /// Returns what an executor must never be asked.
  mutating func perform(_ effect: Effect) -> [String] {
    switch effect {
    case .startCommand(let request):
      guard everStarted.insert(request.attempt).inserted else { return ["\(request.attempt) is started twice"] }
      attempts[request.attempt] = Attempt(request: request)
    case .terminate(let attempt): attempts[attempt]?.isTerminated = true
    case .acknowledgeOutput(let attempt, let bytes):
      attempts[attempt]?.unacknowledged -= bytes
      if attempts[attempt]?.unacknowledged ?? 0 < 0 {
        return ["more output of \(attempt) is acknowledged than there was"]
      }
    }
    return []
  }

  mutating func finish(_ attempt: AttemptID, _ outcome: StepResult.Outcome, stdout: String = "") -> StepReport {
    attempts[attempt] = nil
    return StepReport(attempt: attempt, kind: .finished(StepResult(outcome: outcome, stdout: Array(stdout.utf8))))
  }

  mutating func output(_ attempt: AttemptID, _ text: String) -> StepReport {
    let offset = attempts[attempt]?.offset ?? 0
    attempts[attempt]?.offset += UInt64(text.utf8.count)
    attempts[attempt]?.unacknowledged += text.utf8.count
    let chunk = OutputChunk(stream: .standardOutput, text: Array(text.utf8), offset: offset)
    return StepReport(attempt: attempt, kind: .output(chunk))
  }

  mutating func killAll() { attempts = [:] }
}
