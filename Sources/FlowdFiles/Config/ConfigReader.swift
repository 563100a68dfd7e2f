internal import FlowdModel

/// Reads a configuration out of a file's nodes; as with `FlowReader`, what it returns holds only without errors.
struct ConfigReader {
  var nodes: NodeReader
  /// What `~` stands for in paths.
  let home: String?

  init(_ document: YAMLDocument, home: String?) {
    nodes = NodeReader(document)
    self.home = home
  }

  mutating func config(_ root: YAMLNode) -> Config {
    var config = Config()
    guard let fields = nodes.fields(root, .config) else { return config }
    if let node = fields["providers"] { readProviders(node, into: &config) }
    if let node = fields["defaults"] { config.defaults = defaults(node, config) }
    if let node = fields["network"] { config.network = nodes.networkPolicy(node) }
    if let node = fields["agents"] { config.hiddenPaths = hiddenPaths(node) }
    if let node = fields["log"] { config.log = log(node) }
    if let node = fields["sessions"] { config.lifecycle = lifecycle(node) }
    return config
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

  // MARK: agents

  private mutating func hiddenPaths(_ node: YAMLNode) -> [String] {
    guard let fields = nodes.fields(node, .agents), let node = fields["hidden"],
      let elements = nodes.sequence(node, "'hidden'", expected: "a list of paths")
    else { return [] }
    if elements.count > Limits.hiddenPathsMax {
      nodes.report("at most \(Limits.hiddenPathsMax) paths are allowed", at: elements[Limits.hiddenPathsMax].start)
    }
    return elements.prefix(Limits.hiddenPathsMax).compactMap { hiddenPath($0) }
  }

  private mutating func hiddenPath(_ node: YAMLNode) -> String? {
    guard let text = nodes.constant(node, "a hidden path") else { return nil }
    var path = text
    if text == "~" || text.hasPrefix("~/") {
      guard let home else {
        nodes.report("\(quoted(text)) needs a home directory, and none is known", at: node.start)
        return nil
      }
      path = home + text.dropFirst()
    }
    let parts = path.split(separator: "/")
    guard path.hasPrefix("/"), !parts.isEmpty, !parts.contains(".."),
      path.utf8.count <= Limits.pathBytesMax
    else {
      nodes.report(
        "a hidden path must be absolute or begin with ~/, without '..'; found \(quoted(text))", at: node.start)
      return nil
    }
    return path
  }

  // MARK: names

  mutating func name(_ node: YAMLNode, _ what: String) -> String? {
    guard let text = nodes.text(node, what) else { return nil }
    checkID(text, what, at: node.start)
    return text
  }

  mutating func checkID(_ id: String, _ what: String, at position: SourcePosition) {
    let isClean = !id.unicodeScalars.contains {
      $0.properties.isWhitespace || $0.properties.generalCategory == .control
    }
    if id.utf8.isEmpty || id.utf8.count > Limits.idBytesMax || !isClean {
      nodes.report(
        "\(what) must have 1 to \(Limits.idBytesMax) bytes and no white space; found \(quoted(id))", at: position)
    }
  }

  mutating func check(model: String?, of provider: ProviderDefinition, at position: SourcePosition) {
    guard let model, case .list(let models) = provider.models, !provider.models.allows(model) else { return }
    let hint = NearMiss.hint(for: model, among: models)
    nodes.report("provider \(quoted(provider.id)) has no model \(quoted(model))\(hint)", at: position)
  }
}
