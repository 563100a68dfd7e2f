internal import FlowdLua
internal import FlowdModel

extension FlowReader {
  /// Notes the secret that an expression names, and reports one that cannot be put in where it stands.
  ///
  /// A secret is never a value of an expression: whoever sends the text puts it in.
  mutating func checkSecret(at offset: Int, in text: ExpressionText, _ place: ExpressionPlace) {
    guard place.allowsSecrets else {
      nodes.report(Self.secretPlaces, at: text.position(of: offset))
      return
    }
    guard let path = Expression(text.source).path, path.count == 2 else {
      nodes.report(
        "a secret is put in as it is: write ${{ secrets.NAME }}, with text around it if need be, and compute nothing "
          + "with it", at: text.position(of: offset))
      return
    }
    let name = path[1]
    if name.utf8.count > Limits.idBytesMax {
      nodes.report("the secret's name has more than \(Limits.idBytesMax) bytes", at: text.position(of: offset))
    } else {
      secretNames.insert(name)
    }
  }

  /// Warns of a secret input or answer in what is more than its name, where only by itself it is put in as a secret: the
  /// expression has the text `secret:NAME`, which nobody wants to send.
  mutating func checkSecretReferences(_ names: ScannedNames, in text: ExpressionText, _ place: ExpressionPlace) {
    guard place.allowsSecrets, Expression(text.source).path == nil else { return }
    // A source that declares a name of its own may mean that one.
    let globals = Set(names.globals.map(\.name))
    if globals.contains("inputs") {
      for input in names.inputs where secretInputs.contains(input.name) {
        warn("inputs", input.name, nil, at: text.position(of: input.offset))
      }
    }
    guard globals.contains("steps") else { return }
    for step in names.steps where secretQuestions.contains(step.id) {
      guard let field = step.field, field == "result" || field == "value" else { continue }
      warn("steps", step.id, field, at: text.position(of: step.offset))
    }
  }

  private mutating func warn(_ owner: String, _ name: String, _ field: String?, at position: SourcePosition) {
    let isPlain = NameRule.variable.admits(name)
    let rest = field.map { ".\($0)" } ?? ""
    let path = (isPlain ? "\(owner).\(name)" : "\(owner)['\(name)']") + rest
    let advice =
      isPlain
      ? "write ${{ \(path) }}, with text around it if need be"
      : "give it a name without -, and write ${{ \(owner).NAME\(rest) }}"
    nodes.warn(
      "\(path) is a secret, and in a larger expression it is a text such as secret:NAME; \(advice)", at: position)
  }

  /// Reports a script that would read a secret.
  mutating func checkSecrets(_ names: ScannedNames, in text: ExpressionText) {
    guard let name = names.globals.first(where: { $0.name == ScopeNames.secrets }) else { return }
    nodes.report(Self.secretPlaces, at: text.position(of: name.offset))
  }

  private static let secretPlaces =
    "'secrets' may stand in 'env' and in what 'uses: http' sends only: its url, query, headers, body, auth and proxy"
}
