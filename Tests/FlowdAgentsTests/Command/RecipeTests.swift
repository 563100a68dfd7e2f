import FlowdModel
import Testing

@testable import FlowdAgents

/// The recipes, on lines made up from the documented names of their events.
@Suite struct RecipeTests {
  typealias Event = StreamMappingReader.Event

  struct Line: Sendable {
    let recipe: String
    let text: String
    let events: [Event]

    init(_ recipe: String, _ text: String, _ events: [Event]) {
      self.recipe = recipe
      self.text = text
      self.events = events
    }
  }

  private static func messages(_ recipe: String) -> [Line] {
    [
      Line(recipe, #"{"type":"system","subtype":"init","session_id":"s","model":"m-1","tools":[]}"#, [.model("m-1")]),
      Line(recipe, #"{"type":"system","subtype":"compact_boundary"}"#, []),
      Line(
        recipe,
        #"{"type":"stream_event","event":{"type":"content_block_delta","delta":{"type":"text_delta","text":"Hi"}}}"#,
        [.delta("Hi")]),
      Line(
        recipe,
        #"{"type":"stream_event","event":{"type":"content_block_delta","delta":{"type":"thinking_delta","thinking":"h"}}}"#,
        [.thought("h")]),
      Line(recipe, #"{"type":"stream_event","event":{"type":"message_stop"}}"#, []),
      Line(
        recipe,
        #"{"type":"assistant","message":{"role":"assistant","content":[{"type":"text","text":"Hi"},{"type":"tool_use","name":"Read"}]}}"#,
        [.tool("Read")]),
      Line(recipe, #"{"type":"assistant","message":{"content":[{"type":"text","text":"Hi"}]}}"#, []),
      Line(recipe, #"{"type":"user","message":{"content":[{"type":"tool_result","content":"x"}]}}"#, []),
      Line(
        recipe,
        #"{"type":"result","subtype":"success","is_error":false,"result":"Hi","usage":{"input_tokens":5,"output_tokens":2}}"#,
        [.usage(TokenCount(input: 5, output: 2)), .answer("Hi")]),
      Line(
        recipe, #"{"type":"result","subtype":"success","is_error":true,"result":"usage limit reached"}"#,
        [
          .error("usage limit reached")
        ]),
      Line(recipe, #"{"type":"result","subtype":"error_max_turns","is_error":true}"#, [.error("error_max_turns")]),
      Line(
        recipe, #"{"type":"result","subtype":"error_during_execution","is_error":false,"error":{"message":"boom"}}"#,
        [.error("boom")]),
    ]
  }

  static let lines: [Line] =
    messages("claude-code") + messages("qwen-code") + [
      Line("gemini-cli", #"{"type":"init","session_id":"s","model":"g-1"}"#, [.model("g-1")]),
      Line("gemini-cli", #"{"type":"message","role":"user","content":"q"}"#, []),
      Line("gemini-cli", #"{"type":"message","role":"assistant","content":"Hi","delta":true}"#, [.delta("Hi")]),
      Line(
        "gemini-cli", #"{"type":"tool_use","tool_name":"read_file","tool_id":"1","parameters":{}}"#,
        [.tool("read_file")]),
      Line("gemini-cli", #"{"type":"tool_result","tool_id":"1","status":"success","output":"x"}"#, []),
      Line("gemini-cli", #"{"type":"error","severity":"warning","message":"loop"}"#, [.notice("loop")]),
      Line(
        "gemini-cli",
        #"{"type":"result","status":"success","stats":{"total_tokens":7,"input_tokens":5,"output_tokens":2}}"#,
        [.usage(TokenCount(input: 5, output: 2))]),
      Line(
        "gemini-cli", #"{"type":"result","status":"error","error":{"type":"X","message":"boom"}}"#, [.error("boom")]),
      Line("codex", #"{"type":"thread.started","thread_id":"t"}"#, []),
      Line("codex", #"{"type":"turn.started"}"#, []),
      Line(
        "codex", #"{"type":"item.completed","item":{"id":"1","type":"agent_message","text":"Hi"}}"#, [.answer("Hi")]),
      Line("codex", #"{"type":"item.completed","item":{"id":"1","type":"reasoning","text":"h"}}"#, [.thought("h")]),
      Line(
        "codex", #"{"type":"item.started","item":{"type":"command_execution","command":"ls","status":"in_progress"}}"#,
        [.tool("ls")]),
      Line("codex", #"{"type":"item.completed","item":{"type":"command_execution","command":"ls"}}"#, []),
      Line(
        "codex", #"{"type":"turn.completed","usage":{"input_tokens":5,"cached_input_tokens":1,"output_tokens":2}}"#,
        [.usage(TokenCount(input: 5, output: 2))]),
      Line("codex", #"{"type":"turn.failed","error":{"message":"boom"}}"#, [.error("boom")]),
      Line("codex", #"{"type":"error","message":"Reconnecting"}"#, [.notice("Reconnecting")]),
      Line("opencode", #"{"type":"text","sessionID":"s","part":{"type":"text","text":"Hi"}}"#, [.answer("Hi")]),
      Line("opencode", #"{"type":"step_start","part":{"type":"step-start"}}"#, []),
      Line("opencode", #"{"type":"tool_use","part":{"tool":"bash","state":{"status":"completed"}}}"#, [.tool("bash")]),
      Line(
        "opencode", #"{"type":"step_finish","part":{"reason":"stop","tokens":{"input":5,"output":2,"reasoning":0}}}"#,
        [.usage(TokenCount(input: 5, output: 2))]),
      Line("opencode", #"{"type":"error","error":{"name":"X","data":{"message":"boom"}}}"#, [.error("boom")]),
    ]

  @Test(arguments: lines) func aLineMeansWhatItsAgentSays(line: Line) throws {
    let mapping = try #require(AgentRecipes.named(line.recipe)?.mapping)
    #expect(StreamMappingReader(mapping).read(Array(line.text.utf8)) == line.events)
  }

  @Test func everyNameHasARecipe() throws {
    for name in AgentRecipes.names {
      let recipe = try #require(AgentRecipes.named(name))
      #expect(name == "acp" || Placeholders.hasModel(recipe.command), "\(name) is told the model")
      #expect((recipe.output == .streamJSON) == (recipe.mapping != nil))
      #expect(name == "acp" || !recipe.readOnlyArguments.isEmpty)
    }
    #expect(AgentRecipes.named("Codex") == nil)
  }

  @Test(arguments: [
    ("/usr/bin/gemini", Int32(41), AgentFailure.unauthorized), ("gemini", 42, .rejected), ("gemini", 52, .rejected),
    ("gemini", 53, .truncated), ("gemini", 54, .failed), ("gemini", 130, .failed), ("qwen", 53, .truncated),
    ("qwen", 130, .failed),
  ])
  func knownExitCodesAreExplained(program: String, code: Int32, failure: AgentFailure) {
    let error = ExitExplanation.error(.exited(code), program: program, said: "", now: ScriptedACP.now)
    #expect(error.failure == failure)
    #expect(error.message.contains("exit code \(code): "))
  }

  @Test(arguments: [
    (StepResult.Outcome.exited(1), "`x` ended with exit code 1"),
    (.exited(127), "`x` ended with exit code 127: something that it needs is not installed"),
    (.exited(137), "`x` ended with exit code 137: a part of it was ended by signal 9 (SIGKILL)"),
    (.signalled(11), "`x` was ended by signal 11 (SIGSEGV)"), (.signalled(42), "`x` was ended by signal 42"),
    (.notStarted("There is no x."), "There is no x."),
  ])
  func everyEndingIsExplained(outcome: StepResult.Outcome, sentence: String) {
    let error = ExitExplanation.error(outcome, program: "/opt/x", said: "", now: ScriptedACP.now)
    #expect(error == AgentError(.failed, sentence))
  }

  @Test func whatALauncherSaysOfConfinementIsPassedOn() {
    let outcome = StepResult.Outcome.agentFailed(.unconfined, "no Landlock", retryAfter: nil)
    let error = ExitExplanation.error(outcome, program: "x", said: "quota exceeded", now: ScriptedACP.now)
    #expect(error == AgentError(.unconfined, "no Landlock"))
  }

  @Test func theLastLinesAreQuoted() {
    let said = (1...20).map { "line \($0)" }.joined(separator: "\n")
    let error = ExitExplanation.error(.exited(1), program: "x", said: said, now: ScriptedACP.now)
    #expect(error.message == "`x` ended with exit code 1. It wrote: line 16\nline 17\nline 18\nline 19\nline 20")
  }
}
