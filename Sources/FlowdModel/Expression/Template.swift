/// Text with expressions, resolved in one pass: a value is never read again for expressions.
package struct Template: Equatable, Sendable {
  package enum Part: Equatable, Sendable {
    case text(String)
    case expression(Expression)
  }

  package var parts: [Part]

  package init(_ parts: [Part]) { self.parts = parts }

  package init(_ text: String) { parts = text.isEmpty ? [] : [.text(text)] }

  /// The expression of a template that is nothing else: its value keeps its type.
  package var onlyExpression: Expression? {
    if parts.count == 1, case .expression(let expression) = parts[0] { expression } else { nil }
  }

  /// The text of a template without expressions.
  package var constant: String? {
    switch (parts.count, parts.first) {
    case (0, _): ""
    case (1, .text(let text)): text
    default: nil
    }
  }

  package var expressions: [Expression] {
    parts.compactMap { if case .expression(let expression) = $0 { expression } else { nil } }
  }
}

/// A JSON value whose strings are templates; a string that is one expression becomes a value of any type.
package indirect enum ValueTemplate: Equatable, Sendable {
  case constant(JSONValue)
  case string(Template)
  case array([ValueTemplate])
  case object([Member])

  package struct Member: Equatable, Sendable {
    package var name: String
    package var value: ValueTemplate

    package init(_ name: String, _ value: ValueTemplate) {
      self.name = name
      self.value = value
    }
  }

  /// The value of a template without expressions.
  package var constantValue: JSONValue? {
    if case .constant(let value) = self { value } else { nil }
  }

  package var expressions: [Expression] {
    switch self {
    case .constant: []
    case .string(let template): template.expressions
    case .array(let elements): elements.flatMap(\.expressions)
    case .object(let members): members.flatMap(\.value.expressions)
    }
  }
}
