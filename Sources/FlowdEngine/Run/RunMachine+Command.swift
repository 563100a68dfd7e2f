internal import FlowdModel

extension RunMachine {
  /// The command of a step with every expression evaluated.
  ///
  /// Its environment is the client's, then the inputs as `INPUT_…`, what the run is as `FLOWD_…`, the flow's and the
  /// step's `env`; a later entry replaces an earlier one of the same name.
  func request(
    for index: Int, _ command: RunCommand, session: SessionMeta, timeout: Duration?, _ transaction: Transaction
  ) throws(ExpressionError) -> CommandRequest {
    let step = definition(of: index)
    let renderer = renderer(index, transaction)
    var arguments: [String] = []
    switch command {
    case .shell(let script, let shell): arguments = [shell, "-e", "-c", script]
    case .arguments(let templates):
      for template in templates { arguments.append(try renderer.text(template)) }
    }
    // A program reads a NUL as the end of the argument.
    if let bad = arguments.first(where: { $0.utf8.contains(0) }) {
      throw ExpressionError(.failed, "the argument \(quoted(bad)) holds a NUL character", line: step.line)
    }
    return CommandRequest(
      attempt: attemptID(of: index), arguments: arguments,
      environment: try environment(for: step, index, session, renderer),
      workingDirectory: try directory(of: step, renderer), timeout: timeout)
  }

  private func directory(of step: StepDefinition, _ renderer: Renderer) throws(ExpressionError) -> String {
    guard let template = step.workingDirectory else { return record.cwd }
    let path = try renderer.text(template)
    return path.hasPrefix("/") ? path : "\(record.cwd)/\(path)"
  }

  private func environment(
    for step: StepDefinition, _ index: Int, _ session: SessionMeta, _ renderer: Renderer
  ) throws(ExpressionError) -> [String] {
    var added: [(name: String, value: String)] = []
    for definition in definition.flow.inputs {
      guard let value = inputs.first(where: { $0.name == definition.name })?.value else { continue }
      added.append((definition.environmentName, environmentText(of: value)))
    }
    added += [
      ("FLOWD_RUN_ID", record.id.description), ("FLOWD_SESSION_ID", record.sessionID.description),
      ("FLOWD_STEP_ID", name(of: index).description), ("FLOWD_FLOW", record.snapshot.flowID),
      ("FLOWD_PROVIDER", record.snapshot.providerID),
      ("FLOWD_MODEL", record.snapshot.modelID), ("FLOWD_WORKSPACE", session.workspace),
    ]
    for entry in definition.flow.env + step.env { added.append((entry.name, try renderer.text(entry.value))) }
    var latest: [ExactName: String] = [:]
    for (name, value) in added { latest[ExactName(name)] = try resolved(value, step) }
    var result = environment.filter { entry in
      entry.utf8.firstIndex(of: UInt8(ascii: "=")).map { latest[ExactName(String(entry[..<$0]))] == nil } ?? false
    }
    var written: Set<ExactName> = []
    for (name, _) in added where written.insert(ExactName(name)).inserted {
      guard let value = latest[ExactName(name)], !value.utf8.contains(0) else {
        throw ExpressionError(.failed, "the environment variable \(name) would hold a NUL character", line: step.line)
      }
      result.append("\(name)=\(value)")
    }
    return result
  }

  /// The value behind a variable that is a reference to a secret of this run; anything else is itself.
  ///
  /// A reference is resolved here and nowhere else, so that a value reaches the environment of a command only.
  private func resolved(_ value: String, _ step: StepDefinition) throws(ExpressionError) -> String {
    guard value.hasPrefix("secret:") else { return value }
    if value.hasPrefix("secret:step.") {
      let name = value.dropFirst("secret:step.".count)
      if let answer = secretAnswers.first(where: { self.name(of: $0.key).description == name })?.value { return answer }
      return value
    }
    let isInput = definition.flow.inputs.contains { input in
      input.kind == .secret && inputs.contains { $0.name == input.name && $0.value == .string(value) }
    }
    guard isInput else { return value }
    let prefix = "\(value.dropFirst("secret:".count))="
    guard let entry = environment.last(where: { $0.hasPrefix(prefix) }) else {
      throw ExpressionError(
        .failed, "\(value) is not set: the environment of the client that started the run has no \(prefix.dropLast())",
        line: step.line)
    }
    return String(entry.dropFirst(prefix.count))
  }
}
