internal import FlowdModel

/// The executor's thread.
final class ExecutorLoop {
  private let mailbox: ExecutorMailbox
  private let client: HTTPClient
  private let secrets: any SecretSource
  private let directory: String
  private let deliver: @Sendable ([StepReport]) -> Void
  private let cookies: CookieFiles
  private var attempts: [AttemptID: ActiveAttempt] = [:]
  private var reports: [StepReport] = []

  init(
    _ mailbox: ExecutorMailbox, _ client: HTTPClient, _ secrets: any SecretSource, directory: String,
    _ deliver: @escaping @Sendable ([StepReport]) -> Void
  ) {
    self.mailbox = mailbox
    self.client = client
    self.secrets = secrets
    self.directory = directory
    self.deliver = deliver
    cookies = CookieFiles(directory: directory + "/cookies", client: client)
  }

  /// Works until it is told to shut down.
  func run() {
    while true {
      for order in mailbox.take() {
        if case .shutDown = order {
          shutDown()
          return
        }
        carryOut(order)
      }
      guard !reports.isEmpty else { continue }
      deliver(reports)
      reports = []
    }
  }

  private func carryOut(_ order: ExecutorMailbox.Order) {
    switch order {
    case .start(let request): start(request)
    case .terminate(let attempt):
      if let active = attempts[attempt] { client.cancel(active.callID) }
    case .forget(let key):
      cookies.forget(key)
      PrivateDirectory.remove(directory + "/bodies/\(key)")
    case .event(let attempt, let event):
      guard let active = attempts[attempt] else { return }
      handle(event, of: active)
    case .shutDown: break
    }
  }

  private func start(_ request: HTTPRequest) {
    precondition(attempts[request.attempt] == nil, "an attempt is started once")
    var prepared: PreparedCall
    do throws(HTTPProblem) {
      prepared = try CallBuilder(secrets).prepare(request)
      prepared.call.cookies = try request.cookieJar.map { key throws(HTTPProblem) in try cookies.jar(of: key) }
    } catch {
      let exchange = HTTPExchange(method: request.method, url: request.url.shown, substitutions: request.substitutions)
      let details = StepDetails(exchange: exchange)
      report(request.attempt, StepResult(outcome: .requestFailed(error.failure, error.message), details: details))
      return
    }
    let spool = "\(directory)/bodies/\(request.runKey ?? request.cookieJar ?? 0)"
    let id = client.makeID()
    attempts[request.attempt] = ActiveAttempt(request, prepared, id, spoolDirectory: spool)
    client.start(prepared.call, as: id) { [mailbox] in mailbox.post(.event(request.attempt, $0)) }
  }

  private func handle(_ event: HTTPCallEvent, of active: ActiveAttempt) {
    switch event {
    case .head(let head): active.take(head)
    case .body(let bytes):
      active.take(bytes)
      if active.problem == nil {
        let count = active.bytesToAcknowledge(adding: bytes.count)
        if count > 0 { client.acknowledge(active.callID, bytes: count) }
      } else {
        client.cancel(active.callID)
      }
    case .end(let end):
      attempts[active.request.attempt] = nil
      var cookieProblem: HTTPProblem?
      if let key = active.request.cookieJar { cookieProblem = cookies.keep(end.info.cookieLines, of: key) }
      report(active.request.attempt, active.finish(end, cookieProblem))
    }
  }

  private func report(_ attempt: AttemptID, _ result: StepResult) {
    reports.append(StepReport(attempt: attempt, kind: .finished(result)))
  }

  private func shutDown() {
    mailbox.close()
    for active in attempts.values {
      client.cancel(active.callID)
      active.abandon()
    }
  }
}
