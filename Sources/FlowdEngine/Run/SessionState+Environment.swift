internal import FlowdModel

extension SessionState {
  /// Keeps a run's environment until it ends: what secret inputs refer to apart from the rest, outside the database.
  func keepEnvironment(of run: RunMachine, _ transaction: Transaction) {
    let names = run.secretNames
    guard !names.isEmpty else {
      transaction.batch.environments[run.record.key] = run.environment
      return
    }
    var open: [String] = []
    var secret: [String] = []
    for entry in run.environment {
      if names.contains(ExactName(String(entry.prefix { $0 != "=" }))) {
        secret.append(entry)
      } else {
        open.append(entry)
      }
    }
    transaction.batch.environments[run.record.key] = open
    if !secret.isEmpty { transaction.batch.secretEnvironments[run.record.key] = secret }
  }
}

extension RunMachine {
  /// The names of environment variables that secret inputs of the run, and of the flows it runs, refer to.
  fileprivate var secretNames: Set<ExactName> {
    var names: Set<ExactName> = []
    func note(_ value: JSONValue?) {
      guard case .string(let text)? = value, InputValidation.isSecretReference(text) else { return }
      names.insert(ExactName(String(text.dropFirst("secret:".count))))
    }
    for input in definition.flow.inputs where input.kind == .secret {
      note(inputs.first { $0.name == input.name }?.value)
    }
    for flow in definition.withSubflows.map(\.flow) {
      for input in flow.inputs where input.kind == .secret { note(input.defaultValue) }
      for step in flow.steps {
        guard case .flow(let call) = step.action else { continue }
        for input in call.inputs { note(input.value.constantValue) }
      }
    }
    return names
  }
}
