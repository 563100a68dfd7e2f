internal import FlowdModel
internal import FlowdSchema

extension FlowReader {
  /// The steps in file order; one for each element, so that indices hold.
  mutating func steps(_ node: YAMLNode) -> [StepDefinition] {
    guard let elements = nodes.sequence(node, "'steps'", expected: "a list of steps") else { return [] }
    if elements.isEmpty { nodes.report("'steps' must not be empty", at: node.start) }
    if elements.count > Limits.flowStepsMax {
      nodes.report("at most \(Limits.flowStepsMax) steps are allowed", at: elements[Limits.flowStepsMax].start)
    }
    return elements.prefix(Limits.flowStepsMax).enumerated().map { step($0.element, index: $0.offset) }
  }

  private mutating func step(_ node: YAMLNode, index: Int) -> StepDefinition {
    let outline = outlines[index]
    var step = StepDefinition(id: outline.id, line: Int(node.start.line), action: .run(.arguments([])))
    needsPositions.append(node.start)
    guard let fields = nodes.fields(node, Language.step) else { return step }
    checkID(fields, index: index, at: node.start)
    if let node = fields["label"], let label = nodes.constant(node, "'label'") { step.label = label }
    step.needs = needs(fields, index: index)
    if let node = fields["if"] { step.condition = expression(node, "'if'", .step(index)) }
    if let node = fields["foreach"] { step.foreach = foreach(node, index: index) }
    let names = step.foreach.map { [$0.name, ScopeNames.index] } ?? (outline.isList ? ["item", ScopeNames.index] : [])
    step.action = action(fields, .step(index, names), at: node.start) ?? step.action
    if let kind = outline.kind {
      checkApplicability(fields, kind)
      readResults(fields, .step(index, names, own: kind), kind, index: index, into: &step)
      readAttempts(fields, kind, into: &step)
      let env = fields["env"].map { environment($0, .step(index, names)) } ?? []
      step.env = merged(defaults.env(for: kind), env, at: node.start)
    }
    if let node = fields["cwd"] {
      step.workingDirectory = template(node, "'cwd'", .step(index, names))
      if step.workingDirectory?.parts.isEmpty == true { nodes.report("'cwd' must not be empty", at: node.start) }
    }
    return step
  }

  private mutating func checkID(_ fields: Fields, index: Int, at position: SourcePosition) {
    guard let node = fields["id"] else {
      nodes.report("a step needs an 'id'", at: position)
      return
    }
    guard let id = nodes.text(node, "'id'") else { return }
    if !NameRule.identifier.admits(id) {
      nodes.report("\(quoted(id)) is not a step id; \(NameRule.identifierRule)", at: node.start)
    } else if let first = stepIndices[id], first != index {
      nodes.report("the step id \(quoted(id)) is already used at line \(needsPositions[first].line)", at: node.start)
    }
  }

  /// Reports keys that mean nothing for steps of a kind.
  private mutating func checkApplicability(_ fields: Fields, _ kind: StepKind) {
    for entry in fields.entries {
      guard let key = Language.step.key(entry.key), !key.applies(to: kind) else { continue }
      let hint = key.elsewhere[kind].map { "; write \($0)" } ?? ""
      nodes.report("\(quoted(entry.key)) has no meaning for 'uses: \(kind.rawValue)'\(hint)", at: entry.position)
    }
  }

  /// What is looked at after an attempt.
  private mutating func readResults(
    _ fields: Fields, _ place: ExpressionPlace, _ kind: StepKind, index: Int, into step: inout StepDefinition
  ) {
    step.expect = expectations(fields, place, kind, index: index)
    if let node = fields["until"] { step.until = until(node, place) }
    if let node = fields["outputs"] { step.outputs = outputs(node, place) }
    var retry = Language.step.key("retry")?.applies(to: kind) == true ? defaults.retry : RetryKeys()
    let condition = retry.condition
    retry.condition = nil
    if let node = fields["retry"] { retry = retryKeys(node, place).over(retry) }
    if let condition, retry.condition == nil {
      retry.condition = condition
      take("retry", kind, step.id)
    }
    step.retry = retry.policy
  }

  /// How attempts are bounded, and what their failure means.
  private mutating func readAttempts(_ fields: Fields, _ kind: StepKind, into step: inout StepDefinition) {
    let defaults = defaults.attempts(for: kind)
    let own = attemptKeys(fields)
    step.timeout = own.timeout ?? defaults.timeout
    step.deadline = own.deadline ?? defaults.deadline
    step.onRestart = own.onRestart ?? defaults.onRestart ?? step.action.usualRestart
    step.continueOnError = own.continueOnError ?? defaults.continueOnError ?? false
    step.circuit = own.circuit ?? defaults.circuit
  }

  /// The keys that steps and `defaults` share and that are one value each.
  mutating func attemptKeys(_ fields: Fields) -> AttemptKeys {
    var keys = AttemptKeys()
    if let node = fields["timeout"] { keys.timeout = nodes.duration(node, "'timeout'") }
    if let node = fields["deadline"] { keys.deadline = nodes.duration(node, "'deadline'") }
    if let node = fields["continue-on-error"] {
      keys.continueOnError = nodes.boolean(node, "'continue-on-error'") ?? false
    }
    if let node = fields["on-restart"] {
      let words = RestartPolicy.allCases.map(\.rawValue)
      keys.onRestart = nodes.choice(node, "'on-restart'", among: words).flatMap(RestartPolicy.init)
    }
    if let node = fields["circuit"], let name = nodes.constant(node, "'circuit'") {
      keys.circuit = name
      if name.utf8.count > Limits.idBytesMax {
        nodes.report("'circuit' has more than \(Limits.idBytesMax) bytes", at: node.start)
      }
    }
    return keys
  }

  /// Entries under entries: the step's value wins, and keeps the place of the one it replaces.
  private mutating func merged(
    _ under: [EnvironmentEntry], _ over: [EnvironmentEntry], at position: SourcePosition
  ) -> [EnvironmentEntry] {
    if under.isEmpty { return over }
    guard !over.isEmpty, mayMerge(under.count + over.count, at: position) else { return under }
    var merged = under
    let indices = Dictionary(under.enumerated().map { ($0.element.name, $0.offset) }, uniquingKeysWith: { $1 })
    for entry in over {
      if let index = indices[entry.name] { merged[index] = entry } else { merged.append(entry) }
    }
    return merged
  }

  /// Counts what steps have from `defaults` beside their own: a small file could ask for any amount.
  mutating func mayMerge(_ count: Int, at position: SourcePosition) -> Bool {
    let before = mergedCount
    mergedCount += count
    if mergedCount > Limits.flowMergedMax, before <= Limits.flowMergedMax {
      nodes.report(
        "with those of 'defaults' the steps have more than \(Limits.flowMergedMax) variables and checks", at: position)
    }
    return mergedCount <= Limits.flowMergedMax
  }
}
