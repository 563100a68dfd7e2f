internal import FlowdModel
internal import FlowdSchema

extension FlowReader {
  /// What steps have unless they say otherwise; read once, so that a mistake in it is reported once.
  mutating func stepDefaults(_ node: YAMLNode) -> StepDefaults {
    guard let fields = nodes.fields(node, Language.defaults) else { return StepDefaults() }
    if let node = fields["env"] { defaults.env = environment(node, .defaults()) }
    if let node = fields["expect"] { readDefaultExpectations(node) }
    if let node = fields["retry"] {
      let kinds = StepKind.allCases.filter { StepDefaults.applies("retry", to: $0) }
      defaults.retry = noting("retry", kinds) { reader, place in reader.retryKeys(node, place) }
    }
    defaults.attempts = attemptKeys(fields)
    if let node = fields["baseUrl"] {
      defaults.baseURL = baseURL(node)
      defaults.baseURLIsWrong = defaults.baseURL == nil
    }
    if let node = fields["headers"] { defaults.headers = headers(node, ExpressionPlace.defaults().withSecrets) }
    return defaults
  }

  private mutating func readDefaultExpectations(_ node: YAMLNode) {
    for element in checkNodes(node, "'expect'") {
      let kinds = StepKind.allCases.filter { kind in
        queryNames(of: element).allSatisfy { Language.queries(of: kind).contains($0) }
      }
      if let check = noting("expect", kinds, { reader, place in reader.check(element, place, nil) }) {
        defaults.expect.append(.init(check: check, kinds: kinds))
      }
    }
  }

  /// Reads something in which the names of steps' own results may be read, and notes for which steps that is.
  private mutating func noting<Value>(
    _ key: String, _ kinds: [StepKind], _ read: (inout FlowReader, ExpressionPlace) -> Value
  ) -> Value {
    let first = defaults.mentions.count
    let value = read(&self, .defaults(kinds.flatMap { ScopeNames.ownNames(of: $0.rawValue) }))
    for index in defaults.mentions.indices.dropFirst(first) {
      defaults.mentions[index].key = key
      defaults.mentions[index].kinds = kinds
    }
    return value
  }

  /// Notes that a step has a key from `defaults`.
  mutating func take(_ key: String, _ kind: StepKind, _ step: String) {
    let taker = StepDefaults.Taker(key: key, kind: kind)
    if !defaults.mentions.isEmpty, defaults.takers[taker] == nil { defaults.takers[taker] = step }
  }

  /// Reports names in `defaults` that a step which takes them does not have.
  mutating func checkDefaults() {
    for mention in defaults.mentions {
      let lacking = mention.kinds.lazy.filter { !ScopeNames.ownNames(of: $0.rawValue).contains(mention.name) }
      for kind in lacking {
        guard let step = defaults.takers[.init(key: mention.key, kind: kind)] else { continue }
        nodes.report(
          "\(quoted(mention.name)) is no result of 'uses: \(kind.rawValue)', which step \(quoted(step)) has; "
            + "write this in the steps it is for", at: mention.position)
        break
      }
    }
  }
}
