internal import FlowdModel

extension ConfigReader {
  /// What the lines of a `stream-json` agent mean.
  mutating func mapping(_ node: YAMLNode) -> StreamMapping {
    guard let elements = nodes.sequence(node, "'mapping'", expected: "a list of rules") else {
      return StreamMapping(rules: [])
    }
    if elements.isEmpty { nodes.report("'mapping' must not be empty", at: node.start) }
    if elements.count > Limits.providerEntriesMax {
      nodes.report(
        "at most \(Limits.providerEntriesMax) rules are allowed", at: elements[Limits.providerEntriesMax].start)
    }
    return StreamMapping(rules: elements.prefix(Limits.providerEntriesMax).compactMap { rule($0) })
  }

  private mutating func rule(_ node: YAMLNode) -> StreamMapping.Rule? {
    guard let fields = nodes.fields(node, .mappingRule) else { return nil }
    var text = ""
    if let node = fields["text"] { text = path(node, "'text'") ?? "" }
    let conditions = fields["when"].map { self.conditions($0) } ?? []
    guard let kind = fields["is"] else {
      nodes.report("a rule needs 'is', what the line means", at: node.start)
      return nil
    }
    let words = StreamMapping.Meaning.allCases.map(\.rawValue)
    guard let meaning = nodes.choice(kind, "'is'", among: words).flatMap(StreamMapping.Meaning.init) else { return nil }
    switch meaning {
    case .delta, .answer, .thought, .tool, .model, .usage, .notice:
      if fields["text"] == nil { nodes.report("'is: \(meaning.rawValue)' needs a 'text', a path", at: node.start) }
    case .error, .ignore: break
    }
    return StreamMapping.Rule(when: conditions, meaning: meaning, text: text)
  }

  /// Paths, and the values that are there.
  private mutating func conditions(_ node: YAMLNode) -> [JSONValue.Member] {
    guard let entries = nodes.mapping(node, "'when'", expected: "a mapping of paths to values") else { return [] }
    checkCount(entries, "conditions")
    return entries.prefix(Limits.providerEntriesMax).compactMap { entry in
      if !Self.isPath(entry.key) { nodes.report(Self.noPath(entry.key), at: entry.position) }
      guard case .scalar = entry.value.content else {
        return nodes.mismatch(entry.value, quoted(entry.key), expected: "a text, a number, true or false")
      }
      return nodes.json(entry.value).map { JSONValue.Member(entry.key, $0) }
    }
  }

  private mutating func path(_ node: YAMLNode, _ name: String) -> String? {
    guard let text = nodes.constant(node, name) else { return nil }
    if !Self.isPath(text) { nodes.report(Self.noPath(text), at: node.start) }
    return text
  }

  private static func noPath(_ text: String) -> String {
    "\(quoted(text)) is not a path; write names and places such as message.content[*].text"
  }

  /// `name`, `name[0]` or `name[*]`, with dots between them.
  private static func isPath(_ text: String) -> Bool {
    text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { part in
      let name = part.prefix { $0 != "[" }
      let brackets = part.dropFirst(name.count).split(separator: "[", omittingEmptySubsequences: false).dropFirst()
      return !name.isEmpty && !name.contains { $0 == "]" || $0 == " " }
        && brackets.allSatisfy { bracket in
          let inside = bracket.dropLast()
          return bracket.hasSuffix("]")
            && (inside == "*" || !inside.isEmpty && inside.utf8.allSatisfy(NameRule.isDigit))
        }
    }
  }
}
