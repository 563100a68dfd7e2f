internal import FlowdModel

/// Orders from other threads to the one that waits for `raw` to be readable, in the order in which they were given.
///
/// Bounded by its users.
package final class OrderQueue<Order: Sendable>: Sendable {
  private let orders = Locked<[Order]>([])
  private let wake: EventFD

  package init() throws(StepsError) { wake = try EventFD() }

  /// Readable while orders wait.
  package var raw: Int32 { wake.raw }

  package func post(_ order: Order) {
    let isFirst = orders.withLock { orders in
      orders.append(order)
      return orders.count == 1
    }
    if isFirst { wake.signal() }
  }

  /// Takes all orders. Clearing first means that an order posted meanwhile wakes again.
  package func take() -> [Order] {
    wake.clear()
    return orders.withLock { orders in
      defer { orders = [] }
      return orders
    }
  }
}
