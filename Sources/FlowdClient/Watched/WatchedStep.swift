public import FlowdWire

/// A step of a run as its events tell it.
public struct WatchedStep: Sendable {
  public let id: String
  public internal(set) var label: String
  public internal(set) var kind = ""
  public internal(set) var status = API.StepStatus.pending
  public internal(set) var attempt: UInt32 = 0
  /// The number of the last attempt that its `retry` allows, as its last event told; 0: unknown.
  public internal(set) var attemptsMax: UInt32 = 0
  public internal(set) var startedAt: API.Timestamp?
  public internal(set) var finishedAt: API.Timestamp?
  public internal(set) var exitCode: Int32?
  /// Why it failed; while it waits to be tried again, why the last attempt did.
  public internal(set) var error: API.StepError?
  /// When something is due by itself: the next attempt, the end of a wait.
  public internal(set) var wakeAt: API.Timestamp?
  /// What it waits for a person to answer.
  public internal(set) var question: API.PendingInput?
  public internal(set) var checks: [API.CheckResult] = []
  /// JSON; empty: none.
  public internal(set) var outputs: [UInt8] = []
  /// JSON; empty: nothing, or a secret.
  public internal(set) var result: [UInt8] = []
  /// Of a `flow` step: the run of its last attempt.
  public internal(set) var childRunID = ""
  /// Its result was taken over from another run.
  public internal(set) var isReused = false
  /// Of an `http` step: the request and the response of its last attempt.
  public internal(set) var http: API.HttpExchange?
  /// Of an `agent` step: what its last attempt was given and used.
  public internal(set) var agent: API.AgentUse?
  /// Of a `foreach` step whose list is known.
  public internal(set) var children: WatchedChildren?

  init(id: String) {
    self.id = id
    label = id
  }

  mutating func copy(_ step: API.Step) {
    if !step.label.isEmpty { label = step.label }
    if !step.kind.isEmpty { kind = step.kind }
    status = step.status == .unspecified ? .pending : step.status
    attempt = step.attempt
    startedAt = step.startedAt ?? startedAt
    finishedAt = step.finishedAt
    exitCode = step.exitCode
    error = step.error
    wakeAt = step.wakeAt
    question = step.status == .waitingInput ? step.input ?? question : nil
    checks = step.checks
    outputs = step.outputs
    result = step.result
    if !step.childRunID.isEmpty { childRunID = step.childRunID }
    isReused = step.reused
    http = step.http
    agent = step.agent
    if let count = step.childCount, children == nil { children = WatchedChildren(count: Int(count)) }
  }
}
