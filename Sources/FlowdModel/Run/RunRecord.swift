/// What a run reads instead of live configuration: copied from its session when the start was admitted.
package struct RunSnapshot: Equatable, Sendable {
  package var flowID: String
  /// Lower-case hexadecimal SHA-256 of the definition's canonical JSON.
  package var definitionHash: String
  package var providerID: String
  package var modelID: String
  package var mode: RunMode
  package var revision: UInt64

  package init(
    flowID: String, definitionHash: String, providerID: String, modelID: String, mode: RunMode, revision: UInt64
  ) {
    self.flowID = flowID
    self.definitionHash = definitionHash
    self.providerID = providerID
    self.modelID = modelID
    self.mode = mode
    self.revision = revision
  }
}

/// A run as it is stored, without its steps and its environment.
package struct RunRecord: Equatable, Sendable {
  /// Short key of the tables; given once, in order of admission.
  package let key: Int64
  package let id: RunID
  package let sessionKey: Int64
  package let sessionID: SessionID
  /// Empty: the start was not repeatable.
  package let requestID: String
  package let snapshot: RunSnapshot
  package let cwd: String
  /// A JSON object, checked and completed with defaults.
  package let inputs: [UInt8]
  /// Starts when no run of the session is active, instead of at once.
  package let waitsForOthers: Bool
  package let admittedAt: Timestamp
  /// The sequence of its first event.
  package let firstSequence: EventSequence
  package var status: RunStatus
  package var startedAt: Timestamp?
  package var finishedAt: Timestamp?
  package var cancelRequested: CancelMode?
  package var error: String
  package var report: String

  package init(
    key: Int64, id: RunID, sessionKey: Int64, sessionID: SessionID, requestID: String, snapshot: RunSnapshot,
    cwd: String, inputs: [UInt8], waitsForOthers: Bool, admittedAt: Timestamp, firstSequence: EventSequence,
    status: RunStatus = .queued, startedAt: Timestamp? = nil, finishedAt: Timestamp? = nil,
    cancelRequested: CancelMode? = nil, error: String = "", report: String = ""
  ) {
    self.key = key
    self.id = id
    self.sessionKey = sessionKey
    self.sessionID = sessionID
    self.requestID = requestID
    self.snapshot = snapshot
    self.cwd = cwd
    self.inputs = inputs
    self.waitsForOthers = waitsForOthers
    self.admittedAt = admittedAt
    self.firstSequence = firstSequence
    self.status = status
    self.startedAt = startedAt
    self.finishedAt = finishedAt
    self.cancelRequested = cancelRequested
    self.error = error
    self.report = report
  }
}

/// A step of a run as it is stored. A step that has not left `pending` has no row.
package struct StepRecord: Equatable, Sendable {
  /// Index in the definition's steps.
  package let index: Int
  package var status: StepStatus
  /// 0 until it first runs.
  package var attempt: Int
  package var startedAt: Timestamp?
  package var finishedAt: Timestamp?
  package var exitCode: Int32?
  package var error: StepError?

  package init(
    index: Int, status: StepStatus = .pending, attempt: Int = 0, startedAt: Timestamp? = nil,
    finishedAt: Timestamp? = nil, exitCode: Int32? = nil, error: StepError? = nil
  ) {
    self.index = index
    self.status = status
    self.attempt = attempt
    self.startedAt = startedAt
    self.finishedAt = finishedAt
    self.exitCode = exitCode
    self.error = error
  }
}

/// Why a step failed.
package struct StepError: Equatable, Sendable {
  package enum Class: Int, Equatable, Sendable, CaseIterable {
    /// A later attempt may succeed.
    case recoverable = 1
    case fatal = 2
    /// A person has to act.
    case needsUser = 3
  }

  package var errorClass: Class
  /// One sentence for a person.
  package var message: String

  package init(_ errorClass: Class, _ message: String) {
    self.errorClass = errorClass
    self.message = message
  }
}

/// What a step wrote, as later steps and the report see it.
package struct StepOutput: Equatable, Sendable {
  package var stdout: [UInt8]
  package var stderr: [UInt8]
  package var stdoutTruncated: Bool
  package var stderrTruncated: Bool

  package init(
    stdout: [UInt8] = [], stderr: [UInt8] = [], stdoutTruncated: Bool = false, stderrTruncated: Bool = false
  ) {
    self.stdout = stdout
    self.stderr = stderr
    self.stdoutTruncated = stdoutTruncated
    self.stderrTruncated = stderrTruncated
  }
}
