internal import FlowdClient
internal import FlowdModel

/// Hands values from threads that wait for things to the one that shows them; bounded.
final class Mailbox<Value: Sendable>: Sendable {
  private let values = Locked<[Value]>([])
  private let filled = Semaphore(0)
  private let room: Semaphore

  init(capacity: UInt32) { room = Semaphore(capacity) }

  /// Waits while the mailbox is full.
  func post(_ value: Value) {
    room.wait()
    values.withLock { $0.append(value) }
    filled.signal()
  }

  /// The oldest value.
  ///
  /// - Returns: `nil` when none came within the time.
  func take(within milliseconds: Int) -> Value? {
    guard filled.wait(milliseconds: milliseconds) else { return nil }
    defer { room.signal() }
    return values.withLock { $0.isEmpty ? nil : $0.removeFirst() }
  }
}
