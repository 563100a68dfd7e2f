extension StepDefinition {
  /// Every expression of the step, wherever it stands.
  package var expressions: [Expression] {
    var all: [Expression] = []
    if let condition { all.append(condition) }
    if let foreach { all += foreach.list.expressions }
    all += action.expressions
    for entry in env { all += entry.value.expressions }
    if let workingDirectory { all += workingDirectory.expressions }
    for check in expect { all += check.predicates.flatMap(\.expected.expressions) }
    if let until { all.append(until.condition) }
    for output in outputs { all += output.value.expressions }
    if case .expression(let expression) = retry.condition { all.append(expression) }
    return all
  }
}

extension StepAction {
  /// The expressions of `with`, and what a script reads as one without text.
  package var expressions: [Expression] {
    switch self {
    case .run(.shell): []
    case .run(.arguments(let arguments)): arguments.flatMap(\.expressions)
    case .script(let script): [Expression("", line: script.firstLine, reads: script.reads)]
    case .input(let question): question.prompt.expressions + (question.defaultValue?.expressions ?? [])
    case .wait(.duration(let template)): template.expressions
    case .wait(.until(let condition, _, _)): [condition]
    case .flow(let call): call.inputs.flatMap(\.value.expressions)
    }
  }
}

extension FlowDefinition {
  /// The expressions outside its steps.
  package var ownExpressions: [Expression] {
    env.flatMap(\.value.expressions) + outputs.flatMap(\.value.expressions) + (report?.expressions ?? [])
      + (concurrencyGroup?.expressions ?? [])
  }
}
