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
    let surroundings = try surroundings(of: index, session, renderer)
    return CommandRequest(
      attempt: attemptID(of: index), arguments: arguments, environment: surroundings.environment,
      workingDirectory: surroundings.directory, umask: record.umask, timeout: timeout, secrets: surroundings.secrets)
  }

  /// Where a step's process runs, and with what environment.
  ///
  /// - Parameter secrets: Names of the client's environment that it does not have, nor the run's secret inputs, unless
  ///   `env` names them; `nil`: it has all.
  func surroundings(
    of index: Int, _ session: SessionMeta, _ renderer: Renderer, without secrets: Set<ExactName>? = nil
  ) throws(ExpressionError) -> (directory: String, environment: [String], secrets: [EnvironmentSecret]) {
    let step = definition(of: index)
    let (environment, secrets) = try environment(for: step, index, session, renderer, without: secrets)
    return (try directory(of: step, renderer), environment, secrets)
  }

  private func directory(of step: StepDefinition, _ renderer: Renderer) throws(ExpressionError) -> String {
    guard let template = step.workingDirectory else { return record.cwd }
    let path = try renderer.text(template)
    return path.hasPrefix("/") ? path : "\(record.cwd)/\(path)"
  }

  private func environment(
    for step: StepDefinition, _ index: Int, _ session: SessionMeta, _ renderer: Renderer,
    without concealed: Set<ExactName>?
  ) throws(ExpressionError) -> ([String], [EnvironmentSecret]) {
    var added: [(name: String, value: SecretText)] = []
    for definition in definition.flow.inputs where concealed == nil || definition.kind != .secret {
      guard let value = inputs.first(where: { $0.name == definition.name })?.value else { continue }
      let secret = secret(ofInput: definition.name).map { SecretText([.secret($0)]) }
      added.append((definition.environmentName, secret ?? SecretText(environmentText(of: value))))
    }
    let given = [
      ("FLOWD_RUN_ID", record.id.description), ("FLOWD_SESSION_ID", record.sessionID.description),
      ("FLOWD_STEP_ID", name(of: index).description), ("FLOWD_FLOW", record.snapshot.flowID),
      ("FLOWD_PROVIDER", record.snapshot.providerID),
      ("FLOWD_MODEL", record.snapshot.modelID), ("FLOWD_WORKSPACE", session.workspace),
    ]
    added += given.map { ($0.0, SecretText($0.1)) }
    for entry in definition.flow.env + step.env {
      added.append((entry.name, try renderer.secretText(entry.value)))
    }
    return try merged(added, step, without: concealed ?? [])
  }

  /// The client's environment with what is added; what needs the daemon's secrets apart.
  private func merged(
    _ added: [(name: String, value: SecretText)], _ step: StepDefinition, without concealed: Set<ExactName>
  ) throws(ExpressionError) -> ([String], [EnvironmentSecret]) {
    var latest: [ExactName: SecretText] = [:]
    for (name, value) in added { latest[ExactName(name)] = value }
    var result = environment.filter { entry in
      guard let end = entry.utf8.firstIndex(of: UInt8(ascii: "=")) else { return false }
      let name = ExactName(String(entry[..<end]))
      return latest[name] == nil && !concealed.contains(name)
    }
    var secrets: [EnvironmentSecret] = []
    var written: Set<ExactName> = []
    for (name, _) in added where written.insert(ExactName(name)).inserted {
      guard let value = latest[ExactName(name)] else { continue }
      guard let text = value.known else {
        secrets.append(EnvironmentSecret(name, value))
        continue
      }
      guard !text.utf8.contains(0) else {
        throw ExpressionError(.failed, "the environment variable \(name) would hold a NUL character", line: step.line)
      }
      result.append("\(name)=\(text)")
    }
    return (result, secrets)
  }
}

extension SecretText {
  /// The text, if the values of all its secrets are known.
  fileprivate var known: String? {
    var known = ""
    for part in parts {
      switch part {
      case .text(let text): known += text
      case .secret(let secret):
        guard let value = secret.value else { return nil }
        known += secret.encoding.encode(value)
      }
    }
    return known
  }
}
