internal import FlowdModel

/// Orders from other threads to the executor's, in the order in which they were given.
///
/// Bounded by its users: the engine has at most `Limits.waitingCommandsMax` attempts out.
final class CommandMailbox: Sendable {
  enum Order: Sendable {
    case start(CommandRequest)
    case terminate(AttemptID)
    case acknowledge(AttemptID, bytes: Int)
    case write(AttemptID, [UInt8])
    case closeInput(AttemptID)
    case orphansEnded(slots: [UInt64])
    case shutDown
  }

  private let orders = Locked<[Order]>([])
  private let wake: EventFD

  init() throws(StepsError) { wake = try EventFD() }

  /// Readable while orders wait.
  var raw: Int32 { wake.raw }

  func post(_ order: Order) {
    let isFirst = orders.withLock { orders in
      orders.append(order)
      return orders.count == 1
    }
    if isFirst { wake.signal() }
  }

  /// Takes all orders. Clearing first means that an order posted meanwhile wakes again.
  func take() -> [Order] {
    wake.clear()
    return orders.withLock { orders in
      defer { orders = [] }
      return orders
    }
  }
}
