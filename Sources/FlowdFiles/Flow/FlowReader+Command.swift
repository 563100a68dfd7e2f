internal import FlowdModel

extension FlowReader {
  /// `with` of `uses: run`.
  mutating func command(_ fields: Fields, _ place: ExpressionPlace) -> RunCommand? {
    let shell = fields["shell"].map { ($0, self.shell($0)) }
    guard let command = fields["command"] else { return nil }
    guard case .sequence(let elements) = command.content else {
      return shellScript(command).map { .shell(script: $0, shell: shell?.1 ?? "sh") }
    }
    if let (node, _) = shell {
      nodes.report("'shell' goes with a script; a 'command' that is a list runs without one", at: node.start)
    }
    if elements.isEmpty { nodes.report("'command' must not be empty", at: command.start) }
    let arguments = elements.compactMap { template($0, "an argument", place) }
    if let first = elements.first, arguments.first?.parts.isEmpty == true {
      nodes.report("the program must not be empty", at: first.start)
    }
    return .arguments(arguments)
  }

  private mutating func shellScript(_ node: YAMLNode) -> String? {
    guard case .scalar = node.content, !nodes.isNothing(node) else {
      return nodes.mismatch(node, "'command'", expected: "a script, or a list of a program and its arguments")
    }
    guard let script = nodes.text(node, "'command'") else { return nil }
    if isBlank(script) { nodes.report("'command' must not be empty", at: node.start) }
    if TemplateText.hasReference(script) {
      let advice = "put it in 'env' as NAME: ${{ … }} and write \"$NAME\" in the script, or give 'command' as a list"
      nodes.report(
        "values never reach a shell as text, so ${{ }} has no place in a script; \(advice)",
        at: nodes.positionOfReference(in: node))
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
