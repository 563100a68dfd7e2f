internal import FlowdModel
internal import FlowdSteps

/// Orders from other threads to the executor's, in the order in which they were given.
///
/// Bounded by its users: the engine has at most `Limits.waitingAgentsMax` attempts out, and what commands write is held
/// back until it is acknowledged.
final class AgentMailbox: Sendable {
  enum Order: Sendable {
    case start(AgentRequest)
    case terminate(AttemptID)
    case answer(AttemptID, question: String, option: String)
    case acknowledge(AttemptID, bytes: Int)
    /// Of the executor of commands.
    case reports([StepReport])
    /// A driver that is no command has reported its end.
    case ended(AttemptID)
    case check(ProviderDefinition, then: @Sendable (ProviderCheck) -> Void)
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
