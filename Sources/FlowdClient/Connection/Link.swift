internal import FlowdModel
internal import FlowdWire

/// The connection in use, replaced when it has ended.
final class Link: Sendable {
  private let connector: Connection.Connector
  private let current = Locked<Connection?>(nil)

  init(_ connector: @escaping Connection.Connector) { self.connector = connector }

  /// Sends a request on the current connection, or on a new one.
  ///
  /// - Parameter completion: Called once, on this thread or a connection's; it must not wait.
  func send(
    _ method: API.Method, payload: [UInt8], timeout: Duration,
    completion: @escaping @Sendable (Result<[UInt8], ClientError>) -> Void
  ) {
    guard payload.count <= Limits.frameBytesMax - 1024 else {
      completion(.failure(.refused(.init(code: .resourceExhausted, message: "the request has \(payload.count) bytes"))))
      return
    }
    // Keeps the link, and so its connection, until the reply: a caller may let go of its client before.
    transmit(method, payload: payload, timeout: timeout) { outcome in
      switch outcome {
      case .reply(let bytes): completion(.success(bytes))
      case .failure(let error): completion(.failure(error))
      case .lost(let reason, let behindOthers):
        guard method.isSafeToRepeat, !behindOthers else {
          completion(.failure(.connectionLost(reason: reason)))
          return
        }
        self.transmit(method, payload: payload, timeout: timeout) { completion($0.result) }
      }
    }
  }

  private func transmit(
    _ method: API.Method, payload: [UInt8], timeout: Duration, completion: @escaping CallCompletion
  ) {
    // The lock is held while the request is queued: the order of calls is the order of requests.
    let admission = current.withLock { current -> ConnectionState.Admission in
      if let connection = current {
        let admission = connection.send(method, payload: payload, timeout: timeout, completion: completion)
        guard case .closed = admission else { return admission }
      }
      let connection = Connection(connector)
      current = connection
      defer { connection.start() }
      return connection.send(method, payload: payload, timeout: timeout, completion: completion)
    }
    switch admission {
    case .queued: break
    case .overloaded: completion(.failure(.overloaded))
    case .closed: preconditionFailure("a connection that has not been started takes its first call")
    }
  }
}

extension CallOutcome {
  fileprivate var result: Result<[UInt8], ClientError> {
    switch self {
    case .reply(let bytes): .success(bytes)
    case .failure(let error): .failure(error)
    case .lost(let reason, _): .failure(.connectionLost(reason: reason))
    }
  }
}

extension API.Method {
  /// Sending it twice does what sending it once does.
  var isSafeToRepeat: Bool {
    switch self {
    case .sessionSelect, .sessionList, .sessionGetCurrentMeta, .flowGetRun, .flowListRuns, .flowExportRun, .flowList,
      .flowGet, .flowValidate, .providerList, .daemonHello, .daemonStatus:
      true
    // Each carries a request_id.
    case .flowStart, .flowCancel, .flowRerun: true
    // The same answer, and a pause of what pauses, change nothing. A resume may be for one step.
    case .flowAnswer, .flowPause: true
    case .sessionNew, .sessionClose, .sessionSetExecutedFlow, .sessionSetProviderModel, .sessionSetMode, .eventWatch,
      .flowResume:
      false
    }
  }
}
