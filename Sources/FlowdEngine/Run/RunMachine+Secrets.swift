internal import FlowdModel

extension RunMachine {
  /// The secret that an expression's names lead to: `secrets.NAME`, `inputs.NAME` of a secret input, `steps.ID.result` of
  /// a secret question.
  ///
  /// Names decide and never a text, which may have come from anywhere: one that reads `secret:NAME` is that text.
  func secret(at path: [String]) -> Secret? {
    switch (path[0], path.count) {
    case ("secrets", 2): secret(named: path[1])
    case ("inputs", 2): secret(ofInput: path[1])
    case ("steps", 3) where path[2] == "result" || path[2] == "value": secret(answeredIn: path[1])
    default: nil
    }
  }

  /// What a secret input stands for: what the step that this run is handed over, else what the run was started with.
  func secret(ofInput name: String) -> Secret? {
    guard definition.flow.inputs.contains(where: { $0.kind == .secret && $0.name == name }),
      case .string(let text)? = inputs.first(where: { $0.name == name })?.value
    else { return nil }
    if let above, let parent = record.parent, let secret = above.secret(handedOverAs: name, by: parent.step) {
      return secret
    }
    return text.hasPrefix("secret:") ? secret(named: String(text.dropFirst("secret:".count))) : nil
  }

  /// The secret that a `flow` step gives its run for an input.
  func secret(handedOverAs input: String, by index: Int) -> Secret? {
    guard unreadable == nil, case .flow(let call) = definition(of: index).action,
      case .string(let template)? = call.inputs.first(where: { $0.name == input })?.value,
      let path = template.onlyExpression?.path
    else { return nil }
    return secret(at: path)
  }

  private func secret(answeredIn step: String) -> Secret? {
    guard let index = definition.index(of: step), let answer = secretAnswers[index] else { return nil }
    return Secret("step.\(step)", value: answer)
  }

  /// What `secret:NAME` stands for in this run.
  func secret(named name: String) -> Secret {
    let prefix = "\(name)="
    let entry = environment.last { $0.hasPrefix(prefix) }
    return Secret(name, value: entry.map { String($0.dropFirst(prefix.count)) })
  }

  /// The names of environment variables that hold secrets: those that inputs and expressions of the run and of the flows
  /// it runs refer to, and those of the configuration's providers.
  func secretNames(_ config: Config) -> Set<ExactName> {
    secretNames.union(config.providers.flatMap(\.kind.secrets).map { ExactName($0.name) })
  }

  /// Those without the configuration's, of all runs whose environment it has.
  var allSecretNames: Set<ExactName> { secretNames.union(above?.allSecretNames ?? []) }

  /// Those without the configuration's.
  private var secretNames: Set<ExactName> {
    var names: Set<ExactName> = []
    func note(_ value: JSONValue?) {
      guard case .string(let text)? = value, InputValidation.isSecretReference(text) else { return }
      names.insert(ExactName(String(text.dropFirst("secret:".count))))
    }
    for input in definition.flow.inputs where input.kind == .secret {
      note(inputs.first { $0.name == input.name }?.value)
    }
    for flow in definition.withSubflows.map(\.flow) {
      for name in flow.secrets { names.insert(ExactName(name)) }
      for input in flow.inputs where input.kind == .secret { note(input.defaultValue) }
      for step in flow.steps {
        guard case .flow(let call) = step.action else { continue }
        for input in call.inputs { note(input.value.constantValue) }
      }
    }
    return names
  }

  /// What the run's steps must not report: answers, and what it refers to in its environment; by name alone what only the
  /// daemon can look up.
  func concealed(_ config: Config) -> (values: [String], unknown: [Secret]) {
    if let known = knownSecrets, known.answers == secretAnswers.count { return (known.values, known.unknown) }
    var unknown = secretNames(config)
    var values = Array(secretAnswers.values)
    for entry in environment where !unknown.isEmpty {
      guard let end = entry.utf8.firstIndex(of: UInt8(ascii: "=")),
        unknown.remove(ExactName(String(entry[..<end]))) != nil
      else { continue }
      values.append(String(entry[entry.utf8.index(after: end)...]))
    }
    values.removeAll { $0.utf8.count < Limits.redactedBytesMin }
    let secrets = unknown.map { Secret($0.text) }.sorted { $0.name < $1.name }
    knownSecrets = (secretAnswers.count, values, secrets)
    return (values, secrets)
  }
}

extension ProviderKind {
  /// What its configuration refers to.
  var secrets: [Secret] {
    switch self {
    case .unspecified: []
    case .openAI(let provider): (provider.key.map { [$0] } ?? []) + provider.headers.flatMap(\.value.secrets)
    case .agent(let command): command.environment.flatMap(\.value.secrets)
    }
  }

  /// The same with the values that a run knows.
  func resolved(_ value: (Secret) -> Secret) -> ProviderKind {
    func resolve(_ text: SecretText) -> SecretText {
      SecretText(
        text.parts.map { part in
          if case .secret(let secret) = part { .secret(value(secret)) } else { part }
        })
    }
    switch self {
    case .unspecified: return self
    case .openAI(var provider):
      provider.key = provider.key.map(value)
      provider.headers = provider.headers.map { HTTPRequest.Header($0.name, resolve($0.value)) }
      return .openAI(provider)
    case .agent(var command):
      command.environment = command.environment.map { AgentCommand.EnvironmentValue($0.name, resolve($0.value)) }
      return .agent(command)
    }
  }
}
