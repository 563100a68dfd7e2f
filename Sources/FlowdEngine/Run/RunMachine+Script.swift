internal import FlowdModel

extension RunMachine {
  /// The script of a step with all it may read, for a thread that has nothing else.
  func request(
    for index: Int, _ script: ScriptSource, timeout: Duration?, _ transaction: Transaction
  ) throws(ExpressionError) -> ScriptRequest {
    let scope = RunScope(self, step: index, now: transaction.now)
    var values: [JSONValue.Member] = []
    for name in scope.names {
      if let value = scope.value(of: name) { values.append(.init(name, value)) }
    }
    let read = script.reads.readsAnyStep ? Array(definition.flow.steps.indices) : script.reads.steps
    var steps: [JSONValue.Member] = []
    for step in read where step != index {
      steps.append(.init(definition.flow.steps[step].id, try value(of: step, scope)))
    }
    return ScriptRequest(
      attempt: attemptID(of: index), source: script.source, firstLine: script.firstLine, values: values, steps: steps,
      now: transaction.now, progress: progress, timeout: timeout)
  }

  private func value(of step: Int, _ scope: RunScope) throws(ExpressionError) -> JSONValue {
    let id = definition.flow.steps[step].id
    let fields = scope.fieldNames(of: id)
    guard case .list(let count)? = scope.shape(of: id) else { return try object(fields, of: id, nil, scope) }
    var elements: [JSONValue] = []
    elements.reserveCapacity(count)
    for child in 0..<count { elements.append(try object(fields, of: id, child, scope)) }
    return .array(elements)
  }

  private func object(
    _ fields: [String], of step: String, _ child: Int?, _ scope: RunScope
  ) throws(ExpressionError) -> JSONValue {
    var members: [JSONValue.Member] = []
    for name in fields {
      if let value = try scope.field(name, of: step, child: child) { members.append(.init(name, value)) }
    }
    return .object(members)
  }
}
