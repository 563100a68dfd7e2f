internal import FlowdModel
internal import FlowdSchema

/// What `uses: http` sends.
extension FlowReader {
  // MARK: headers

  /// Of a step or of `defaults`, in file order.
  mutating func headers(_ node: YAMLNode, _ place: ExpressionPlace) -> [HTTPHeaderTemplate] {
    guard let entries = nodes.mapping(node, "'headers'", expected: "a mapping of names to texts") else { return [] }
    if entries.count > Limits.httpHeadersMax {
      nodes.report("at most \(Limits.httpHeadersMax) headers are allowed", at: entries[Limits.httpHeadersMax].position)
    }
    var seen: Set<String> = []
    return entries.prefix(Limits.httpHeadersMax).compactMap { entry in
      let name = entry.key.lowercased()
      if !HTTPToken.isToken(entry.key) {
        nodes.report("\(quoted(entry.key)) is not a name for a header", at: entry.position)
      } else if ["content-length", "transfer-encoding"].contains(name) {
        nodes.report("\(quoted(entry.key)) follows from the body; leave it out", at: entry.position)
      } else if !seen.insert(name).inserted {
        nodes.report("the header \(quoted(entry.key)) is given twice, as case does not count", at: entry.position)
      }
      guard let value = template(entry.value, quoted(entry.key), place) else { return nil }
      if !value.texts.allSatisfy(HTTPToken.isFieldText) {
        nodes.report("\(quoted(entry.key)) must be one line without control characters", at: entry.value.start)
      }
      return HTTPHeaderTemplate(entry.key, value)
    }
  }

  /// Reports headers that the rest of the step gives as well.
  mutating func checkHeaders(_ own: [HTTPHeaderTemplate], of step: HTTPStep, at position: SourcePosition) {
    for header in own where step.gives(header.name) {
      let giver = header.name.lowercased() == "authorization" ? "'auth'" : "'multipart'"
      nodes.report("the header \(quoted(header.name)) is given by \(giver) too; leave it out", at: position)
    }
  }

  /// Those of `defaults` under the step's: its own wins, and keeps the place of the one it replaces.
  mutating func headers(
    _ own: [HTTPHeaderTemplate], of step: HTTPStep, at position: SourcePosition
  ) -> [HTTPHeaderTemplate] {
    let under = defaults.headers.filter { !step.gives($0.name) }
      .map { HTTPHeaderTemplate($0.name, $0.value, isDefault: true) }
    guard !own.isEmpty, !under.isEmpty else { return own.isEmpty ? under : own }
    guard mayMerge(under.count + own.count, at: position) else { return under }
    var merged = under
    let indices = Dictionary(
      under.enumerated().map { ($0.element.name.lowercased(), $0.offset) }, uniquingKeysWith: { $1 })
    for header in own {
      if let index = indices[header.name.lowercased()] { merged[index] = header } else { merged.append(header) }
    }
    return merged
  }

  // MARK: body

  /// Names and their values: a text, a list of texts, or nothing.
  mutating func httpFields(_ node: YAMLNode, _ name: String, _ place: ExpressionPlace) -> [NamedValue] {
    guard let entries = nodes.mapping(node, name, expected: "a mapping of names to texts") else { return [] }
    if entries.count > Limits.httpFieldsMax {
      nodes.report("at most \(Limits.httpFieldsMax) names are allowed", at: entries[Limits.httpFieldsMax].position)
    }
    return entries.prefix(Limits.httpFieldsMax).compactMap { entry in
      fieldValue(entry, place).map { NamedValue(entry.key, $0) }
    }
  }

  private mutating func fieldValue(_ entry: YAMLNode.Entry, _ place: ExpressionPlace) -> ValueTemplate? {
    switch entry.value.content {
    case .refused:
      return nil
    case .scalar:
      if nodes.isNothing(entry.value) { return .constant(.null) }
      return fieldText(entry.value, quoted(entry.key), place)
    case .sequence(let elements):
      if elements.count > Limits.httpFieldsMax {
        nodes.report("at most \(Limits.httpFieldsMax) values are allowed", at: elements[Limits.httpFieldsMax].start)
      }
      let values = elements.prefix(Limits.httpFieldsMax).compactMap { element in
        fieldText(element, "a value of \(quoted(entry.key))", place)
      }
      let constants = values.compactMap(\.constantValue)
      return constants.count == values.count ? .constant(.array(constants)) : .array(values)
    case .mapping:
      return nodes.mismatch(entry.value, quoted(entry.key), expected: "a text, a list of texts, or null")
    }
  }

  private mutating func fieldText(_ node: YAMLNode, _ name: String, _ place: ExpressionPlace) -> ValueTemplate? {
    template(node, name, place).map { template in
      template.constant.map { .constant(.string($0)) } ?? .string(template)
    }
  }

