internal import FlowdModel

extension ConfigReader {
  /// `kind: agent`.
  mutating func agent(_ fields: Fields, over base: AgentCommand?, at position: SourcePosition) -> AgentCommand {
    var agent = base ?? AgentCommand(command: [])
    if let node = fields["recipe"] {
      guard let recipe = recipe(node) else { return agent }
      agent = recipe
    }
    if let node = fields["command"] {
      let before = nodes.problemCount
      agent.command = arguments(node, "'command'")
      if nodes.problemCount == before { checkProgram(agent.command, at: node.start) }
    }
    if let node = fields["output"] {
      let word = nodes.choice(node, "'output'", among: AgentCommand.Output.allCases.map(\.rawValue))
      agent.output = word.flatMap(AgentCommand.Output.init) ?? agent.output
    }
    if let node = fields["prompt"] {
      let word = nodes.choice(node, "'prompt'", among: AgentCommand.PromptBy.allCases.map(\.rawValue))
      agent.promptBy = word.flatMap(AgentCommand.PromptBy.init) ?? agent.promptBy
    } else if agent.output == .acp || agent.promptBy == .protocolMessage || fields["command"] != nil {
      agent.promptBy = usualPrompt(agent)
    }
    if let node = fields["mapping"] { agent.mapping = mapping(node) }
    if let node = fields["read-only-arguments"] {
      agent.readOnlyArguments = arguments(node, "'read-only-arguments'")
    }
    if let node = fields["read-only-mode"] {
      agent.readOnlyMode = nodes.isNothing(node) ? "" : nodes.constant(node, "'read-only-mode'") ?? ""
    }
    if let node = fields["env"] { agent.environment = environment(node) }
    if let node = fields["silence"] { agent.silenceMax = nodes.duration(node, "'silence'") ?? agent.silenceMax }
    check(agent, fields, at: position)
    return agent
  }

  private mutating func recipe(_ node: YAMLNode) -> AgentCommand? {
    guard let name = nodes.constant(node, "'recipe'") else { return nil }
    if let recipe = AgentRecipes.named(name) { return recipe }
    let hint = NearMiss.hint(for: name, among: AgentRecipes.names)
    let rest = hint.isEmpty ? "; there are \(AgentRecipes.names.map(quoted).joined(separator: ", "))" : hint
    nodes.report("unknown recipe \(quoted(name))\(rest)", at: node.start)
    return nil
  }

  /// How the prompt gets to an agent, as its command shows.
  private func usualPrompt(_ agent: AgentCommand) -> AgentCommand.PromptBy {
    if agent.output == .acp { return .protocolMessage }
    if agent.command.contains(where: { Placeholder.filled(in: $0) == .prompt }) { return .argument }
    return agent.command.contains { Placeholder.filled(in: $0) == .promptFile } ? .file : .stdin
  }

  // MARK: what goes together

  private mutating func check(_ agent: AgentCommand, _ fields: Fields, at position: SourcePosition) {
    if agent.command.isEmpty, fields["command"] == nil {
      let all = "'kind: agent' needs a 'command' or a 'recipe'"
      nodes.report(fields["recipe"] == nil ? all : "this recipe needs a 'command'", at: position)
    }
    let promptPosition = fields.position(of: "prompt") ?? fields.position(of: "command") ?? position
    if (agent.promptBy == .protocolMessage) != (agent.output == .acp) {
      nodes.report("'prompt: protocol' and 'output: acp' belong together", at: promptPosition)
    } else if !agent.command.isEmpty {
      checkPrompt(agent, at: promptPosition)
    }
    let outputPosition = fields.position(of: "output") ?? position
    if agent.output == .streamJSON, agent.mapping == nil, fields["mapping"] == nil {
      nodes.report("'output: stream-json' needs a 'mapping'", at: outputPosition)
    }
    if let position = fields.position(of: "mapping"), agent.output != .streamJSON {
      nodes.report("'mapping' goes with 'output: stream-json' only", at: position)
    }
    if let position = fields.position(of: "read-only-mode"), agent.output != .acp {
      nodes.report("'read-only-mode' goes with 'output: acp' only; write 'read-only-arguments'", at: position)
    }
  }

  private mutating func checkPrompt(_ agent: AgentCommand, at position: SourcePosition) {
    for (placeholder, way) in [(Placeholder.prompt, AgentCommand.PromptBy.argument), (.promptFile, .file)] {
      let isThere = agent.command.contains { Placeholder.filled(in: $0) == placeholder }
      if isThere, agent.promptBy != way {
        nodes.report("\(placeholder.text) in 'command' needs 'prompt: \(way.rawValue)'", at: position)
      } else if !isThere, agent.promptBy == way {
        nodes.report("'prompt: \(way.rawValue)' needs \(placeholder.text) in 'command'", at: position)
      }
    }
  }

  // MARK: command

  private mutating func arguments(_ node: YAMLNode, _ name: String) -> [String] {
    guard let elements = nodes.sequence(node, name, expected: "a list of texts") else { return [] }
    if elements.count > Limits.providerEntriesMax {
      nodes.report(
        "at most \(Limits.providerEntriesMax) arguments are allowed", at: elements[Limits.providerEntriesMax].start)
    }
    return elements.prefix(Limits.providerEntriesMax).compactMap { element in
      guard let text = nodes.text(element, "an element of \(name)") else { return nil }
      if let mistake = Placeholder.mistake(in: text) {
        nodes.report(mistake, at: element.start)
      }
      return text
    }
  }

  private mutating func checkProgram(_ command: [String], at position: SourcePosition) {
    guard let program = command.first, !program.isEmpty else {
      nodes.report("'command' must begin with a program", at: position)
      return
    }
    if Placeholder.filled(in: program) != nil {
      nodes.report("'command' must begin with a program, found \(quoted(program))", at: position)
    }
  }

  private mutating func environment(_ node: YAMLNode) -> [AgentCommand.EnvironmentValue] {
    guard let entries = nodes.mapping(node, "'env'", expected: "a mapping of names to texts") else { return [] }
    checkCount(entries, "variables")
    return entries.prefix(Limits.providerEntriesMax).compactMap { entry in
      if !NameRule.variable.admits(entry.key) || entry.key.hasPrefix("FLOWD_") {
        nodes.report(
          "\(quoted(entry.key)) is not a name for an environment variable; use letters, digits and _, not a digit first, "
            + "and not FLOWD_", at: entry.position)
      }
      return secretText(entry.value, quoted(entry.key)).map { AgentCommand.EnvironmentValue(entry.key, $0) }
    }
  }
}
