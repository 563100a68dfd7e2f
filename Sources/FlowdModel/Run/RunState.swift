/// Where a run is in its life; the last four are final.
package enum RunStatus: Int, Equatable, Sendable, CaseIterable {
  case queued = 1
  case running = 2
  case waitingInput = 3
  case paused = 4
  case succeeded = 5
  case failed = 6
  case cancelled = 7
  case interrupted = 8

  package var isFinal: Bool {
    switch self {
    case .queued, .running, .waitingInput, .paused: false
    case .succeeded, .failed, .cancelled, .interrupted: true
    }
  }

  /// As the contract spells it in events and references, such as `waiting_input`.
  package var name: String {
    switch self {
    case .queued: "queued"
    case .running: "running"
    case .waitingInput: "waiting_input"
    case .paused: "paused"
    case .succeeded: "succeeded"
    case .failed: "failed"
    case .cancelled: "cancelled"
    case .interrupted: "interrupted"
    }
  }
}

/// Where a step is in its life; the last five are final.
package enum StepStatus: Int, Equatable, Sendable, CaseIterable {
  case pending = 1
  case running = 2
  case waitingInput = 3
  case waitingRetry = 4
  case succeeded = 5
  case failed = 6
  case skipped = 7
  case cancelled = 8
  case notRun = 9

  package var isFinal: Bool {
    switch self {
    case .pending, .running, .waitingInput, .waitingRetry: false
    case .succeeded, .failed, .skipped, .cancelled, .notRun: true
    }
  }

  /// As the contract spells it in events and references, such as `not_run`.
  package var name: String {
    switch self {
    case .pending: "pending"
    case .running: "running"
    case .waitingInput: "waiting_input"
    case .waitingRetry: "waiting_retry"
    case .succeeded: "succeeded"
    case .failed: "failed"
    case .skipped: "skipped"
    case .cancelled: "cancelled"
    case .notRun: "not_run"
    }
  }
}

/// How a run treats questions to a person.
package enum RunMode: Int, Equatable, Sendable, CaseIterable {
  case batch = 1
  case interactive = 2
  case hybrid = 3

  /// As configuration files and flow files spell it.
  package var name: String {
    switch self {
    case .batch: "batch"
    case .interactive: "interactive"
    case .hybrid: "hybrid"
    }
  }
}

/// How a cancel ends a run.
package enum CancelMode: Int, Equatable, Sendable, CaseIterable {
  /// Running steps finish, the rest is marked `not_run`.
  case graceful = 1
  /// Running steps are ended.
  case force = 2
}
