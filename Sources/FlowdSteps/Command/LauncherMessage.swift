internal import CLinux

/// What `flowd-launch` says; the C header `LauncherProtocol.h` holds the rules.
enum LauncherMessage: Equatable, Sendable {
  case started
  case failed(LaunchFailure)
  case ended(CommandEnd)
  /// Always the last; how many processes could not be ended.
  case treeEnded(left: Int32)

  /// Reads one packet; `nil` for what no launcher of this version sends.
  init?(_ packet: UnsafeRawBufferPointer) {
    guard packet.count == MemoryLayout<flowd_launch_message>.size else { return nil }
    let message = packet.loadUnaligned(as: flowd_launch_message.self)
    switch UInt32(bitPattern: message.kind) {
    case FLOWD_LAUNCH_STARTED.rawValue:
      self = .started
    case FLOWD_LAUNCH_FAILED.rawValue:
      guard let stage = LaunchFailure.Stage(rawValue: UInt32(bitPattern: message.detail)) else { return nil }
      self = .failed(LaunchFailure(stage: stage, code: message.value))
    case FLOWD_LAUNCH_ENDED.rawValue:
      let exited = UInt32(bitPattern: message.detail) == FLOWD_LAUNCH_EXITED.rawValue
      self = .ended(exited ? .exited(message.value) : .signalled(message.value))
    case FLOWD_LAUNCH_TREE_ENDED.rawValue:
      self = .treeEnded(left: message.value)
    default:
      return nil
    }
  }
}

/// How the command itself, not its descendants, ended.
enum CommandEnd: Equatable, Sendable {
  case exited(Int32)
  case signalled(Int32)
}
