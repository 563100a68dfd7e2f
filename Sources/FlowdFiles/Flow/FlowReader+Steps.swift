internal import FlowdModel

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
    var step = StepDefinition(id: stepIDs[index], action: .run(.arguments([])))
    needsPositions.append(node.start)
    guard let fields = nodes.fields(node, .step) else { return step }
    checkID(fields, index: index, at: node.start)
    if let node = fields["label"], let label = nodes.constant(node, "'label'") { step.label = label }
    step.action = action(fields, index: index, at: node.start) ?? step.action
    step.needs = needs(fields, index: index)
    if let node = fields["env"] { step.env = environment(node, scope: .step(index)) }
    if let node = fields["cwd"] {
      step.workingDirectory = template(node, "'cwd'", scope: .step(index))
      if step.workingDirectory?.parts.isEmpty == true { nodes.report("'cwd' must not be empty", at: node.start) }
    }
    if let node = fields["timeout"] { step.timeout = duration(node, "'timeout'") }
    if let node = fields["continue-on-error"] {
      step.continueOnError = nodes.boolean(node, "'continue-on-error'") ?? false
    }
    if let node = fields["on-restart"] { step.onRestart = restartPolicy(node) }
    return step
  }

  private mutating func checkID(_ fields: Fields, index: Int, at position: SourcePosition) {
    guard let node = fields["id"] else {
      nodes.report("a step needs an 'id'", at: position)
      return
    }
    guard let id = nodes.text(node, "'id'") else { return }
    if !NameRule.identifier.admits(id) {
      let rule = "use at most 64 letters, digits, _ and -, a letter or _ first"
      nodes.report("\(quoted(id)) is not a step id; \(rule)", at: node.start)
    } else if let first = stepIndices[id], first != index {
      nodes.report("the step id \(quoted(id)) is already used at line \(needsPositions[first].line)", at: node.start)
    }
  }

  private mutating func duration(_ node: YAMLNode, _ name: String) -> Duration? {
    guard let text = nodes.text(node, name) else { return nil }
    do {
      return try DurationText.parse(text)
    } catch {
      nodes.report("\(name) \(error.message)", at: node.start)
      return nil
    }
  }

  private mutating func restartPolicy(_ node: YAMLNode) -> RestartPolicy {
    if case .scalar("ask", _) = node.content {
      nodes.report("'on-restart: ask' is not supported yet", at: node.start)
      return .retry
    }
    let words = RestartPolicy.allCases.map(\.rawValue)
    return nodes.choice(node, "'on-restart'", among: words).flatMap(RestartPolicy.init) ?? .retry
  }

  // MARK: action

  private mutating func action(_ fields: Fields, index: Int, at position: SourcePosition) -> StepAction? {
    guard let node = fields["uses"] else {
      if !fields.entries.contains(where: { $0.key == "run" }) {
        nodes.report("a step needs 'uses', such as 'uses: run'", at: position)
      }
      return nil
    }
    guard let kind = nodes.text(node, "'uses'") else { return nil }
    switch kind {
    case "run":
      guard let with = fields["with"] else {
        nodes.report("'uses: run' needs 'with: { command: … }'", at: node.start)
        return nil
      }
      return runCommand(with, index: index).map(StepAction.run)
    case "http", "agent", "script", "input", "flow", "wait":
      nodes.report("'uses: \(kind)' is not supported yet", at: node.start)
      return nil
    default:
      let hint = NearMiss.hint(for: kind, among: ["run"])
      nodes.report("unknown step kind \(quoted(kind))\(hint.isEmpty ? "; use 'run'" : hint)", at: node.start)
      return nil
    }
  }

  private mutating func runCommand(_ node: YAMLNode, index: Int) -> RunCommand? {
    guard let fields = nodes.fields(node, .run) else { return nil }
    let shell = fields["shell"].map { ($0, self.shell($0)) }
    guard let command = fields["command"] else {
      nodes.report("'uses: run' needs a 'command'", at: node.start)
      return nil
    }
    guard case .sequence(let elements) = command.content else {
      return script(command).map { .shell(script: $0, shell: shell?.1 ?? "sh") }
    }
    if let (node, _) = shell {
      nodes.report("'shell' goes with a script; a 'command' that is a list runs without one", at: node.start)
    }
    if elements.isEmpty { nodes.report("'command' must not be empty", at: command.start) }
    let arguments = elements.compactMap { template($0, "an argument", scope: .step(index)) }
    if let first = elements.first, arguments.first?.parts.isEmpty == true {
      nodes.report("the program must not be empty", at: first.start)
    }
    return .arguments(arguments)
  }

  private mutating func script(_ node: YAMLNode) -> String? {
    guard case .scalar = node.content, nodes.describe(node) != "nothing" else {
      return nodes.mismatch(node, "'command'", expected: "a script, or a list of a program and its arguments")
    }
    guard let script = nodes.text(node, "'command'") else { return nil }
    if script.utf8.allSatisfy({ [0x20, 0x09, 0x0A, 0x0D].contains($0) }) {
      nodes.report("'command' must not be empty", at: node.start)
    }
    if let offset = TemplateText.openings(in: Array(script.utf8)[...]).first {
      let advice = "put it in 'env' as NAME: ${{ … }} and write \"$NAME\" in the script, or give 'command' as a list"
      nodes.report(
        "values never reach a shell as text, so ${{ }} has no place in a script; \(advice)",
        at: nodes.source.position(ofReference: offset, in: node))
    }
    return script
  }

  private mutating func shell(_ node: YAMLNode) -> String {
    guard let shell = nodes.constant(node, "'shell'") else { return "sh" }
    if shell.unicodeScalars.contains(where: \.properties.isWhitespace) {
      nodes.report(
        "'shell' must be one program such as bash, without arguments; found \(quoted(shell))", at: node.start)
    }
    return shell
  }
}
