internal import FlowdModel
internal import FlowdSteps

/// What starts and ends agents' commands and writes to them; the executor of commands, or a test's stand-in.
protocol AgentCommander: AnyObject, Sendable {
  func start(_ request: CommandRequest)
  func terminate(_ attempt: AttemptID)
  func acknowledge(_ attempt: AttemptID, bytes: Int)
  func write(_ attempt: AttemptID, _ bytes: [UInt8])
  func closeInput(_ attempt: AttemptID)
}
