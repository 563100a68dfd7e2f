internal import FlowdModel
internal import FlowdWire
internal import Glibc

/// One connection to the daemon, with a thread of its own that connects, reads replies and keeps deadlines.
///
/// Requests leave in the order in which `send` was called: each is numbered and queued under one lock, and written at once
/// when the socket takes it. Callers never wait for the socket, nor for the connection to be made.
final class Connection: Sendable {
  typealias Connector = @Sendable () throws(ClientError) -> Int32

  private let core = Core()
  private let connector: Connector

  /// - Parameter connector: Makes the socket; called on the connection's thread.
  init(_ connector: @escaping Connector) { self.connector = connector }

  /// Begins to connect. Calls are taken before, so that those that are there share the fate of the attempt.
  func start() {
    ClientThread.start { [core, connector] in core.run(connector) }
  }

  deinit { core.stop() }

  /// Sends a request.
  ///
  /// - Parameter completion: Called once, on the connection's thread; it must not wait.
  /// - Returns: `.closed` or `.overloaded` when nothing was sent; `completion` is then never called.
  func send(
    _ method: API.Method, payload: [UInt8], timeout: Duration, completion: @escaping CallCompletion
  ) -> ConnectionState.Admission {
    core.send(method, payload: payload, timeout: timeout, completion: completion)
  }
}

/// What the connection's thread and its callers share.
private final class Core: Sendable {
  private struct Shared: Sendable {
    var state = ConnectionState()
    var socket: Int32 = -1
    var mustStop = false
  }

  private let shared = Locked(Shared())
  private let wakeUp = WakeUp()

  func stop() {
    shared.withLock { $0.mustStop = true }
    wakeUp.signal()
  }

  func send(
    _ method: API.Method, payload: [UInt8], timeout: Duration, completion: @escaping CallCompletion
  ) -> ConnectionState.Admission {
    let now = Monotonic.now
    let (admission, mustWake) = shared.withLock { shared -> (ConnectionState.Admission, Bool) in
      let earlier = shared.state.nextDeadline
      let wasIdle = shared.state.output.isEmpty
      let admission = shared.state.admit(method, payload: payload, timeout: timeout, now: now, completion: completion)
      guard case .queued = admission else { return (admission, false) }
      if shared.state.isConnected, wasIdle { Core.write(&shared) }
      let isSoonest = earlier.map { now + timeout < $0 } ?? true
      return (admission, isSoonest || !shared.state.output.isEmpty)
    }
    if mustWake { wakeUp.signal() }
    return admission
  }

  /// Writes what the socket takes; an error shows itself to the reader too.
  private static func write(_ shared: inout Shared) {
    while !shared.state.output.isEmpty {
      let written = shared.state.output.withUnsafeBytes { bytes in
        Glibc.send(shared.socket, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
      }
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { return }
      shared.state.sent(written)
    }
  }

  /// The thread's work: returns when the connection is over.
  func run(_ connector: Connection.Connector) {
    do throws(ClientError) {
      let descriptor = FileDescriptor(try connector())
      shared.withLock { shared in
        shared.socket = descriptor.number
        shared.state.connected()
        Core.write(&shared)
      }
      try exchange(on: descriptor)
      close(.cancelled)
    } catch {
      close(error)
    }
  }

  private func close(_ error: ClientError) {
    let calls = shared.withLock { shared in
      shared.socket = -1
      return shared.state.close(error)
    }
    for (completion, outcome) in calls { completion(outcome) }
  }

  /// Returns when nobody uses the connection any more.
  private func exchange(on descriptor: borrowing FileDescriptor) throws(ClientError) {
    var decoder = FrameDecoder()
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 16)
    defer { buffer.deallocate() }
    while true {
      let (mustStop, hasOutput, deadline) = shared.withLock {
        ($0.mustStop, !$0.state.output.isEmpty, $0.state.nextDeadline)
      }
      if mustStop { return }
      let events = Int16(POLLIN) | (hasOutput ? Int16(POLLOUT) : 0)
      var polled = [
        pollfd(fd: descriptor.number, events: events, revents: 0),
        pollfd(fd: wakeUp.descriptor, events: Int16(POLLIN), revents: 0),
      ]
      _ = poll(&polled, 2, Monotonic.pollMilliseconds(until: deadline))
      if polled[1].revents != 0 { wakeUp.clear() }
      if polled[0].revents & Int16(POLLOUT) != 0 { shared.withLock { Core.write(&$0) } }
      if polled[0].revents & ~Int16(POLLOUT) != 0 { try read(descriptor, into: buffer, &decoder) }
      let late = shared.withLock { $0.state.expire(now: Monotonic.now) }
      for (completion, outcome) in late { completion(outcome) }
    }
  }

  private func read(
    _ descriptor: borrowing FileDescriptor, into buffer: UnsafeMutableRawBufferPointer, _ decoder: inout FrameDecoder
  ) throws(ClientError) {
    let count = recv(descriptor.number, buffer.baseAddress, buffer.count, 0)
    if count < 0, errno == EAGAIN || errno == EINTR { return }
    guard count > 0 else {
      throw .connectionLost(reason: count == 0 ? "the daemon closed it" : errorText(errno))
    }
    do throws(FrameDecoder.OutOfStep) {
      try decoder.receive(UnsafeRawBufferPointer(rebasing: buffer[..<count])) { frame in
        handle(frame)
        return true
      }
    } catch {
      throw .connectionLost(reason: "the peer does not speak ttrpc")
    }
  }

  private func handle(_ frame: DecodedFrame) {
    let header: FrameHeader
    let outcome: CallOutcome
    switch frame {
    case .oversize(let found):
      header = found
      outcome = .failure(.malformedReply("a frame of \(found.length) bytes; at most \(Limits.frameBytesMax) are taken"))
    case .frame(let found, let body):
      guard found.type == FrameType.response else { return }
      header = found
      outcome = Core.outcome(of: body)
    }
    let completion = shared.withLock { $0.state.finish(stream: header.stream) }
    completion?(outcome)
  }

  private static func outcome(of body: UnsafeRawBufferPointer) -> CallOutcome {
    do throws(WireError) {
      let envelope = try ResponseEnvelope(decoding: body)
      if let status = envelope.status { return .failure(.refused(CallRefusal(status))) }
      return .reply(envelope.payload)
    } catch {
      return .failure(.malformedReply(error.message))
    }
  }
}
