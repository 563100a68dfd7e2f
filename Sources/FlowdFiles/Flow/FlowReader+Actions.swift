internal import FlowdLua
internal import FlowdModel
internal import FlowdSchema

extension FlowReader {
  /// `uses` and `with`.
  mutating func action(_ fields: Fields, _ place: ExpressionPlace, at position: SourcePosition) -> StepAction? {
    guard let node = fields["uses"] else {
      if !fields.entries.contains(where: { $0.key == "run" }) {
        nodes.report("a step needs 'uses', such as 'uses: run'", at: position)
      }
      return nil
    }
    guard let word = nodes.text(node, "'uses'") else { return nil }
    guard let kind = StepKind(rawValue: word) else {
      reportUnknownKind(word, at: node.start)
      return nil
    }
    let object = Language.with(kind)
    guard let with = fields["with"] else {
      let keys = object.keys.filter(\.isRequired).map(\.name) + object.exactlyOne.flatMap { $0.prefix(1) }
      let example = keys.map { "\($0): …" }.joined(separator: ", ")
      nodes.report("'uses: \(word)' needs 'with: { \(example) }'", at: node.start)
      return nil
    }
    guard let withFields = nodes.fields(with, object) else { return nil }
    checkRequired(withFields, object, "'uses: \(word)'", at: with.start)
    switch kind {
    case .run: return command(withFields, place).map(StepAction.run)
    case .http: return http(withFields, place).map(StepAction.http)
    case .agent: return agent(withFields, place).map(StepAction.agent)
    case .script: return script(withFields, place).map(StepAction.script)
    case .input: return question(withFields, place, at: with.start).map(StepAction.input)
    case .wait: return wait(withFields, place, at: with.start).map(StepAction.wait)
    case .flow: return subflow(withFields, place).map(StepAction.flow)
    }
  }

  /// Reports keys that a mapping lacks.
  mutating func checkRequired(_ fields: Fields, _ object: SchemaObject, _ owner: String, at position: SourcePosition) {
    for key in object.keys where key.isRequired && fields[key.name] == nil {
      let article = "aeio".contains(key.name.prefix(1)) ? "an" : "a"
      nodes.report("\(owner) needs \(article) \(quoted(key.name))", at: position)
    }
  }

  private mutating func reportUnknownKind(_ word: String, at position: SourcePosition) {
    let kinds = StepKind.allCases.map(\.rawValue)
    let hint = NearMiss.hint(for: word, among: kinds)
    let rest = hint.isEmpty ? "; use \(kinds.map(quoted).joined(separator: ", "))" : hint
    nodes.report("unknown step kind \(quoted(word))\(rest)", at: position)
  }

  // MARK: script

  private mutating func script(_ fields: Fields, _ place: ExpressionPlace) -> ScriptSource? {
    guard let node = fields["lua"] else { return nil }
    guard let text = nodes.text(node, "'lua'") else { return nil }
    if isBlank(text) { nodes.report("'lua' must not be empty", at: node.start) }
    if TemplateText.hasReference(text) {
      let advice = "it reads inputs and steps itself, such as inputs.name"
      nodes.report("${{ }} is not replaced in a script; \(advice)", at: nodes.positionOfReference(in: node))
      return nil
    }
    let isBlock = if case .scalar(_, .block) = node.content { true } else { false }
    let firstLine = Int(node.start.line) + (isBlock ? 1 : 0)
    // Places are found from the first byte on, so nothing is cut off.
    let source = ExpressionText(text, from: 0, after: nil, in: ScalarPlaces(node, in: nodes.source), trimmed: false)
    if let mistake = LuaSyntax.check(script: text, firstLine: firstLine) {
      reportSyntax(mistake, in: source, line: firstLine)
      return nil
    }
    let names = ExpressionScan.scan(text)
    checkSecrets(names, in: source)
    let reads = reads(names, in: source, place)
    return ScriptSource(text, firstLine: firstLine, reads: reads)
  }

  /// Whether a text is white space.
  func isBlank(_ text: String) -> Bool { text.utf8.allSatisfy { [0x20, 0x09, 0x0A, 0x0D].contains($0) } }

  // MARK: input

