internal import CHTTP
internal import FlowdModel

/// Sends HTTP requests: all of them on one thread named `http`, which shares connections among them (libcurl).
///
/// At most `Limits.httpRequestsMax` calls are under way at one time; more wait, first come, first served.
package final class HTTPClient: Sendable {
  private let mailbox: HTTPMailbox
  private let thread: OwnThread

  /// Starts the client's thread.
  ///
  /// - Throws: There is no memory, descriptor or thread left.
  package init() throws(HTTPClientError) {
    guard let handle = chttp_client_create(Limits.idleConnectionsMax) else {
      throw HTTPClientError(message: "libcurl cannot be started")
    }
    let mailbox = HTTPMailbox(handle)
    do {
      thread = try OwnThread(named: "http") { HTTPLoop(mailbox).run() }
    } catch {
      chttp_client_destroy(handle)
      throw HTTPClientError(message: "there is no thread for HTTP (error \(error.code))")
    }
    self.mailbox = mailbox
  }

  /// A name for a call that is not started yet, for those who must know it before its first event.
  package func makeID() -> HTTPCallID { mailbox.makeID() }

  /// Sends a request, or lets it wait for a place. Returns at once.
  ///
  /// - Parameters:
  ///   - id: Of `makeID`, used once; `nil`: a new one.
  ///   - on: Called on the client's thread with what happens to the call, in order; while it runs no call goes
  ///     on, so it only hands on. It may call any method of the client but `shutdown`.
  /// - Returns: The call's name; its events may come before this returns.
  @discardableResult
  package func start(
    _ call: HTTPCall, as id: HTTPCallID? = nil, on: @escaping @Sendable (HTTPCallEvent) -> Void
  ) -> HTTPCallID {
    let id = id ?? mailbox.makeID()
    mailbox.post(.start(id, call, on))
    return id
  }

  /// Ends a call, which ends as `cancelled`. One that has ended is not changed.
  package func cancel(_ id: HTTPCallID) { mailbox.post(.cancel(id)) }

  /// Tells that bytes of a body were taken over: they no longer count against `HTTPCall.unacknowledgedBytesMax`.
  package func acknowledge(_ id: HTTPCallID, bytes: Int) { mailbox.post(.acknowledge(id, bytes: bytes)) }

  /// Forgets the cookies of a jar once no call uses it; a later call with it begins with its first lines.
  package func discard(_ jar: HTTPCookieJar) { mailbox.post(.discard(jar)) }

  /// Ends all calls and the thread; returns when it has ended. No event comes any more. Not to be called from an `on`.
  /// Later calls of any method do nothing.
  package func shutdown() {
    mailbox.post(.shutDown)
    thread.join()
  }
}

/// Why a client could not be made.
package struct HTTPClientError: Error, Equatable {
  package let message: String
}
