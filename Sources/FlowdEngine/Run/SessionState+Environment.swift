internal import FlowdModel

extension SessionState {
  /// Keeps a run's environment until it ends: what secret inputs refer to apart from the rest, outside the database.
  func keepEnvironment(of run: RunMachine, _ transaction: Transaction) {
    let names = run.secretNames(transaction.config)
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
