internal import FlowdEngine
internal import FlowdModel
internal import FlowdWire

extension Daemon {
  func handle(_ decoded: DecodedFrame, on connection: Connection) {
    switch decoded {
    case .oversize(let header):
      refuse(
        connection, header.stream,
        Refusal(
          .resourceExhausted, "FRAME_TOO_LARGE",
          "a frame of \(header.length) bytes; at most \(Limits.frameBytesMax) are allowed"))
      if header.type == FrameType.request { _ = connection.streams.admit(header.stream) }
    case .frame(let header, let body):
      switch header.type {
      case FrameType.request: request(header, body, on: connection)
      case FrameType.data: data(header, on: connection)
      case FrameType.cancel: cancel(header, on: connection)
      case FrameType.ping: ping(header, body, on: connection)
      default: break  // Unknown types are ignored, so that the protocol can grow.
      }
    }
  }

  @inline(__always)
  private func request(_ header: FrameHeader, _ body: UnsafeRawBufferPointer, on connection: Connection) {
    counters.callsTotal &+= 1
    guard connection.streams.admit(header.stream) else {
      refuse(
        connection, header.stream,
        Refusal(
          .invalidArgument, "STREAM_ID_INVALID",
          header.stream & 1 == 0
            ? "stream id \(header.stream) is even; a client's ids are odd"
            : "stream id \(header.stream) was used before"))
      return
    }
    guard connection.unsentByteCount < Limits.unsentBytesHardMax else {
      refuse(connection, header.stream, Daemon.answersNotTaken)
      return
    }
    do throws(WireError) {
      let envelope = try RequestEnvelope(decoding: body)
      if answerMetaRead(envelope, connection, header.stream) { return }
      dispatch(envelope, header, on: connection)
    } catch {
      refuse(connection, header.stream, Refusal(error))
    }
  }

  private func dispatch(_ envelope: RequestEnvelope, _ header: FrameHeader, on connection: Connection) {
    guard let method = MethodTable.find(service: envelope.service, method: envelope.method) else {
      let name =
        "\(String(decoding: envelope.service.prefix(100), as: UTF8.self))/\(String(decoding: envelope.method.prefix(100), as: UTF8.self))"
      refuse(
        connection, header.stream,
        Refusal(
          .unimplemented, "METHOD_NOT_FOUND", "no method \(name); daemon.hello lists those there are",
          metadata: ["method": name]))
      return
    }
    guard method.isServerStreaming || header.flags & FrameFlags.remoteOpen == 0 else {
      refuse(
        connection, header.stream,
        Refusal(.invalidArgument, "STREAM_DATA_UNEXPECTED", "\(method.alias) takes one message, not a stream of them"))
      return
    }
    var due: UInt64 = 0
    if envelope.timeoutNanoseconds != 0 {
      guard envelope.timeoutNanoseconds > 0 else {
        refuse(connection, header.stream, Daemon.deadlineExceeded)
        return
      }
      due = Clock.monotonicNanoseconds &+ UInt64(envelope.timeoutNanoseconds)
    }
    let call = Call(connection: connection, stream: header.stream, due: due)
    do throws(Refusal) {
      guard !isDraining else { throw Refusal(.unavailable, "DRAINING", "flowd is stopping; try again in a moment") }
      try perform(method, envelope.payload, call)
    } catch {
      refuse(connection, header.stream, error)
    }
  }

  /// Data belongs to streams that a client sends, and no method has one.
  private func data(_ header: FrameHeader, on connection: Connection) {
    // A client that announced a stream may close it without having sent anything.
    if header.length == 0, header.flags & FrameFlags.noData != 0 { return }
    let isUnary = connection.pending.removeValue(forKey: header.stream) != nil
    guard isUnary || !connection.streams.hasSeen(header.stream) else { return }
    refuse(
      connection, header.stream,
      Refusal(.invalidArgument, "STREAM_DATA_UNEXPECTED", "data on stream \(header.stream), which takes none"))
  }

  /// Ends a call that its client no longer wants; what was decided stays decided.
  private func cancel(_ header: FrameHeader, on connection: Connection) {
    guard connection.features.contains("cancel") else { return }
    let refusal = Refusal(.cancelled, "CANCELLED", "cancelled by the client")
    if let watcher = connection.watches.removeValue(forKey: header.stream) {
      hub.remove(watcher)
      refuse(connection, header.stream, refusal)
    } else if connection.pending.removeValue(forKey: header.stream) != nil {
      withdraw(CallToken(connection: connection.id, stream: header.stream))
      refuse(connection, header.stream, refusal)
    }
  }

