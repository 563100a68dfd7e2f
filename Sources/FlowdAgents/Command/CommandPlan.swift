internal import FlowdModel

/// What is started for an attempt of an agent's command: every placeholder filled in, every secret in its place.
struct CommandPlan {
  var request: CommandRequest
  /// Lives as long as the command.
  var promptFile: PromptFile?
  /// What must not be reported: the values of all secrets that the agent is given.
  var secretValues: [String]

  /// Where things are that are the same for all attempts.
  struct Surroundings: Sendable {
    var secrets: any SecretSource
    var prompts: PromptPlace
    /// Of the user.
    var homes: [String]
    /// What no agent may read, beside the user's keys: the daemon's own.
    var own: [String]

    /// What an attempt may not read.
    func hidden(by rules: AgentRules) -> [String] { HiddenPaths.all(homes: homes, more: own + rules.hiddenPaths) }
  }

  /// - Parameter prompt: In place of the request's, to ask once more.
  init(
    _ request: AgentRequest, _ command: AgentCommand, prompt: String? = nil, _ surroundings: Surroundings
  ) throws(AgentError) {
    let text = prompt ?? Self.wholePrompt(of: request)
    let environment = try Self.environment(of: request, command, surroundings.secrets)
    let words = command.command + (request.isReadOnly ? command.readOnlyArguments : [])
    guard !words.isEmpty else { throw AgentError(.rejected, "the provider has no command; its recipe needs one") }
    let hidden = surroundings.hidden(by: request.rules)
    promptFile = try Self.promptFile(text, command, words, surroundings.prompts, hidden)
    let placeholders = Placeholders(
      model: request.model, prompt: text, promptFile: promptFile?.path, workingDirectory: request.workingDirectory)
    let arguments: [String]
    do {
      arguments = try placeholders.fill(words)
    } catch {
      throw AgentError(.rejected, error.message)
    }
    secretValues = environment.values
    self.request = CommandRequest(
      attempt: request.attempt, arguments: arguments, environment: environment.entries,
      workingDirectory: request.workingDirectory, umask: request.umask, input: Self.input(text, command),
      confinement: Confinement(
        writable: request.isReadOnly ? [] : [request.workingDirectory], hidden: hidden))
  }

  /// What the agent is told it is and what form its answer shall have, and what it is asked.
  static func wholePrompt(of request: AgentRequest) -> String {
    [ChatRequest.system(of: request), request.prompt].filter { !$0.isEmpty }.joined(separator: "\n\n")
  }

  private static func input(_ prompt: String, _ command: AgentCommand) -> CommandInput {
    switch (command.output, command.promptBy) {
    case (.acp, _): .stream
    case (.text, .stdin), (.streamJSON, .stdin): .bytes(Array(prompt.utf8))
    case (.text, .argument), (.text, .file), (.text, .protocolMessage), (.streamJSON, .argument), (.streamJSON, .file),
      (.streamJSON, .protocolMessage):
      .none
    }
  }

  private static func promptFile(
    _ prompt: String, _ command: AgentCommand, _ words: [String], _ place: PromptPlace, _ hidden: [String]
  ) throws(AgentError) -> PromptFile? {
    guard command.promptBy == .file, command.output != .acp else { return nil }
    guard Placeholders.hasPromptFile(words) else {
      throw AgentError(.rejected, "the agent's command does not say where its prompt file goes ({prompt_file})")
    }
    do {
      return try PromptFile(prompt, in: place, hidden: hidden)
    } catch {
      throw AgentError(.failed, error.description)
    }
  }

  private static func environment(
    of request: AgentRequest, _ command: AgentCommand, _ source: any SecretSource
  ) throws(AgentError) -> (entries: [String], values: [String]) {
    var entries = request.environment
    var values = request.secrets.compactMap(\.value)
    let added =
      request.environmentSecrets.map { ($0.name, $0.value) } + command.environment.map { ($0.name, $0.value) }
    for (name, value) in added {
      do {
        let resolved = try source.resolve(value)
        entries.removeAll { $0 == name || $0.hasPrefix("\(name)=") }
        entries.append("\(name)=\(resolved.text)")
        values += resolved.values
      } catch {
        throw AgentError(.unauthorized, "the variable \(name) cannot be set: \(error.message)")
      }
    }
    return (entries, values)
  }
}
