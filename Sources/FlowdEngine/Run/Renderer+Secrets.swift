internal import FlowdModel

/// Where secrets may stand: what is put together here goes to a server or into an environment, never into the store.
extension Renderer {
  /// Text whose `secrets.NAME`, secret inputs and answers to secret questions are kept apart from the rest.
  func secretText(_ template: Template, _ encoding: Secret.Encoding = .plain) throws(ExpressionError) -> SecretText {
    if let constant = template.constant { return SecretText(encoding.encode(constant)) }
    var parts: [SecretText.Part] = []
    var byteCount = 0
    for part in template.parts {
      switch part {
      case .text(let text): parts.append(.text(encoding.encode(text)))
      case .expression(let expression):
        let found = try self.part(expression, encoding)
        if case .text(let text) = found { byteCount += text.utf8.count }
        parts.append(found)
      }
    }
    guard byteCount <= Limits.resultBytesMax else {
      throw ExpressionError(.exhausted, "the text is longer than \(Limits.resultBytesMax) bytes")
    }
    return SecretText(parts)
  }

  private func part(
    _ expression: Expression, _ encoding: Secret.Encoding
  ) throws(ExpressionError) -> SecretText.Part {
    if let secret = secret(expression, encoding) { return .secret(secret) }
    return .text(encoding.encode(Renderer.text(try value(of: expression))))
  }

  /// The secret that an expression names; only one that follows names can.
  private func secret(_ expression: Expression, _ encoding: Secret.Encoding) -> Secret? {
    guard let path = expression.path, var secret = scope.secret(at: path) else { return nil }
    secret.encoding = encoding
    return secret
  }

  /// A value as JSON text.
  func secretJSON(_ template: ValueTemplate) throws(ExpressionError) -> SecretText {
    var parts: [SecretText.Part] = []
    try write(template, to: &parts)
    return SecretText(parts)
  }

  private func write(_ template: ValueTemplate, to parts: inout [SecretText.Part]) throws(ExpressionError) {
    func append(_ text: String) { parts.append(.text(text)) }
    switch template {
    case .constant(let value): append(value.text)
    case .string(let template):
      if let expression = template.onlyExpression, secret(expression, .json) == nil {
        append(try value(of: expression).text)
        return
      }
      append("\"")
      for part in template.parts {
        switch part {
        case .text(let text): append(Secret.Encoding.json.encode(text))
        case .expression(let expression): parts.append(try self.part(expression, .json))
        }
      }
      append("\"")
    case .array(let elements):
      append("[")
      for (place, element) in elements.enumerated() {
        if place > 0 { append(",") }
        try write(element, to: &parts)
      }
      append("]")
    case .object(let members):
      append("{")
      for (place, member) in members.enumerated() {
        if place > 0 { append(",") }
        append(JSONValue.string(member.name).text + ":")
        try write(member.value, to: &parts)
      }
      append("}")
    }
  }

  /// Names and values of a query or a form, as `application/x-www-form-urlencoded` has them; a list repeats the name,
  /// null leaves it out.
  func secretForm(_ fields: [NamedValue]) throws(ExpressionError) -> SecretText {
    var parts: [SecretText.Part] = []
    func append(_ name: String, _ value: [SecretText.Part]) {
      parts.append(.text((parts.isEmpty ? "" : "&") + Secret.Encoding.form.encode(name) + "="))
      parts += value
    }
    for field in fields {
      if case .string(let template) = field.value, template.onlyExpression == nil {
        append(field.name, try secretText(template, .form).parts)
        continue
      }
      if case .string(let template) = field.value, let expression = template.onlyExpression,
        let secret = secret(expression, .form)
      {
        append(field.name, [.secret(secret)])
        continue
      }
      switch try value(field.value) {
      case .null: continue
      case .array(let elements):
        for element in elements { append(field.name, [.text(Secret.Encoding.form.encode(Renderer.text(element)))]) }
      case let value: append(field.name, [.text(Secret.Encoding.form.encode(Renderer.text(value)))])
      }
    }
    return SecretText(parts)
  }
}
