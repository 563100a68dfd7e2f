internal import FlowdModel

extension ConfigReader {
  mutating func readProviders(_ node: YAMLNode, into config: inout Config) {
    guard let entries = nodes.mapping(node, "'providers'", expected: "a mapping of ids to providers") else { return }
    if entries.count > Limits.providersMax {
      nodes.report("at most \(Limits.providersMax) providers are allowed", at: entries[Limits.providersMax].position)
    }
    for entry in entries.prefix(Limits.providersMax) {
      checkID(entry.key, "a provider's id", at: entry.position)
      let index = config.providers.firstIndex { ExactName($0.id) == ExactName(entry.key) }
      if isRemoval(entry.value) {
        guard let index else {
          let hint = NearMiss.hint(for: entry.key, among: config.providers.lazy.map(\.id))
          nodes.warn(
            "there is no provider \(quoted(entry.key)) to remove\(hint)", at: entry.position)
          continue
        }
        config.providers.remove(at: index)
      } else if let index {
        config.providers[index] = provider(entry, builtIn: config.providers[index])
      } else {
        config.providers.append(provider(entry, builtIn: nil))
      }
    }
  }

  private func isRemoval(_ node: YAMLNode) -> Bool {
    guard case .scalar(let text, .plain) = node.content else { return false }
    return CoreValue(plain: text) == .null || CoreValue(plain: text) == .bool(false)
  }

  private mutating func provider(_ entry: YAMLNode.Entry, builtIn: ProviderDefinition?) -> ProviderDefinition {
    var provider = builtIn ?? ProviderDefinition(id: entry.key)
    guard let fields = nodes.fields(entry.value, .provider) else { return provider }
    if let node = fields["label"], let label = nodes.constant(node, "'label'") { provider.label = label }
    if let node = fields["models"] { provider.models = models(node) }
    if let node = fields["default-model"] {
      provider.defaultModel = name(node, "'default-model'")
      check(model: provider.defaultModel, of: provider, at: node.start)
    }
    provider.kind = kind(fields, builtIn: builtIn?.kind, at: entry.position)
    return provider
  }

  private mutating func models(_ node: YAMLNode) -> ProviderDefinition.Models {
    if case .scalar("any", _) = node.content { return .any }
    guard let elements = nodes.sequence(node, "'models'", expected: "'any' or a list of model ids") else { return .any }
    if elements.isEmpty { nodes.report("'models' must not be empty; write 'any' to allow all", at: node.start) }
    if elements.count > Limits.modelsMax {
      nodes.report("at most \(Limits.modelsMax) models are allowed", at: elements[Limits.modelsMax].start)
    }
    var models: [String] = []
    var seen: Set<ExactName> = []
    for element in elements.prefix(Limits.modelsMax) {
      guard let model = name(element, "a model's id") else { continue }
      if seen.insert(ExactName(model)).inserted {
        models.append(model)
      } else {
        nodes.report("the model \(quoted(model)) is given twice", at: element.start)
      }
    }
    return .list(models)
  }

  // MARK: kinds

  /// How its models are reached: as the file says, else as the built-in provider does.
  private mutating func kind(
    _ fields: Fields, builtIn: ProviderKind?, at position: SourcePosition
  ) -> ProviderKind {
    var word: String?
    if let node = fields["kind"] {
      word = nodes.choice(node, "'kind'", among: ["openai", "agent"])
      if word == nil { return .unspecified }
    }
    switch (word, builtIn ?? .unspecified) {
    case ("openai", .openAI(let base)), (nil, .openAI(let base)):
      refuse(KnownKeys.agentKeys, in: fields, unless: "agent")
      return .openAI(openAI(fields, over: base, at: position))
    case ("openai", _):
      refuse(KnownKeys.agentKeys, in: fields, unless: "agent")
      return .openAI(openAI(fields, over: nil, at: position))
    case ("agent", .agent(let base)), (nil, .agent(let base)):
      refuse(KnownKeys.openAIKeys, in: fields, unless: "openai")
      return .agent(agent(fields, over: base, at: position))
    case ("agent", _):
      refuse(KnownKeys.openAIKeys, in: fields, unless: "openai")
      return .agent(agent(fields, over: nil, at: position))
    case (_, .unspecified), (_, .openAI), (_, .agent):
      refuse(KnownKeys.openAIKeys, in: fields, unless: "openai")
      refuse(KnownKeys.agentKeys + ["silence"], in: fields, unless: "agent")
      return .unspecified
    }
  }

  private mutating func refuse(_ keys: [String], in fields: Fields, unless kind: String) {
    for entry in fields.entries where keys.contains(entry.key) {
      nodes.report("\(quoted(entry.key)) needs 'kind: \(kind)'", at: entry.position)
    }
  }

  // MARK: secrets

  /// A text that is `secret:NAME`, or that holds `${{ secrets.NAME }}`.
  mutating func secretText(_ node: YAMLNode, _ name: String) -> SecretText? {
    guard let text = nodes.text(node, name) else { return nil }
    if text.hasPrefix("secret:") { return secret(text, name, at: node.start).map { SecretText([.secret($0)]) } }
    guard TemplateText.hasReference(text) else { return SecretText(text) }
    var parts: [SecretText.Part] = []
    for piece in TemplateText.pieces(of: text) {
      switch piece {
      case .text(let text): parts.append(.text(text))
      case .expression(let body, _):
        let path = Expression(body.trimmed).path
        guard let path, path.count == 2, path[0] == ScopeNames.secrets, path[1].utf8.count <= Limits.idBytesMax else {
          nodes.report(
            "only ${{ secrets.NAME }} is replaced in the configuration", at: nodes.positionOfReference(in: node))
          return nil
        }
        parts.append(.secret(Secret(path[1])))
      case .unterminated:
        nodes.report("'${{' is not closed by '}}'", at: nodes.positionOfReference(in: node))
        return nil
      }
    }
    return SecretText(parts)
  }

  /// `secret:NAME`. What else is written there may be a secret itself, so it is not shown.
  mutating func secret(_ text: String, _ name: String, at position: SourcePosition) -> Secret? {
    guard InputValidation.isSecretReference(text) else {
      nodes.report("\(name) must be a reference such as secret:NAME, not the value itself", at: position)
      return nil
    }
    return Secret(String(text.dropFirst("secret:".count)))
  }
}

extension String {
  /// Without spaces around it.
  fileprivate var trimmed: String {
    let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\n" }
    return String(drop(while: isSpace).reversed().drop(while: isSpace).reversed())
  }
}
