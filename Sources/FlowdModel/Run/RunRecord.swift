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
  /// Of everything that its steps make.
  package let umask: FileMask
  /// A JSON object, checked and completed with defaults.
  package let inputs: [UInt8]
  /// Starts when no run of the session is active, instead of at once.
  package let waitsForOthers: Bool
  package let admittedAt: Timestamp
  /// The sequence of its first event.
  package let firstSequence: EventSequence
  /// Of a run that is a step of another one.
  package let parent: ParentRun?
  /// The run whose results it took over.
  package let reusedFrom: RunID?
  /// Runs with the same one, in any session, wait for each other; empty: none.
  package let group: String
  /// The definitions that its `flow` steps run, and theirs: hashes by flow id.
  package let subflows: [String: String]
  package var status: RunStatus
  package var startedAt: Timestamp?
  package var finishedAt: Timestamp?
  package var cancelRequested: CancelMode?
  package var error: String
  package var report: String
  /// A JSON object: the flow's `outputs` once the run has ended.
  package var outputs: [UInt8]
  /// How it treats questions now; `snapshot.mode` is what it began with.
  package var mode: RunMode
  /// It pauses, or has paused, after the steps in hand.
  package var isPauseRequested: Bool
  /// It pauses after each step.
  package var isStepping: Bool

  package init(
    key: Int64, id: RunID, sessionKey: Int64, sessionID: SessionID, requestID: String, snapshot: RunSnapshot,
    cwd: String, umask: FileMask = .ownerOnly, inputs: [UInt8], waitsForOthers: Bool, admittedAt: Timestamp,
    firstSequence: EventSequence,
    parent: ParentRun? = nil, reusedFrom: RunID? = nil, group: String = "", subflows: [String: String] = [:],
    status: RunStatus = .queued, startedAt: Timestamp? = nil, finishedAt: Timestamp? = nil,
    cancelRequested: CancelMode? = nil, error: String = "", report: String = "",
    outputs: [UInt8] = [], mode: RunMode? = nil, isPauseRequested: Bool = false, isStepping: Bool = false
  ) {
    self.key = key
    self.id = id
    self.sessionKey = sessionKey
    self.sessionID = sessionID
    self.requestID = requestID
    self.snapshot = snapshot
    self.cwd = cwd
    self.umask = umask
    self.inputs = inputs
    self.waitsForOthers = waitsForOthers
    self.admittedAt = admittedAt
    self.firstSequence = firstSequence
    self.parent = parent
    self.reusedFrom = reusedFrom
    self.group = group
    self.subflows = subflows
    self.status = status
    self.startedAt = startedAt
    self.finishedAt = finishedAt
    self.cancelRequested = cancelRequested
    self.error = error
    self.report = report
    self.outputs = outputs
    self.mode = mode ?? snapshot.mode
    self.isPauseRequested = isPauseRequested
    self.isStepping = isStepping
  }
}

/// Where a run hangs that is a step of another one.
package struct ParentRun: Equatable, Sendable {
  package let key: Int64
  package let id: RunID
  /// The attempt that started it.
  package let step: Int
  package let attempt: Int
  /// What the step is called there, such as `look[2]`.
  package let stepName: String
  /// 1 for a step of an outermost run.
  package let depth: Int

  package init(key: Int64, id: RunID, step: Int, attempt: Int, stepName: String = "", depth: Int) {
    self.key = key
    self.id = id
    self.step = step
    self.attempt = attempt
    self.stepName = stepName
    self.depth = depth
  }
}
