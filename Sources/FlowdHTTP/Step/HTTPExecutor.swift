package import FlowdModel

/// Runs `http` steps: each attempt is one call of an `HTTPClient`, with its secrets, its run's cookies, and files for
/// bodies that are long.
///
/// One thread named `http-steps` reads secrets, writes files and makes reports; a body that comes faster than it is
/// written waits with its server. Of each attempt exactly one report is delivered, `finished`, once cookies and files
/// are in place. The response's body is redacted in `stdout` and in files under `directory`, and written as it came to
/// the file that the step asks for.
package final class HTTPExecutor: Sendable {
  private let mailbox: ExecutorMailbox
  private let thread: OwnThread

  /// Starts the executor's thread.
  ///
  /// - Parameters:
  ///   - directory: Private to the daemon; made when needed. `cookies/RUN` and `bodies/RUN/STEP-ATTEMPT` are in it.
  ///   - deliver: Called on the executor's thread with what happened; while it runs nothing else does.
  /// - Throws: There is no thread left.
  package init(
    client: HTTPClient, secrets: any SecretSource, directory: String,
    deliver: @escaping @Sendable ([StepReport]) -> Void
  ) throws(HTTPClientError) {
    let mailbox = ExecutorMailbox()
    do {
      thread = try OwnThread(named: "http-steps") {
        ExecutorLoop(mailbox, client, secrets, directory: directory, deliver).run()
      }
    } catch {
      throw HTTPClientError(message: "there is no thread for HTTP steps (error \(error.code))")
    }
    self.mailbox = mailbox
  }

  /// Sends a request, or lets it wait for a place. Returns at once.
  ///
  /// - Parameter request: Of an attempt that was not started before.
  package func start(_ request: HTTPRequest) { mailbox.post(.start(request)) }

  /// Ends an attempt by force; it finishes as `cancelled` with what has come of the response. One that has finished is
  /// not changed.
  package func terminate(_ attempt: AttemptID) { mailbox.post(.terminate(attempt)) }

  /// Removes the cookies and bodies that are kept for a run that has ended.
  package func forget(run key: Int64) { mailbox.post(.forget(run: key)) }

  /// Ends all requests and the thread; returns when it has ended. Nothing is delivered any more. Not to be called from
  /// `deliver`. Later calls of any method do nothing. The client goes on.
  package func shutdown() {
    mailbox.post(.shutDown)
    thread.join()
  }
}
