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

  /// Reports a script that would read a secret.
  mutating func checkSecrets(_ names: ScannedNames, in text: ExpressionText) {
    guard let name = names.globals.first(where: { $0.name == ScopeNames.secrets }) else { return }
    nodes.report(Self.secretPlaces, at: text.position(of: name.offset))
  }

  private static let secretPlaces =
    "'secrets' may stand in 'env' and in what 'uses: http' sends only: its url, query, headers, body, auth and proxy"
}
