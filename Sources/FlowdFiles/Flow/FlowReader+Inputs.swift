internal import FlowdModel
internal import FlowdSchema

extension FlowReader {
  /// The inputs in file order.
  mutating func inputs(_ node: YAMLNode) -> [InputDefinition] {
    guard let entries = nodes.mapping(node, "'inputs'", expected: "a mapping of names to types") else { return [] }
    if entries.count > Limits.flowInputsMax {
      nodes.report("at most \(Limits.flowInputsMax) inputs are allowed", at: entries[Limits.flowInputsMax].position)
    }
    var variables: [String: String] = [:]
    return entries.prefix(Limits.flowInputsMax).map { entry in
      let input = input(entry)
      if !NameRule.identifier.admits(entry.key) {
        nodes.report(
          "\(quoted(entry.key)) is not a name for an input; \(NameRule.identifierRule)", at: entry.position)
      } else if let other = variables.updateValue(entry.key, forKey: input.environmentName) {
        let variable = input.environmentName
        nodes.report(
          "inputs \(quoted(other)) and \(quoted(entry.key)) would both be the environment variable \(variable)",
          at: entry.position)
      }
      return input
    }
  }

  private mutating func input(_ entry: YAMLNode.Entry) -> InputDefinition {
    var input = InputDefinition(name: entry.key)
    guard case .mapping = entry.value.content else {
      let name = "input \(quoted(entry.key))"
      guard case .scalar = entry.value.content, nodes.describe(entry.value) != "nothing" else {
        nodes.reportMismatch(entry.value, name, expected: "a type such as 'string', or a mapping")
        return input
      }
      input.kind = kind(entry.value, among: Language.inputKinds) ?? .string
      checkOptions(input, nil, at: entry.value.start)
      return input
    }
    guard let fields = nodes.fields(entry.value, Language.input) else { return input }
    var kindIsKnown = true
    if let node = fields["type"] {
      let kind = kind(node, among: Language.inputKinds)
      kindIsKnown = kind != nil
      input.kind = kind ?? .string
    }
    if let node = fields["required"] { input.required = nodes.boolean(node, "'required'") ?? false }
    if let node = fields["description"] { input.description = nodes.text(node, "'description'") ?? "" }
    if let node = fields["options"] { input.options = options(node) }
    if kindIsKnown { checkOptions(input, fields["options"], at: fields.position(of: "options") ?? entry.position) }
    guard let node = fields["default"] else { return input }
    if input.required {
      nodes.report(
        "'required: true' and 'default' exclude each other", at: fields.position(of: "default") ?? node.start)
    }
    if kindIsKnown { input.defaultValue = defaultValue(node, input) }
    return input
  }

  /// A type of inputs or of questions.
  mutating func kind(_ node: YAMLNode, among names: [String]) -> InputDefinition.Kind? {
    guard let text = nodes.text(node, "'type'") else { return nil }
    if names.contains(text), let kind = InputDefinition.Kind(rawValue: text) { return kind }
    let hint = NearMiss.hint(for: text, among: names)
    let rest = hint.isEmpty ? "; use \(names.map(quoted).joined(separator: ", "))" : hint
    nodes.report("unknown type \(quoted(text))\(rest)", at: node.start)
    return nil
  }

  /// The texts of a `choice`.
  mutating func options(_ node: YAMLNode) -> [String] {
    guard let elements = nodes.sequence(node, "'options'") else { return [] }
    var options: [String] = []
    var seen: Set<ExactName> = []
    if elements.count > Limits.optionsMax {
      nodes.report("at most \(Limits.optionsMax) options are allowed", at: elements[Limits.optionsMax].start)
    }
    for element in elements.prefix(Limits.optionsMax) {
      guard let option = nodes.text(element, "an option") else { continue }
      if seen.insert(ExactName(option)).inserted {
        options.append(option)
      } else {
        nodes.report("the option \(quoted(option)) is given twice", at: element.start)
      }
    }
    if elements.isEmpty { nodes.report("'options' must not be empty", at: node.start) }
    return options
  }

  private mutating func checkOptions(_ input: InputDefinition, _ node: YAMLNode?, at position: SourcePosition) {
    checkOptions(input.kind, node, of: "an input", at: position)
  }

  /// Options go with a choice, and a choice with options.
  mutating func checkOptions(
    _ kind: InputDefinition.Kind, _ node: YAMLNode?, of what: String, at position: SourcePosition
  ) {
    if kind == .choice, node == nil {
      nodes.report("\(what) of type 'choice' needs 'options'", at: position)
    } else if kind != .choice, node != nil {
      nodes.report("'options' go with 'type: choice' only", at: position)
    }
  }

  private mutating func defaultValue(_ node: YAMLNode, _ input: InputDefinition) -> JSONValue? {
    let value: JSONValue?
    switch input.kind {
    case .string, .choice, .secret:
      value = nodes.text(node, "'default'").map(JSONValue.string)
      if case .string(let text) = value, TemplateText.hasReference(text) {
        nodes.report("'default' is constant; ${{ }} is not replaced in it", at: nodes.positionOfReference(in: node))
      }
    case .number, .boolean, .json:
      value = nodes.json(node)
    }
    guard let value else { return nil }
    if input.kind == .choice, input.options.isEmpty { return nil }
    if let mistake = InputValidation.mismatch(value, input) { nodes.report("'default' \(mistake)", at: node.start) }
    return value
  }
}