  private mutating func question(_ fields: Fields, _ place: ExpressionPlace, at position: SourcePosition) -> Question? {
    var question = Question(prompt: Template([]))
    if let node = fields["prompt"], let prompt = template(node, "'prompt'", place) {
      question.prompt = prompt
      if let text = prompt.constant, isBlank(text) { nodes.report("'prompt' must not be empty", at: node.start) }
      if let text = prompt.constant, text.utf8.count > Limits.promptBytesMax {
        nodes.report("'prompt' has more than \(Limits.promptBytesMax) bytes", at: node.start)
      }
    }
    var kindIsKnown = true
    if let node = fields["type"] {
      let kind = kind(node, among: Language.questionKinds)
      kindIsKnown = kind != nil
      question.kind = kind ?? .string
    }
    if let node = fields["options"] { question.options = options(node) }
    if kindIsKnown {
      checkOptions(
        question.kind, fields["options"], of: "a question", at: fields.position(of: "options") ?? position)
    }
    if let node = fields["default"], kindIsKnown { question.defaultValue = answer(node, question, place) }
    if let node = fields["timeout"] { question.timeout = nodes.duration(node, "'timeout'") }
    return question
  }

  /// What is taken when nobody answers.
  private mutating func answer(_ node: YAMLNode, _ question: Question, _ place: ExpressionPlace) -> ValueTemplate? {
    let value: ValueTemplate?
    switch question.kind {
    case .secret:
      nodes.report("a question of type 'secret' has no default", at: node.start)
      return nil
    case .string, .choice:
      value = template(node, "'default'", place).map { template in
        template.constant.map { .constant(.string($0)) } ?? .string(template)
      }
    case .number, .boolean, .json:
      value = self.value(node, place)
    }
    guard let constant = value?.constantValue else { return value }
    let definition = InputDefinition(name: "", kind: question.kind, options: question.options)
    guard question.kind != .choice || !question.options.isEmpty else { return value }
    if let mistake = InputValidation.mismatch(constant, definition) {
      nodes.report("'default' \(mistake)", at: node.start)
    }
    return value
  }

  // MARK: wait

  private mutating func wait(_ fields: Fields, _ place: ExpressionPlace, at position: SourcePosition) -> Wait? {
    switch (fields["for"], fields["until"]) {
    case (nil, nil):
      nodes.report("'uses: wait' needs 'for', a duration, or 'until', an expression", at: position)
      return nil
    case (_?, let until?):
      nodes.report("'for' and 'until' exclude each other", at: fields.position(of: "until") ?? until.start)
      return nil
    case (let node?, nil):
      for key in ["interval", "deadline"] {
        if let position = fields.position(of: key) {
          nodes.report("\(quoted(key)) goes with 'until' only", at: position)
        }
      }
      guard let duration = template(node, "'for'", place) else { return nil }
      if let text = duration.constant {
        do {
          _ = try DurationText.parse(text, zeroIsAllowed: true)
        } catch {
          nodes.report("'for' \(error.message)", at: node.start)
        }
      }
      return .duration(duration)
    case (nil, let node?):
      let interval = fields["interval"].flatMap { nodes.duration($0, "'interval'") }
      let deadline = fields["deadline"].flatMap { nodes.duration($0, "'deadline'") }
      return expression(node, "'until'", place).map {
        .until($0, interval: interval ?? .seconds(1), deadline: deadline)
      }
    }
  }

  // MARK: flow

  private mutating func subflow(_ fields: Fields, _ place: ExpressionPlace) -> SubflowCall? {
    let before = nodes.problemCount
    var inputs: [NamedValue] = []
    if let node = fields["inputs"],
      let entries = nodes.mapping(node, "'inputs'", expected: "a mapping of names to values")
    {
      if entries.count > Limits.flowInputsMax {
        nodes.report("at most \(Limits.flowInputsMax) inputs are allowed", at: entries[Limits.flowInputsMax].position)
      }
      inputs = namedValues(entries.prefix(Limits.flowInputsMax), "an input", place)
    }
    let hasBrokenInputs = nodes.problemCount > before
    guard let node = fields["flow"], let flow = nodes.constant(node, "'flow'") else { return nil }
    let call = SubflowCall(flow: flow, inputs: inputs)
    if let mistake = FlowID.mistake(in: flow) {
      nodes.report("the flow id \(quoted(flow)) \(mistake)", at: node.start)
    } else {
      subflowCalls.append(SubflowReference(call: call, position: node.start, hasBrokenInputs: hasBrokenInputs))
    }
    return call
  }
}