  /// What is sent; at most one of the keys that give it.
  mutating func body(_ fields: Fields, _ place: ExpressionPlace) -> HTTPBodyTemplate? {
    let given = fields.entries.filter { Language.httpBodies.contains($0.key) }
    if given.count > 1 {
      nodes.report(
        "\(quoted(given[0].key)) and \(quoted(given[1].key)) exclude each other; a request has one body",
        at: given[1].position)
    }
    guard let entry = given.first else { return nil }
    switch entry.key {
    case "json": return value(entry.value, place).map { .json($0) }
    case "form": return .form(httpFields(entry.value, "'form'", place))
    case "multipart": return multipart(entry.value, place).map { .multipart($0) }
    case "body": return template(entry.value, "'body'", place).map { .text($0) }
    default: return path(entry.value, "'file'", place.withoutSecrets).map { .file($0) }
    }
  }

  private mutating func multipart(_ node: YAMLNode, _ place: ExpressionPlace) -> [HTTPBodyTemplate.Field]? {
    guard let elements = nodes.sequence(node, "'multipart'", expected: "a list of parts") else { return nil }
    if elements.isEmpty { nodes.report("'multipart' must not be empty", at: node.start) }
    if elements.count > Limits.httpFieldsMax {
      nodes.report("at most \(Limits.httpFieldsMax) parts are allowed", at: elements[Limits.httpFieldsMax].start)
    }
    return elements.prefix(Limits.httpFieldsMax).compactMap { part($0, place) }
  }

  private mutating func part(_ node: YAMLNode, _ place: ExpressionPlace) -> HTTPBodyTemplate.Field? {
    guard let fields = nodes.fields(node, Language.multipart) else { return nil }
    checkRequired(fields, Language.multipart, "a part", at: node.start)
    var content: HTTPBodyTemplate.Field.Content?
    switch (fields["value"], fields["file"]) {
    case (nil, nil): nodes.report("a part needs a 'value' or a 'file'", at: node.start)
    case (_?, let file?):
      nodes.report("'value' and 'file' exclude each other", at: fields.position(of: "file") ?? file.start)
    case (let value?, nil): content = template(value, "'value'", place).map { .value($0) }
    case (nil, let file?): content = path(file, "'file'", place.withoutSecrets).map { .file($0) }
    }
    guard let name = fields["name"].flatMap({ line($0, "'name'") }), let content else { return nil }
    var part = HTTPBodyTemplate.Field(name, content)
    if let node = fields["filename"], let filename = template(node, "'filename'", place.withoutSecrets) {
      if filename.parts.isEmpty || !filename.texts.allSatisfy(HTTPToken.isFieldText) {
        nodes.report("'filename' must be one line without control characters", at: node.start)
      }
      part.filename = filename
    }
    if let node = fields["type"], let type = line(node, "'type'") {
      if type.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).count != 2 {
        nodes.report("'type' must be a media type such as image/png, found \(quoted(type))", at: node.start)
      }
      part.contentType = type
    }
    return part
  }

  /// A constant that stands in a line of the message.
  private mutating func line(_ node: YAMLNode, _ name: String) -> String? {
    guard let text = nodes.constant(node, name) else { return nil }
    if !HTTPToken.isFieldText(text) {
      nodes.report("\(name) must be one line without control characters", at: node.start)
    }
    return text
  }

  // MARK: authentication

  mutating func auth(_ node: YAMLNode, _ place: ExpressionPlace) -> HTTPAuthTemplate? {
    guard let fields = nodes.fields(node, Language.auth) else { return nil }
    let given = fields.entries.filter { Language.auth.key($0.key) != nil }
    guard let entry = given.first else {
      nodes.report("'auth' needs 'basic', 'digest', 'bearer' or 'netrc'", at: node.start)
      return nil
    }
    if given.count > 1 {
      nodes.report(
        "\(quoted(given[0].key)) and \(quoted(given[1].key)) exclude each other", at: given[1].position)
    }
    switch entry.key {
    case "basic":
      return credentials(entry.value, "'basic'", place.withSecrets).map { .basic(user: $0, password: $1) }
    case "digest":
      return credentials(entry.value, "'digest'", place.withSecrets).map { .digest(user: $0, password: $1) }
    case "bearer":
      guard let token = template(entry.value, "'bearer'", place.withSecrets) else { return nil }
      if token.parts.isEmpty || !token.texts.allSatisfy(HTTPToken.isFieldText) {
        nodes.report("'bearer' must be one line without control characters", at: entry.value.start)
      }
      return .bearer(token)
    default:
      if case .scalar(let text, .plain) = entry.value.content, case .bool(let isOn) = CoreValue(plain: text) {
        return isOn ? .netrc(nil) : nil
      }
      return path(entry.value, "'netrc'", place).map { .netrc($0) }
    }
  }

  private mutating func credentials(
    _ node: YAMLNode, _ name: String, _ place: ExpressionPlace
  ) -> (user: Template, password: Template)? {
    guard let fields = nodes.fields(node, Language.credentials) else { return nil }
    checkRequired(fields, Language.credentials, name, at: node.start)
    guard let user = fields["user"].flatMap({ template($0, "'user'", place) }),
      let password = fields["password"].flatMap({ template($0, "'password'", place) })
    else { return nil }
    return (user, password)
  }
}

extension HTTPStep {
  /// Whether something else in the step decides a header.
  fileprivate func gives(_ header: String) -> Bool {
    switch header.lowercased() {
    case "authorization": auth != nil
    case "content-type": if case .multipart? = body { true } else { false }
    default: false
    }
  }
}
