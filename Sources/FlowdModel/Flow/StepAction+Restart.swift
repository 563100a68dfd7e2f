extension StepAction {
  /// What becomes of a cut-off attempt when the flow file does not say: it is made again where that cannot do twice what
  /// was meant once.
  package var usualRestart: RestartPolicy {
    switch self {
    case .run, .script, .input, .wait, .flow: .retry
    case .http(let step): step.method.constant.map(HTTPStep.idempotentMethods.contains) == true ? .retry : .ask
    case .agent(let step): step.isReadOnly ? .retry : .ask
    }
  }
}

extension HTTPStep {
  /// RFC 9110, section 9.2.2.
  package static let idempotentMethods = ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"]
}
