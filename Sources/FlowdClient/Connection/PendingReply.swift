internal import FlowdModel

/// The reply to a call that is on its way.
///
/// Making one fixes the call's place on the wire; waiting for it does not.
public final class PendingReply<Response: Sendable>: Sendable {
  private struct State: Sendable {
    var result: Result<Response, ClientError>?
    var waiters: [@Sendable (Result<Response, ClientError>) -> Void] = []
  }

  private let state = Locked(State())

  init() {}

  /// The reply, once it is there.
  ///
  /// When the waiting task is cancelled this throws `.cancelled`; the daemon may carry the call out all the same.
  public var value: Response {
    get async throws(ClientError) {
      let result = await withTaskCancellationHandler {
        await withCheckedContinuation { continuation in
          whenDone { continuation.resume(returning: $0) }
        }
      } onCancel: {
        complete(.failure(.cancelled))
      }
      return try result.get()
    }
  }

  /// Waits for the reply on this thread.
  public func wait() throws(ClientError) -> Response {
    let semaphore = Semaphore()
    whenDone { _ in semaphore.signal() }
    semaphore.wait()
    guard let result = state.withLock({ $0.result }) else {
      preconditionFailure("a waiter is called only with a result")
    }
    return try result.get()
  }

  /// Calls `body` with the result, now or on the connection's thread.
  package func whenDone(_ body: @escaping @Sendable (Result<Response, ClientError>) -> Void) {
    let known: Result<Response, ClientError>? = state.withLock { state in
      if state.result == nil { state.waiters.append(body) }
      return state.result
    }
    if let known { body(known) }
  }

  /// The first result counts.
  func complete(_ result: Result<Response, ClientError>) {
    let waiters = state.withLock { state -> [@Sendable (Result<Response, ClientError>) -> Void] in
      guard state.result == nil else { return [] }
      state.result = result
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in waiters { waiter(result) }
  }
}