  private func ping(_ header: FrameHeader, _ body: UnsafeRawBufferPointer, on connection: Connection) {
    guard connection.features.contains("ping"), header.stream == 0, body.count == 8,
      header.flags & FrameFlags.pingAnswer == 0
    else { return }
    FrameHeader(length: 8, stream: 0, type: FrameType.ping, flags: FrameFlags.pingAnswer).append(to: &connection.output)
    connection.output.append(contentsOf: body)
  }

  static let deadlineExceeded = Refusal(
    .deadlineExceeded, "DEADLINE_EXCEEDED", "the call's time was over before it was answered")

  private static let answersNotTaken = Refusal(
    .resourceExhausted, "TOO_MANY_CALLS", "the client has not taken \(Limits.unsentBytesHardMax) bytes of answers")

  // MARK: answers

  /// Answers a call that may have been waiting; one that was answered otherwise meanwhile is let be.
  func answer(_ call: CallToken, _ result: Result<[UInt8], Refusal>) {
    guard let connection = connections[call.connection], connection.pending.removeValue(forKey: call.stream) != nil
    else { return }
    switch result {
    case .success where connection.unsentByteCount >= Limits.unsentBytesHardMax:
      refuse(connection, call.stream, Daemon.answersNotTaken)
    case .success(let payload) where payload.count > Limits.answerBytesMax:
      refuse(
        connection, call.stream,
        Refusal(
          .resourceExhausted, "ANSWER_TOO_LARGE",
          "the answer has \(payload.count) bytes; at most \(Limits.answerBytesMax) fit into a frame. Ask for less, such as a smaller page"
        ))
    case .success(let payload): ResponseFrame.append(payload: payload, stream: call.stream, to: &connection.output)
    case .failure(let refusal): refuse(connection, call.stream, refusal)
    }
    scheduleFlush(connection)
  }

  /// Answers a call at once.
  func reply(_ call: Call, _ message: some Message) {
    ResponseFrame.append(payload: message.encoded, stream: call.stream, to: &call.connection.output)
    scheduleFlush(call.connection)
  }

  func refuse(_ connection: Connection, _ stream: UInt32, _ refusal: Refusal) {
    counters.refusalsTotal &+= 1
    ResponseFrame.append(status: API.Status(refusal), stream: stream, to: &connection.output)
    scheduleFlush(connection)
  }

  /// Notes that a call will be answered later.
  func markPending(_ call: Call) -> CallToken {
    call.connection.pending[call.stream] = call.due
    if call.due != 0 { scheduleDeadlineCheck(of: call.connection, due: call.due) }
    return CallToken(connection: call.connection.id, stream: call.stream)
  }

  /// Sets a timer unless one is set for that time or an earlier one, whose check will look further.
  private func scheduleDeadlineCheck(of connection: Connection, due: UInt64) {
    guard connection.deadlineChecks.last.map({ due < $0 }) ?? true else { return }
    connection.deadlineChecks.append(due)
    timers.add(due: due, .deadlines(connection: connection.id))
  }

  /// Takes back a call that was answered otherwise; what was decided stays decided.
  private func withdraw(_ call: CallToken) {
    settling[call] = nil
    engine.withdraw(call)
  }

  /// Refuses the calls of a connection whose time is over; those not decided yet never will be.
  func checkDeadlines(of id: UInt64, now: UInt64) {
    guard let connection = connections[id] else { return }
    connection.deadlineChecks.removeAll { $0 <= now }
    var next: UInt64 = 0
    for (stream, due) in connection.pending where due != 0 {
      if due <= now {
        connection.pending[stream] = nil
        withdraw(CallToken(connection: id, stream: stream))
        refuse(connection, stream, Daemon.deadlineExceeded)
      } else if next == 0 || due < next {
        next = due
      }
    }
    for (stream, watcher) in connection.watches where watcher.due != 0 {
      if watcher.due <= now {
        connection.watches[stream] = nil
        hub.remove(watcher)
        refuse(connection, stream, Daemon.deadlineExceeded)
      } else if next == 0 || watcher.due < next {
        next = watcher.due
      }
    }
    if next != 0 { scheduleDeadlineCheck(of: connection, due: next) }
  }
}
