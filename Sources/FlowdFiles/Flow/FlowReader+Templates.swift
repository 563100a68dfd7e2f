internal import FlowdModel

extension FlowReader {
  /// Text with expressions.
  mutating func template(_ node: YAMLNode, _ name: String, _ place: ExpressionPlace) -> Template? {
    nodes.text(node, name).map { template($0, of: node, place) }
  }

  /// A text that was found in a scalar.
  private mutating func template(_ text: String, of node: YAMLNode, _ place: ExpressionPlace) -> Template {
    guard TemplateText.hasReference(text) else { return Template(text) }
    let places = ScalarPlaces(node, in: nodes.source)
    var parts: [Template.Part] = []
    for piece in TemplateText.pieces(of: text) where !nodes.isFull {
      switch piece {
      case .text(let text):
        parts.append(.text(text))
      case .unterminated(let opening):
        nodes.report(
          "'${{' is not closed by '}}'; write $${{ for a literal ${{",
          at: places.position(of: opening.offset, after: opening))
      case .expression(let body, let opening):
        let text = ExpressionText(body, from: opening.offset + 3, after: opening, in: places)
        if text.source.isEmpty {
          nodes.report(
            "'${{ }}' is empty; expected an expression such as ${{ inputs.name }}",
            at: places.position(of: opening.offset, after: opening))
        } else if let expression = expression(text, place) {
          parts.append(.expression(expression))
        }
      }
    }
    return Template(parts)
  }

  /// A value whose texts may hold expressions.
  mutating func value(_ node: YAMLNode, _ place: ExpressionPlace) -> ValueTemplate? {
    switch node.content {
    case .refused:
      return nil
    case .scalar(let text, let style):
      guard style != .plain || CoreValue(plain: text) == .string else { return nodes.json(node).map { .constant($0) } }
      let template = template(text, of: node, place)
      return template.constant.map { .constant(.string($0)) } ?? .string(template)
    case .sequence(let elements):
      let values = elements.compactMap { value($0, place) }
      let constants = values.compactMap(\.constantValue)
      return constants.count == values.count ? .constant(.array(constants)) : .array(values)
    case .mapping(let entries):
      let members = entries.compactMap { entry in value(entry.value, place).map { NamedValue(entry.key, $0) } }
      let constants = members.compactMap { member in
        member.value.constantValue.map { JSONValue.Member(member.name, $0) }
      }
      return constants.count == members.count ? .constant(.object(constants)) : .object(members)
    }
  }

  /// An expression that is the whole scalar, with or without `${{ }}` around it.
  mutating func expression(_ node: YAMLNode, _ name: String, _ place: ExpressionPlace) -> Expression? {
    guard case .scalar = node.content, !nodes.isNothing(node) else {
      return nodes.mismatch(node, name, expected: "an expression such as ${{ inputs.name == 'x' }}")
    }
    guard let text = nodes.text(node, name) else { return nil }
    guard TemplateText.hasReference(text) else {
      let body = ExpressionText(text, from: 0, after: nil, in: ScalarPlaces(node, in: nodes.source))
      if body.source.isEmpty {
        nodes.report("\(name) must not be empty", at: node.start)
        return nil
      }
      return expression(body, place)
    }
    let before = nodes.problemCount
    let template = template(text, of: node, place)
    if let expression = template.onlyExpression { return expression }
    if nodes.problemCount == before {
      let advice = "write the whole condition inside ${{ }}"
      nodes.report("\(name) must be one expression, without text around it; \(advice)", at: node.start)
    }
    return nil
  }
}
