internal import CHTTP
internal import FlowdModel

/// What other threads ask of the client's thread.
final class HTTPMailbox: @unchecked Sendable {
  enum Order: Sendable {
    case start(HTTPCallID, HTTPCall, @Sendable (HTTPCallEvent) -> Void)
    case cancel(HTTPCallID)
    case acknowledge(HTTPCallID, bytes: Int)
    case discard(HTTPCookieJar)
    case shutDown
  }

  private struct State {
    var orders: [Order] = []
    var lastNumber: UInt64 = 0
    var isClosed = false
  }

  // Only the client's thread uses it, but for waking, which any thread may do; `close` comes before it is freed, and
  // waking happens with the lock held.
  let handle: OpaquePointer
  private let state = Locked(State())

  init(_ handle: OpaquePointer) { self.handle = handle }

  func makeID() -> HTTPCallID {
    state.withLock { state in
      state.lastNumber += 1
      return HTTPCallID(number: state.lastNumber)
    }
  }

  func post(_ order: Order) { state.withLock { append(order, to: &$0) } }

  /// What was asked since the last time.
  func take() -> [Order] {
    state.withLock { state in
      defer { state.orders = [] }
      return state.orders
    }
  }

  /// Nothing is taken in any more, nor is anybody woken.
  func close() {
    state.withLock { state in
      state.isClosed = true
      state.orders = []
    }
  }

  private func append(_ order: Order, to state: inout State) {
    guard !state.isClosed else { return }
    if state.orders.isEmpty { chttp_client_wake(handle) }
    state.orders.append(order)
  }
}
