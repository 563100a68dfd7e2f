internal import FlowdWire

extension StatusText {
  /// In hand, or failed: what a person looks for.
  static func isBusy(_ status: API.StepStatus) -> Bool {
    switch status {
    case .running, .failed, .waitingInput, .waitingRetry: true
    case .pending, .succeeded, .skipped, .cancelled, .notRun, .unspecified, .unrecognized: false
    }
  }

  /// Of one among many.
  static func childWord(_ status: API.StepStatus) -> String {
    switch status {
    case .succeeded: "done"
    case .waitingInput: "waiting for input"
    case .waitingRetry: "to be tried again"
    case .pending, .unspecified, .unrecognized: "to come"
    case .running, .failed, .skipped, .cancelled, .notRun: name(status)
    }
  }
}
