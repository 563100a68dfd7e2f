internal import FlowdModel

extension RunMachine {
  /// The command of a step with every reference resolved.
  ///
  /// Its environment is the client's, then the inputs as `INPUT_…`, what the run is as `FLOWD_…`, the flow's and the
  /// step's `env`; a later entry replaces an earlier one of the same name.
  func request(for index: Int, _ command: RunCommand, session: SessionMeta) -> CommandRequest {
    let step = definition.flow.steps[index]
    let arguments: [String]
    switch command {
    case .shell(let script, let shell): arguments = [shell, "-e", "-c", script]
    case .arguments(let templates): arguments = templates.map(render)
    }
    return CommandRequest(
      attempt: attemptID(of: index), arguments: arguments, environment: environment(for: step, session),
      workingDirectory: directory(of: step), timeout: step.timeout)
  }

  private func directory(of step: StepDefinition) -> String {
    guard let template = step.workingDirectory else { return record.cwd }
    let path = render(template)
    return path.hasPrefix("/") ? path : "\(record.cwd)/\(path)"
  }

  private func environment(for step: StepDefinition, _ session: SessionMeta) -> [String] {
    var added: [(name: String, value: String)] = []
    for definition in definition.flow.inputs {
      guard let value = inputs.first(where: { $0.name == definition.name })?.value else { continue }
      added.append((definition.environmentName, environmentText(of: value)))
    }
    added += [
      ("FLOWD_RUN_ID", record.id.description), ("FLOWD_SESSION_ID", record.sessionID.description),
      ("FLOWD_STEP_ID", step.id), ("FLOWD_FLOW", record.snapshot.flowID),
      ("FLOWD_PROVIDER", record.snapshot.providerID),
      ("FLOWD_MODEL", record.snapshot.modelID), ("FLOWD_WORKSPACE", session.workspace),
    ]
    added += definition.flow.env.map { ($0.name, render($0.value)) }
    added += step.env.map { ($0.name, render($0.value)) }
    var latest: [ExactName: String] = [:]
    for (name, value) in added { latest[ExactName(name)] = value }
    var result = environment.filter { entry in
      entry.utf8.firstIndex(of: UInt8(ascii: "=")).map { latest[ExactName(String(entry[..<$0]))] == nil } ?? false
    }
    var written: Set<ExactName> = []
    for (name, _) in added where written.insert(ExactName(name)).inserted {
      result.append("\(name)=\(latest[ExactName(name)] ?? "")")
    }
    return result
  }
}
