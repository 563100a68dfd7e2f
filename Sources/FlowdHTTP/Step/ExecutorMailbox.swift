internal import FlowdModel

/// What other threads ask of, and tell, the executor's thread.
final class ExecutorMailbox: Sendable {
  enum Order: Sendable {
    case start(HTTPRequest)
    case terminate(AttemptID)
    case forget(run: Int64)
    case event(AttemptID, HTTPCallEvent)
    case shutDown
  }

  private struct State {
    var orders: [Order] = []
    var isClosed = false
  }

  private let state = Locked(State())
  private let arrived = Semaphore()

  func post(_ order: Order) {
    let isFirst = state.withLock { state in
      guard !state.isClosed else { return false }
      state.orders.append(order)
      return state.orders.count == 1
    }
    if isFirst { arrived.signal() }
  }

  /// Waits until there is something.
  func take() -> [Order] {
    while true {
      let orders = state.withLock { state in
        defer { state.orders = [] }
        return state.orders
      }
      if !orders.isEmpty { return orders }
      arrived.wait()
    }
  }

  /// Nothing is taken in any more.
  func close() {
    state.withLock { state in
      state.isClosed = true
      state.orders = []
    }
  }
}
