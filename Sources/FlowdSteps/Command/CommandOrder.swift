internal import FlowdModel

/// What other threads ask of the thread of a `CommandExecutor`. The engine has at most `Limits.waitingCommandsMax` attempts
/// out, which bounds how many there are.
enum CommandOrder: Sendable {
  case start(CommandRequest)
  case terminate(AttemptID)
  case acknowledge(AttemptID, bytes: Int)
  case write(AttemptID, [UInt8])
  case closeInput(AttemptID)
  case orphansEnded(slots: [UInt64])
  case shutDown
}
