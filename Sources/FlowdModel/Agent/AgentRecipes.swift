/// Known agents, as providers of `kind: agent` may name them with `recipe`.
///
/// What their options, lines and exit codes mean is from their documentation; `docs/PROVIDERS.md` says which were run.
package enum AgentRecipes {
  /// In the order in which they are listed for people.
  package static let names = ["qwen-code", "gemini-cli", "claude-code", "codex", "opencode", "aider", "acp"]

  /// The recipe of that name.
  ///
  /// `acp` has no program: whoever uses it gives the command.
  package static func named(_ name: String) -> AgentCommand? {
    switch name {
    case "qwen-code": qwenCode
    case "gemini-cli": geminiCLI
    case "claude-code": claudeCode
    case "codex": codex
    case "opencode": openCode
    case "aider": aider
    case "acp": AgentCommand(command: [], promptBy: .protocolMessage, output: .acp)
    default: nil
    }
  }

  private static let qwenCode = AgentCommand(
    command: [
      "qwen", "--model={model}", "--output-format", "stream-json", "--include-partial-messages", "-p", "{prompt}",
    ],
    readOnlyArguments: ["--approval-mode", "plan"], promptBy: .argument, output: .streamJSON, mapping: messages)

  private static let geminiCLI = AgentCommand(
    command: ["gemini", "--model={model}", "--output-format", "stream-json", "-p", "{prompt}"],
    readOnlyArguments: ["--approval-mode", "plan"], promptBy: .argument, output: .streamJSON,
    mapping: StreamMapping(rules: [
      rule(["type": "init"], .model, "model"),
      rule(["type": "message", "role": "assistant"], .delta, "content"),
      rule(["type": "tool_use"], .tool, "tool_name"),
      rule(["type": "error"], .notice, "message"),
      rule(["type": "result", "status": "error"], .error, "error.message"),
      rule(["type": "result"], .usage, "stats"),
    ]))

  private static let claudeCode = AgentCommand(
    command: [
      "claude", "--model={model}", "--output-format", "stream-json", "--verbose", "--include-partial-messages", "-p",
      "{prompt}",
    ],
    readOnlyArguments: ["--permission-mode", "plan"], promptBy: .argument, output: .streamJSON, mapping: messages)

  private static let codex = AgentCommand(
    command: [
      "codex", "-a", "never", "exec", "--json", "--skip-git-repo-check", "--model={model}", "{prompt}",
    ],
    readOnlyArguments: ["--sandbox", "read-only"], promptBy: .argument, output: .streamJSON,
    mapping: StreamMapping(rules: [
      rule(["type": "item.completed", "item.type": "agent_message"], .answer, "item.text"),
      rule(["type": "item.completed", "item.type": "reasoning"], .thought, "item.text"),
      rule(["type": "item.started", "item.type": "command_execution"], .tool, "item.command"),
      rule(["type": "item.completed", "item.type": "file_change"], .tool, "item.changes[*].path"),
      rule(["type": "item.completed", "item.type": "mcp_tool_call"], .tool, "item.tool"),
      rule(["type": "item.completed", "item.type": "web_search"], .tool, "item.query"),
      rule(["type": "item.completed", "item.type": "error"], .notice, "item.message"),
      rule(["type": "turn.completed"], .usage, "usage"),
      rule(["type": "turn.failed"], .error, "error.message"),
      rule(["type": "error"], .notice, "message"),
    ]))

  private static let openCode = AgentCommand(
    command: ["opencode", "run", "--format", "json", "--model={model}", "{prompt}"],
    readOnlyArguments: ["--agent", "plan"], promptBy: .argument, output: .streamJSON,
    mapping: StreamMapping(rules: [
      rule(["type": "text"], .answer, "part.text"),
      rule(["type": "reasoning"], .thought, "part.text"),
      rule(["type": "tool_use"], .tool, "part.tool"),
      rule(["type": "step_finish"], .usage, "part.tokens"),
      rule(["type": "error"], .error, "error.data.message"),
    ]))

  private static let aider = AgentCommand(
    command: [
      "aider", "--model={model}", "--yes-always", "--no-stream", "--no-pretty", "--no-auto-commits", "--message",
      "{prompt}",
    ],
    readOnlyArguments: ["--chat-mode", "ask", "--dry-run"], promptBy: .argument, output: .text)

  /// The lines that claude-code and qwen-code have in common.
  private static let messages = StreamMapping(rules: [
    rule(["type": "system", "subtype": "init"], .model, "model"),
    rule(["type": "stream_event", "event.delta.type": "text_delta"], .delta, "event.delta.text"),
    rule(["type": "stream_event", "event.delta.type": "thinking_delta"], .thought, "event.delta.thinking"),
    rule(["type": "stream_event"], .ignore),
    rule(["type": "assistant", "message.content[*].type": "tool_use"], .tool, "message.content[*].name"),
    rule(["type": "result"], .usage, "usage"),
    StreamMapping.Rule(
      when: [.init("type", .string("result")), .init("is_error", .bool(true))], meaning: .error, text: "result"),
    rule(["type": "result", "subtype": "success"], .answer, "result"),
    rule(["type": "result"], .error, "error.message"),
  ])

  private static func rule(
    _ when: KeyValuePairs<String, String>, _ meaning: StreamMapping.Meaning, _ text: String = ""
  ) -> StreamMapping.Rule {
    StreamMapping.Rule(when: when.map { .init($0.key, .string($0.value)) }, meaning: meaning, text: text)
  }
}

// MARK: exit codes

extension AgentRecipes {
  /// What a known agent means by an exit code; `nil`: nothing is known about it.
  ///
  /// - Parameter program: As it is in the command, with or without a path.
  package static func exitMeaning(of code: Int32, program: String) -> (failure: AgentFailure, sentence: String)? {
    let name = program.split(separator: "/").last.map(String.init) ?? program
    switch (name, code) {
    case ("gemini", 41): return (.unauthorized, "it is not logged in, or its login is no longer valid")
    case ("gemini", 42): return (.rejected, "it does not take the prompt or the arguments")
    case ("gemini", 52): return (.rejected, "its configuration is wrong")
    case ("gemini", 53), ("qwen", 53): return (.truncated, "it reached the number of turns that it may take")
    case ("gemini", 54): return (.failed, "one of its tools failed")
    case ("gemini", 130), ("qwen", 130): return (.failed, "it was interrupted")
    default: return nil
    }
  }
}
