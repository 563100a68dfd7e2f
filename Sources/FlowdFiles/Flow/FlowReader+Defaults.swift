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
      defaults.retry = noting(kinds) { reader, place in reader.retryKeys(node, place) }
    }
    defaults.attempts = attemptKeys(fields)
    return defaults
  }

  private mutating func readDefaultExpectations(_ node: YAMLNode) {
    for element in checkNodes(node, "'expect'") {
      let kinds = StepKind.allCases.filter { kind in
        queryNames(of: element).allSatisfy { Language.queries(of: kind).contains($0) }
      }
      if let check = noting(kinds, { reader, place in reader.check(element, place, nil) }) {
        defaults.expect.append(.init(check: check, kinds: kinds))
      }
    }
  }

  /// Reads something in which the names of steps' own results may be read, and notes for which kinds that is.
  private mutating func noting<Value>(
    _ kinds: [StepKind], _ read: (inout FlowReader, ExpressionPlace) -> Value
  ) -> Value {
    let first = defaults.mentions.count
    let value = read(&self, .defaults(kinds.flatMap { ScopeNames.ownNames(of: $0.rawValue) }))
    for index in defaults.mentions.indices.dropFirst(first) { defaults.mentions[index].kinds = kinds }
    return value
  }

  /// Reports names in `defaults` that a step which takes them does not have.
  mutating func checkDefaults() {
    guard !defaults.mentions.isEmpty else { return }
    var firstSteps: [StepKind: String] = [:]
    for outline in outlines.reversed() { if let kind = outline.kind { firstSteps[kind] = outline.id } }
    for mention in defaults.mentions {
      let lacking = mention.kinds.first { kind in
        firstSteps[kind] != nil && !ScopeNames.ownNames(of: kind.rawValue).contains(mention.name)
      }
      guard let lacking, let step = firstSteps[lacking] else { continue }
      nodes.report(
        "\(quoted(mention.name)) is no result of 'uses: \(lacking.rawValue)', which step \(quoted(step)) has; "
          + "write this in the steps it is for", at: mention.position)
    }
  }
}
