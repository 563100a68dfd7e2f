internal import FlowdModel

/// Reads a configuration out of a file's nodes; as with `FlowReader`, what it returns holds only without errors.
struct ConfigReader {
  var nodes: NodeReader

  init(_ document: YAMLDocument) { nodes = NodeReader(document) }

  mutating func config(_ root: YAMLNode) -> Config {
    var config = Config()
    guard let fields = nodes.fields(root, .config) else { return config }
    if let node = fields["providers"] { readProviders(node, into: &config) }
    if let node = fields["defaults"] { config.defaults = defaults(node, config) }
    if let node = fields["log"] { config.log = log(node) }
    if let node = fields["sessions"] { config.lifecycle = lifecycle(node) }
    return config
  }

  // MARK: providers

  private mutating func readProviders(_ node: YAMLNode, into config: inout Config) {
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
          nodes.report(
            "there is no provider \(quoted(entry.key)) to remove\(hint)", at: entry.position, severity: .warning)
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
    var provider = ProviderDefinition(id: entry.key, label: builtIn?.label)
    guard let fields = nodes.fields(entry.value, .provider) else { return provider }
    if let node = fields["label"], let label = nodes.constant(node, "'label'") { provider.label = label }
    if let node = fields["models"] { provider.models = models(node) }
    if let node = fields["default-model"] {
      provider.defaultModel = name(node, "'default-model'")
      check(model: provider.defaultModel, of: provider, at: node.start)
    }
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

  // MARK: defaults

  private mutating func defaults(_ node: YAMLNode, _ config: Config) -> SessionDefaults {
    var defaults = SessionDefaults()
    guard let fields = nodes.fields(node, .defaults) else { return defaults }
    if let node = fields["flow"], let id = nodes.text(node, "'flow'") {
      defaults.flow = id
      if let mistake = FlowID.mistake(in: id) { nodes.report("the flow id \(quoted(id)) \(mistake)", at: node.start) }
    }
    if let node = fields["provider"], let id = name(node, "'provider'") {
      defaults.provider = id
      if config.provider(id) == nil {
        let hint = NearMiss.hint(for: id, among: config.providers.lazy.map(\.id))
        nodes.report("unknown provider \(quoted(id))\(hint)", at: node.start)
      }
    }
    if let node = fields["model"], let id = name(node, "'model'") {
      defaults.model = id
      if fields["provider"] == nil {
        nodes.report("'model' needs a 'provider' beside it", at: fields.position(of: "model") ?? node.start)
      } else if let provider = defaults.provider.flatMap(config.provider) {
        check(model: id, of: provider, at: node.start)
      }
    }
    if let node = fields["mode"] {
      let word = nodes.choice(node, "'mode'", among: RunMode.allCases.map(\.name))
      defaults.mode = RunMode.allCases.first { $0.name == word }
    }
    return defaults
  }

  // MARK: log

  private mutating func log(_ node: YAMLNode) -> LogSettings {
    var log = LogSettings()
    guard let fields = nodes.fields(node, .log) else { return log }
    if let node = fields["format"] {
      let word = nodes.choice(node, "'format'", among: LogSettings.Format.allCases.map(\.rawValue))
      log.format = word.flatMap(LogSettings.Format.init) ?? log.format
    }
    if let node = fields["level"] {
      let word = nodes.choice(node, "'level'", among: LogSettings.Level.allCases.map(\.rawValue))
      log.level = word.flatMap(LogSettings.Level.init) ?? log.level
    }
    return log
  }

  // MARK: sessions

  private mutating func lifecycle(_ node: YAMLNode) -> Lifecycle {
    var lifecycle = Lifecycle()
    guard let fields = nodes.fields(node, .sessions) else { return lifecycle }
    if let node = fields["expiry"] { lifecycle.expiry = nodes.duration(node, "'expiry'") ?? lifecycle.expiry }
    if let node = fields["retention"] {
      lifecycle.retention = nodes.duration(node, "'retention'") ?? lifecycle.retention
    }
    return lifecycle
  }

  // MARK: names

  private mutating func name(_ node: YAMLNode, _ what: String) -> String? {
    guard let text = nodes.text(node, what) else { return nil }
    checkID(text, what, at: node.start)
    return text
  }

  private mutating func checkID(_ id: String, _ what: String, at position: SourcePosition) {
    let isClean = !id.unicodeScalars.contains {
      $0.properties.isWhitespace || $0.properties.generalCategory == .control
    }
    if id.utf8.isEmpty || id.utf8.count > Limits.idBytesMax || !isClean {
      nodes.report(
        "\(what) must have 1 to \(Limits.idBytesMax) bytes and no white space; found \(quoted(id))", at: position)
    }
  }

  private mutating func check(model: String?, of provider: ProviderDefinition, at position: SourcePosition) {
    guard let model, case .list(let models) = provider.models, !provider.models.allows(model) else { return }
    let hint = NearMiss.hint(for: model, among: models)
    nodes.report("provider \(quoted(provider.id)) has no model \(quoted(model))\(hint)", at: position)
  }
}
