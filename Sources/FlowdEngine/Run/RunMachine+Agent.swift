internal import FlowdModel

extension RunMachine {
  /// What an agent is given. The prompt of a step's first attempt is that of all its attempts, with what people
  /// permitted meanwhile.
  func request(
    for index: Int, _ agent: AgentStep, session: SessionMeta, timeout: Duration?, _ transaction: Transaction
  ) throws(ExpressionError) -> AgentRequest {
    let step = definition(of: index)
    let renderer = renderer(index, transaction)
    var use: AgentUse
    if let known = agentUses[index] { use = known } else { use = try self.use(of: agent, index, renderer, transaction) }
    guard var provider = transaction.config.provider(use.provider) else {
      let hint = NearMiss.hint(for: use.provider, among: transaction.config.providers.lazy.map(\.id))
      throw ExpressionError(.failed, "no provider \(quoted(use.provider)) is configured\(hint)", line: step.line)
    }
    if use.model.isEmpty { use.model = provider.defaultModel ?? "" }
    guard !use.model.isEmpty || provider.mayNameNoModel else {
      throw ExpressionError(
        .failed, "neither the session nor the step says which model of provider \(quoted(use.provider)) is meant",
        line: step.line)
    }
    guard use.model.isEmpty || provider.models.allows(use.model) else {
      throw ExpressionError(
        .failed, "provider \(quoted(use.provider)) has no model \(quoted(use.model))", line: step.line)
    }
    agentUses[index] = use
    provider.kind = provider.kind.resolved { [self] secret in
      var known = self.secret(named: secret.name)
      known.encoding = secret.encoding
      return known
    }
    let surroundings = try surroundings(of: index, session, renderer, without: allSecretNames)
    return AgentRequest(
      attempt: attemptID(of: index), provider: provider, model: use.model, system: use.system,
      prompt: use.prompt + AgentUse.text(of: use.permissions), isReadOnly: agent.isReadOnly, output: agent.output,
      schema: agent.schema, outputBytesMax: agent.outputBytesMax, environment: surroundings.environment,
      environmentSecrets: surroundings.secrets, workingDirectory: surroundings.directory,
      umask: record.umask, timeout: timeout, mayAsk: record.mode != .batch, permissions: use.permissions,
      secrets: provider.kind.secrets, rules: AgentRules(transaction.config))
  }

  /// The provider of a step; empty if nobody says which.
  func provider(of agent: AgentStep, _ index: Int, _ transaction: Transaction) throws(ExpressionError) -> String {
    if let known = agentUses[index] { return known.provider }
    guard let template = agent.provider else { return record.snapshot.providerID }
    return try renderer(index, transaction).text(template)
  }

  private func use(
    of agent: AgentStep, _ index: Int, _ renderer: Renderer, _ transaction: Transaction
  ) throws(ExpressionError) -> AgentUse {
    let step = definition(of: index)
    let provider = try provider(of: agent, index, transaction)
    // Another provider's models are its own.
    var model = provider == record.snapshot.providerID ? record.snapshot.modelID : ""
    if let template = agent.model { model = try renderer.text(template) }
    guard !provider.isEmpty else {
      throw ExpressionError(
        .failed, "neither the session nor the step says which provider is meant; flowctl set --provider, or 'provider'",
        line: step.line)
    }
    var parts: [String] = []
    for name in agent.contracts { parts.append(document(.contract, name)) }
    parts.append(try renderer.text(agent.prompt))
    var system: [String] = []
    if let persona = agent.persona { system.append(document(.persona, persona)) }
    if let template = agent.system { system.append(try renderer.text(template)) }
    let use = AgentUse(
      provider: provider, model: model, system: AgentUse.joined(system), prompt: AgentUse.joined(parts))
    guard use.system.utf8.count + use.prompt.utf8.count <= Limits.agentPromptBytesMax else {
      throw ExpressionError(
        .exhausted, "the prompt is longer than \(Limits.agentPromptBytesMax) bytes", line: step.line)
    }
    return use
  }

  private func document(_ kind: FlowDocument.Kind, _ name: String) -> String {
    definition.flow.documents.first { $0.kind == kind && $0.name == name }?.text ?? ""
  }
}

extension AgentUse {
  fileprivate static func joined(_ parts: [String]) -> String {
    parts.filter { !$0.isEmpty }.joined(separator: "\n\n")
  }

  /// What people said meanwhile, for an agent that begins anew.
  fileprivate static func text(of permissions: [Permission]) -> String {
    guard !permissions.isEmpty else { return "" }
    let lines = permissions.map { "- You asked: \($0.question)\n  The answer was: \($0.answer)" }
    return "\n\nAn earlier attempt at this asked for permissions. These were the answers; do not ask again:\n"
      + lines.joined(separator: "\n")
  }
}

extension ProviderDefinition {
  /// An agent that is told no model takes its own.
  fileprivate var mayNameNoModel: Bool {
    if case .agent(let command) = kind { !command.command.contains { $0.contains("{model}") } } else { false }
  }
}
