internal import FlowdModel

/// Evaluates the expressions of a run's flow; belongs to the engine's thread.
struct Renderer {
  let evaluator: any ExpressionEvaluator
  let scope: RunScope

  /// The value of an expression; a name without a value is an error.
  func value(of expression: Expression) throws(ExpressionError) -> JSONValue {
    do throws(ExpressionError) {
      var found: JSONValue?
      if let path = expression.path { found = try value(at: path) }
      if found == nil { found = try evaluator.evaluate(expression, in: scope) }
      guard let value = found else {
        throw ExpressionError(
          .failed, "\(quoted(expression.source)) has no value; write default(…, …) when that is meant")
      }
      try scope.keep(value)
      return value
    } catch {
      var error = error
      if error.line == 0 { error.line = expression.line }
      throw error
    }
  }

  /// The value that names lead to, as it is: numbers keep their text, and its size costs nothing.
  ///
  /// - Returns: `nil` when there is none, or more than following names is needed; evaluating it says which.
  private func value(at path: [String]) throws(ExpressionError) -> JSONValue? {
    var found: JSONValue?
    var rest = path[1...]
    if path[0] == "steps" {
      guard rest.count >= 2, scope.shape(of: path[1]) == .single else { return nil }
      found = try scope.field(path[2], of: path[1], child: nil)
      rest = rest.dropFirst(2)
    } else {
      guard scope.names.contains(path[0]) else { return nil }
      found = scope.value(of: path[0])
    }
    for name in rest {
      guard case .object(let members)? = found else { return nil }
      if name == "json", let mistake = found.flatMap(HTTPExchange.mistake(ofCut:)) {
        throw ExpressionError(.failed, "there is no 'json': \(mistake)")
      }
      found = members.first { $0.name == name }?.value
    }
    return found
  }

  /// Whether a condition holds: anything but false and null does, as in Lua.
  func holds(_ condition: Expression) throws(ExpressionError) -> Bool {
    switch try value(of: condition) {
    case .bool(let value): value
    case .null: false
    case .number, .string, .array, .object: true
    }
  }

  /// Text in one pass: a value is never read again for expressions.
  func text(_ template: Template) throws(ExpressionError) -> String {
    if let constant = template.constant { return constant }
    var bytes: [UInt8] = []
    for part in template.parts {
      switch part {
      case .text(let text): bytes.append(contentsOf: text.utf8)
      case .expression(let expression): bytes.append(contentsOf: Renderer.text(try value(of: expression)).utf8)
      }
      guard bytes.count <= Limits.resultBytesMax else {
        throw ExpressionError(.exhausted, "the text is longer than \(Limits.resultBytesMax) bytes")
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// A value inside text: a string as it is, nothing for null, anything else as compact JSON.
  static func text(_ value: JSONValue) -> String { value == .null ? "" : environmentText(of: value) }

  /// A value whose strings are templates; a string that is one expression keeps the type of its value.
  func value(_ template: ValueTemplate) throws(ExpressionError) -> JSONValue {
    switch template {
    case .constant(let value): return value
    case .string(let template):
      if let expression = template.onlyExpression { return try value(of: expression) }
      return .string(try text(template))
    case .array(let elements):
      var values: [JSONValue] = []
      for element in elements { values.append(try value(element)) }
      return .array(values)
    case .object(let members): return .object(try values(members))
    }
  }

  func values(_ members: [NamedValue]) throws(ExpressionError) -> [JSONValue.Member] {
    var values: [JSONValue.Member] = []
    for member in members { values.append(.init(member.name, try value(member.value))) }
    return values
  }
}

extension RunMachine {
  func renderer(
    _ index: Int?, own: [JSONValue.Member] = [], _ transaction: Transaction
  ) -> Renderer {
    Renderer(
      evaluator: transaction.evaluator, scope: RunScope(self, step: index, own: own, now: transaction.now))
  }

  /// An expression's mistake as a step's error, with its place in the flow file.
  func stepError(_ error: ExpressionError) -> StepError {
    StepError(.fatal, RunMachine.text(of: error, flow: record.snapshot.flowID))
  }

  static func text(of error: ExpressionError, flow: String) -> String {
    error.line > 0 ? "\(flow).flow.yaml:\(error.line): \(error.message)" : error.message
  }

  /// What expressions call the answer to a secret question: a reference, never the value.
  func secretReference(of index: Int) -> String? {
    guard case .input(let question) = definition(of: index).action, question.kind == .secret,
      steps[index].status == .succeeded
    else { return nil }
    return "secret:step.\(name(of: index))"
  }
}
