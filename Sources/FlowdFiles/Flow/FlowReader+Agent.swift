internal import FlowdModel
internal import FlowdSchema

extension FlowReader {
  /// `with` of `uses: agent`.
  mutating func agent(_ fields: Fields, _ place: ExpressionPlace) -> AgentStep? {
    var step = AgentStep(prompt: Template([]))
    var hasPrompt = false
    if let node = fields["prompt"], let prompt = template(node, "'prompt'", place) {
      hasPrompt = true
      step.prompt = prompt
      if let text = prompt.constant, isBlank(text) { nodes.report("'prompt' must not be empty", at: node.start) }
    }
    if let node = fields["system"] { step.system = template(node, "'system'", place) }
    if let node = fields["persona"] { step.persona = document(node, "'persona'", .persona) }
    if let node = fields["contracts"] { step.contracts = contracts(node) }
    if let node = fields["provider"] { step.provider = choice(node, "'provider'", place) }
    if let node = fields["model"] { step.model = choice(node, "'model'", place) }
    if let node = fields["read_only"] { step.isReadOnly = nodes.boolean(node, "'read_only'") ?? true }
    readOutput(fields, into: &step)
    return hasPrompt ? step : nil
  }

  private mutating func readOutput(_ fields: Fields, into step: inout AgentStep) {
    if let node = fields["output"] {
      let word = nodes.choice(node, "'output'", among: AgentStep.Output.allCases.map(\.rawValue))
      step.output = word.flatMap(AgentStep.Output.init) ?? .text
    }
    if let node = fields["schema"] {
      if step.output != .json {
        nodes.report("'schema' needs 'output: json' beside it", at: fields.position(of: "schema") ?? node.start)
      }
      step.schema = schema(node)
    }
    if let node = fields["max-output"] {
      let size = nodes.size(node, "'max-output'", in: 1...Limits.resultBytesMax)
      step.outputBytesMax = size ?? step.outputBytesMax
    }
  }

  private mutating func schema(_ node: YAMLNode) -> JSONValue? {
    guard nodes.mapping(node, "'schema'", expected: "a JSON Schema, which is a mapping") != nil else { return nil }
    guard let schema = nodes.json(node) else { return nil }
    // What would not be looked at must not be relied on.
    for finding in JSONSchemaValidator.unsupported(in: schema) { nodes.report("'schema' \(finding)", at: node.start) }
    return schema
  }

  /// A provider or a model, which a run may know first.
  private mutating func choice(_ node: YAMLNode, _ name: String, _ place: ExpressionPlace) -> Template? {
    guard let text = template(node, name, place) else { return nil }
    if text.parts.isEmpty { nodes.report("\(name) must not be empty", at: node.start) }
    if let constant = text.constant, constant.utf8.count > Limits.idBytesMax {
      nodes.report("\(name) has more than \(Limits.idBytesMax) bytes", at: node.start)
    }
    return text
  }

  // MARK: documents

  private mutating func contracts(_ node: YAMLNode) -> [String] {
    guard let elements = nodes.sequence(node, "'contracts'", expected: "a list of names") else { return [] }
    if elements.count > Limits.documentsMax {
      nodes.report("at most \(Limits.documentsMax) contracts are allowed", at: elements[Limits.documentsMax].start)
    }
    var names: [String] = []
    for element in elements.prefix(Limits.documentsMax) {
      guard let name = document(element, "a contract", .contract) else { continue }
      if names.contains(where: { ExactName($0) == ExactName(name) }) {
        nodes.report("the contract \(quoted(name)) is given twice", at: element.start)
      } else {
        names.append(name)
      }
    }
    return names
  }

  /// The name of a document, which is found by the catalogue.
  private mutating func document(_ node: YAMLNode, _ what: String, _ kind: FlowDocument.Kind) -> String? {
    guard let name = nodes.constant(node, what) else { return nil }
    if let mistake = FlowID.mistake(in: name, of: "a \(kind.rawValue)") {
      nodes.report("the name \(quoted(name)) \(mistake)", at: node.start)
    } else {
      documentReferences.append(DocumentReference(kind: kind, name: name, position: node.start))
    }
    return name
  }
}
