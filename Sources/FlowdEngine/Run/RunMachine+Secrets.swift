internal import FlowdModel

extension RunMachine {
  /// The secret that a text refers to, if the text is a reference that the run itself holds: of a secret input, or of
  /// the answer to a secret question. Other texts that look like one are texts.
  func secret(referredToBy text: String) -> Secret? {
    guard text.hasPrefix("secret:") else { return nil }
    if text.hasPrefix("secret:step.") {
      let name = text.dropFirst("secret:step.".count)
      let answer = secretAnswers.first { self.name(of: $0.key).description == name }?.value
      return answer.map { Secret("step.\(name)", value: $0) }
    }
    let isInput = definition.flow.inputs.contains { input in
      input.kind == .secret && inputs.contains { $0.name == input.name && $0.value == .string(text) }
    }
    return isInput ? secret(named: String(text.dropFirst("secret:".count))) : nil
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
    var names = Set(config.providers.flatMap(\.kind.secrets).map { ExactName($0.name) })
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

  /// Values that must not appear in what the run's steps report.
  func redacted(_ config: Config) -> [String] {
    if let known = knownSecrets, known.answers == secretAnswers.count { return known.values }
    let names = secretNames(config)
    var values = Array(secretAnswers.values)
    if !names.isEmpty {
      for entry in environment {
        guard let end = entry.utf8.firstIndex(of: UInt8(ascii: "=")), names.contains(ExactName(String(entry[..<end])))
        else { continue }
        values.append(String(entry[entry.utf8.index(after: end)...]))
      }
    }
    values.removeAll { $0.utf8.count < Limits.redactedBytesMin }
    knownSecrets = (secretAnswers.count, values)
    return values
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
