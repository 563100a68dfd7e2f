import FlowdModel
import Testing

@testable import FlowdAgents

/// Agents that write a JSON object a line, as real processes.
@Suite struct LineAgentTests {
  private func request(_ agents: Agents, _ recipe: String, _ script: String) -> AgentRequest {
    agents.request(shell: script) { command, _ in
      command.output = .streamJSON
      command.mapping = AgentRecipes.named(recipe)?.mapping
    }
  }

  private func failure(_ result: StepResult) -> (failure: AgentFailure, message: String)? {
    if case .agentFailed(let failure, let message, _) = result.outcome { (failure, message) } else { nil }
  }

  @Test func piecesAndTheWholeAreOneAnswer() async throws {
    let agents = try Agents()
    let script = """
      echo 'Loading...'
      echo '{"type":"system","subtype":"init","model":"m-1-2026"}'
      echo '{"type":"stream_event","event":{"delta":{"type":"thinking_delta","thinking":"hm"}}}'
      echo '{"type":"stream_event","event":{"delta":{"type":"text_delta","text":"Hel"}}}'
      echo '{"type":"stream_event","event":{"delta":{"type":"text_delta","text":"lo"}}}'
      printf '{"type":"result","subtype":"success","is_error":false,"result":"Hello","usage":{"input_tokens":5,"output_tokens":2}}'
      """
    let request = request(agents, "claude-code", script)
    let result = try await agents.result(request)
    #expect(result.outcome == .answered)
    #expect(result.details.result == .string("Hello"))
    #expect(agents.text(of: request.attempt) == "Hello")
    #expect(result.details.agent?.reportedModel == "m-1-2026")
    #expect(result.details.agent?.inputTokens == 5)
    #expect(agents.activities(of: request.attempt, .notice) == ["Loading..."])
    #expect(agents.activities(of: request.attempt, .thought) == ["hm"])
  }

  @Test func theLastOfSeveralMessagesIsTheAnswer() async throws {
    let agents = try Agents()
    let script = """
      echo '{"type":"item.completed","item":{"type":"agent_message","text":"I look."}}'
      echo '{"type":"item.completed","item":{"type":"agent_message","text":"Done."}}'
      echo '{"type":"turn.completed","usage":{"input_tokens":5,"output_tokens":2}}'
      """
    let request = request(agents, "codex", script)
    let result = try await agents.result(request)
    #expect(result.details.result == .string("Done."))
    #expect(agents.text(of: request.attempt) == "I look.\n\nDone.")
  }

  @Test(arguments: [
    (#"echo '{"type":"turn.failed","error":{"message":"usage limit reached"}}'; exit 1"#, AgentFailure.quotaExhausted),
    (#"echo '{"type":"turn.failed","error":{"message":"boom"}}'"#, .failed),
    (#"echo '{"type":"turn.failed","error":{"message":"boom"}}'; echo 'HTTP 401' >&2; exit 1"#, .unauthorized),
    ("echo 'Please run /login'; exit 1", .unauthorized), ("exit 7", .failed), ("echo '{}'", .failed),
  ])
  func aFailureIsAFailureWhateverTheExitCode(script: String, kind: AgentFailure) async throws {
    let agents = try Agents()
    let result = try await agents.result(request(agents, "codex", script))
    #expect(failure(result)?.failure == kind, "\(result.outcome)")
  }

  @Test func aLineWithoutAnEndIsBounded() async throws {
    let agents = try Agents()
    let result = try await agents.result(request(agents, "codex", "yes 123456789 | tr -d '\\n'"))
    #expect(failure(result)?.failure == .tooLarge)
  }

  @Test func aFloodOfNoticesIsBounded() async throws {
    let agents = try Agents()
    let script = """
      yes log | head -200000
      echo '{"type":"item.completed","item":{"type":"agent_message","text":"Done."}}'
      """
    let request = request(agents, "codex", script)
    let result = try await agents.result(request, within: .seconds(60))
    #expect(result.details.result == .string("Done."))
    #expect(agents.activities(of: request.attempt, .notice).count <= Limits.agentActivitiesMax)
  }
}
