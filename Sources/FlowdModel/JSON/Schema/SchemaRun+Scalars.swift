extension SchemaRun {
  func checkNumber(_ text: String, _ schema: JSONValue, _ path: String, _ mistakes: inout [Mistake]) {
    guard let number = DecimalNumber(text) else { return }
    let bounds: [(keyword: String, words: String, isKept: (DecimalNumber) -> Bool)] = [
      ("minimum", "at least", { number >= $0 }), ("exclusiveMinimum", "more than", { number > $0 }),
      ("maximum", "at most", { number <= $0 }), ("exclusiveMaximum", "less than", { number < $0 }),
    ]
    for bound in bounds {
      guard let (written, limit) = schema.decimal(at: bound.keyword), !bound.isKept(limit) else { continue }
      mistakes.append(Mistake(path: path, message: "expected \(bound.words) \(written), found \(SchemaText.cut(text))"))
    }
    if let (written, divisor) = schema.decimal(at: "multipleOf"), number.isMultiple(of: divisor) != true {
      mistakes.append(Mistake(path: path, message: "expected a multiple of \(written), found \(SchemaText.cut(text))"))
    }
  }

  mutating func checkText(_ text: String, _ schema: JSONValue, _ path: String, _ mistakes: inout [Mistake]) {
    let (least, most) = (schema.count(at: "minLength"), schema.count(at: "maxLength"))
    if least != nil || most != nil {
      guard take(text.utf8.count / 64) else { return }
      let message = SchemaText.outOfBounds(text.unicodeScalars.count, least, most, "character")
      if let message { mistakes.append(Mistake(path: path, message: message)) }
    }
    if case .string(let pattern)? = schema["pattern"], !isFound(pattern, in: text) {
      let message = "expected a match of \(SchemaText.quoted(pattern)), found \(SchemaText.quoted(text))"
      mistakes.append(Mistake(path: path, message: message))
    }
  }
}

extension JSONValue {
  /// The text and the value of a number.
  fileprivate func decimal(at name: String) -> (text: String, value: DecimalNumber)? {
    guard case .number(let text)? = self[name], let value = DecimalNumber(text) else { return nil }
    return (text, value)
  }

  /// A bound of a size, such as `3` or `3.0`; `nil` for what is none.
  func count(at name: String) -> Int? {
    guard case .number(let text)? = self[name] else { return nil }
    if let count = Int(text) { return count }
    guard let value = Double(text), value >= 0, value < 1e15, value == value.rounded() else { return nil }
    return Int(value)
  }

  var asSchemaList: [JSONValue]? { if case .array(let elements) = self { elements } else { nil } }

  var asMembers: [Member]? { if case .object(let members) = self { members } else { nil } }
}
