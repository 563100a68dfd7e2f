import FlowdEngine
import FlowdLua
import FlowdModel

/// Attempts that were started and have not been reported finished.
struct LabExecutor {
  /// What an attempt does.
  enum Work: Equatable {
    case command(CommandRequest)
    case script(ScriptRequest)
    case http(HTTPRequest)
    case agent(AgentRequest)
    /// Nothing: it only has to be reported.
    case nothing
  }

  struct Attempt {
    var work: Work
    var isTerminated = false
    var offset: UInt64 = 0
    var unacknowledged = 0
    /// Of an agent: what was decided about the permissions it asked for.
    var answers: [String] = []

    var request: CommandRequest? { if case .command(let request) = work { request } else { nil } }
    var http: HTTPRequest? { if case .http(let request) = work { request } else { nil } }
    var agent: AgentRequest? { if case .agent(let request) = work { request } else { nil } }
    var script: ScriptRequest? { if case .script(let request) = work { request } else { nil } }
  }

  private(set) var attempts: [AttemptID: Attempt] = [:]
  private(set) var everStarted: Set<AttemptID> = []

  var running: [AttemptID] { attempts.keys.sorted { ($0.run, $0.step, $0.attempt) < ($1.run, $1.step, $1.attempt) } }

  var areAllTerminated: Bool { attempts.values.allSatisfy(\.isTerminated) }

  /// Returns what an executor must never be asked.
  mutating func perform(_ effect: Effect) -> [String] {
    switch effect {
    case .startCommand(let request): return start(request.attempt, .command(request))
    case .startScript(let request): return start(request.attempt, .script(request))
    case .startHTTP(let request): return start(request.attempt, .http(request))
    case .startAgent(let request): return start(request.attempt, .agent(request))
    case .answerAgent(let attempt, let question, let option):
      // It may have ended meanwhile.
      guard everStarted.contains(attempt) else { return ["\(attempt) is answered and has asked nothing"] }
      attempts[attempt]?.answers.append("\(question)=\(option)")
    case .finishNow(let attempt):
      // Nothing is done, so it may be asked for again after a restart.
      if attempts[attempt] != nil { return ["\(attempt) is to be finished while it runs"] }
      attempts[attempt] = Attempt(work: .nothing)
    case .terminate(let attempt): attempts[attempt]?.isTerminated = true
    case .acknowledgeOutput(let attempt, let bytes):
      attempts[attempt]?.unacknowledged -= bytes
      if attempts[attempt]?.unacknowledged ?? 0 < 0 {
        return ["more output of \(attempt) is acknowledged than there was"]
      }
    }
    return []
  }

  private mutating func start(_ attempt: AttemptID, _ work: Work) -> [String] {
    guard everStarted.insert(attempt).inserted else { return ["\(attempt) is started twice"] }
    attempts[attempt] = Attempt(work: work)
    return []
  }

  mutating func finish(_ attempt: AttemptID, _ result: StepResult) -> StepReport {
    attempts[attempt] = nil
    return StepReport(attempt: attempt, kind: .finished(result))
  }

  mutating func finish(_ attempt: AttemptID, _ outcome: StepResult.Outcome, stdout: String = "") -> StepReport {
    finish(attempt, StepResult(outcome: outcome, stdout: Array(stdout.utf8)))
  }

  /// What a script gives, or what an attempt without work is; `nil` for a command.
  func result(of attempt: AttemptID, _ store: MemoryStore) -> StepResult? {
    guard let known = attempts[attempt] else { return nil }
    switch known.work {
    case .command, .http, .agent: return nil
    case .nothing: return StepResult(outcome: .elapsed)
    case .script where known.isTerminated: return StepResult(outcome: .cancelled)
    case .script(let request):
      do throws(ExpressionError) {
        let outputs = store.outputs
        let value = try LuaScript.run(
          request, limits: .script,
          read: { run, step in outputs[Batch.StepKey(run: run, index: step)] ?? StepOutput() },
          isCancelled: { false })
        return StepResult(outcome: .returned(value))
      } catch {
        return StepResult(outcome: .raised(error))
      }
    }
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
