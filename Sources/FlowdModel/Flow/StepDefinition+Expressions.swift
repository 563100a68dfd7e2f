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
    case .http(let step): step.expressions
    case .agent(let step): step.templates.flatMap(\.expressions)
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

extension AgentStep {
  fileprivate var templates: [Template] { [prompt, system, provider, model].compactMap { $0 } }
}

extension HTTPStep {
  fileprivate var expressions: [Expression] {
    let templates = [method, url, baseURL, proxy, unixSocket, saveTo, tls.caFile, tls.certificate, tls.key]
    return templates.compactMap { $0 }.flatMap(\.expressions) + query.flatMap(\.value.expressions)
      + headers.flatMap(\.value.expressions) + (body?.expressions ?? []) + (auth?.expressions ?? [])
  }
}

extension HTTPBodyTemplate {
  fileprivate var expressions: [Expression] {
    switch self {
    case .json(let value): value.expressions
    case .form(let fields): fields.flatMap(\.value.expressions)
    case .text(let template), .file(let template): template.expressions
    case .multipart(let fields): fields.flatMap(\.expressions)
    }
  }
}

extension HTTPBodyTemplate.Field {
  fileprivate var expressions: [Expression] {
    switch content {
    case .value(let template), .file(let template): template.expressions + (filename?.expressions ?? [])
    }
  }
}

extension HTTPAuthTemplate {
  fileprivate var expressions: [Expression] {
    switch self {
    case .basic(let user, let password), .digest(let user, let password): user.expressions + password.expressions
    case .bearer(let token): token.expressions
    case .netrc(let file): file?.expressions ?? []
    }
  }
}
