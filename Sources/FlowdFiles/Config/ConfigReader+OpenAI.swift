internal import FlowdModel

extension ConfigReader {
  /// `kind: openai`.
  mutating func openAI(_ fields: Fields, over base: OpenAIProvider?, at position: SourcePosition) -> OpenAIProvider {
    var provider = base ?? OpenAIProvider(baseURL: "")
    if let node = fields["base-url"] {
      provider.baseURL = baseURL(node) ?? ""
    } else if base == nil {
      nodes.report("'kind: openai' needs a 'base-url', such as http://127.0.0.1:4000/v1", at: position)
    }
    if let node = fields["key"] {
      provider.key = nodes.isNothing(node) ? nil : key(node)
    }
    if let node = fields["headers"] { provider.headers = headers(node) }
    if let header = provider.headers.first(where: { $0.name.lowercased() == "authorization" }), provider.key != nil {
      nodes.report(
        "the header \(quoted(header.name)) is given by 'key' too", at: fields.position(of: "headers") ?? position)
    }
    if let node = fields["parameters"] { provider.parameters = parameters(node) }
    if let node = fields["silence"] {
      provider.silenceMax = nodes.duration(node, "'silence'") ?? provider.silenceMax
    }
    return provider
  }

  private mutating func baseURL(_ node: YAMLNode) -> String? {
    guard let text = nodes.constant(node, "'base-url'") else { return nil }
    if let mistake = AddressText.mistake(in: text) {
      nodes.report("'base-url' \(mistake)", at: node.start)
    } else if text.utf8.contains(where: { "?#".utf8.contains($0) }) {
      nodes.report("'base-url' must not hold '?' or '#', as a path is put behind it", at: node.start)
    }
    return text.hasSuffix("/") ? String(text.dropLast()) : text
  }

  private mutating func key(_ node: YAMLNode) -> Secret? {
    nodes.constant(node, "'key'").flatMap { secret($0, "'key'", at: node.start) }
  }

  private mutating func headers(_ node: YAMLNode) -> [HTTPRequest.Header] {
    guard let entries = nodes.mapping(node, "'headers'", expected: "a mapping of names to texts") else { return [] }
    checkCount(entries, "headers")
    var seen: Set<String> = []
    return entries.prefix(Limits.providerEntriesMax).compactMap { entry in
      if !HTTPToken.isToken(entry.key) {
        nodes.report("\(quoted(entry.key)) is not a name for a header", at: entry.position)
      } else if ["content-length", "transfer-encoding", "content-type", "accept"].contains(entry.key.lowercased()) {
        nodes.report("\(quoted(entry.key)) is set by flowd; leave it out", at: entry.position)
      } else if !seen.insert(entry.key.lowercased()).inserted {
        nodes.report("the header \(quoted(entry.key)) is given twice, as case does not count", at: entry.position)
      }
      guard let value = secretText(entry.value, quoted(entry.key)) else { return nil }
      if !value.texts.allSatisfy(HTTPToken.isFieldText) {
        nodes.report("\(quoted(entry.key)) must be one line without control characters", at: entry.value.start)
      }
      return HTTPRequest.Header(entry.key, value)
    }
  }

  private mutating func parameters(_ node: YAMLNode) -> [JSONValue.Member] {
    guard let entries = nodes.mapping(node, "'parameters'", expected: "a mapping of names to values") else { return [] }
    checkCount(entries, "parameters")
    for entry in entries where ["model", "messages", "stream", "stream_options"].contains(entry.key) {
      nodes.report("the parameter \(quoted(entry.key)) is set by flowd; leave it out", at: entry.position)
    }
    guard case .object(let members)? = nodes.json(node) else { return [] }
    return members
  }

  /// Reports what is past the bound.
  mutating func checkCount(_ entries: [YAMLNode.Entry], _ what: String) {
    guard entries.count > Limits.providerEntriesMax else { return }
    nodes.report(
      "at most \(Limits.providerEntriesMax) \(what) are allowed", at: entries[Limits.providerEntriesMax].position)
  }
}

extension SecretText {
  /// The parts that are known.
  var texts: [String] { parts.compactMap { if case .text(let text) = $0 { text } else { nil } } }
}
