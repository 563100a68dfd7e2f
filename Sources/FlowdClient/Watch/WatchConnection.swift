internal import FlowdModel
internal import FlowdWire
internal import Glibc

/// One connection that carries one server stream.
struct WatchConnection: ~Copyable {
  enum Incoming {
    /// The next message of the stream.
    case message([UInt8])
    /// The daemon ended the stream in order.
    case ended
    /// The connection broke, or the daemon said that it is about to end.
    case lost(String)
    /// Somebody wants the reader's attention.
    case woken
  }

  private static let stream: UInt32 = 1

  private let socket: FileDescriptor
  private var decoder = FrameDecoder()
  private let buffer: UnsafeMutableRawBufferPointer
  private var ready = EventQueue()

  /// Sends the request.
  ///
  /// - Parameter socket: Non-blocking; owned from here on.
  init(_ socket: Int32, method: API.Method, payload: [UInt8]) throws(ClientError) {
    self.socket = FileDescriptor(socket)
    buffer = .allocate(byteCount: 65_536, alignment: 16)
    var output: [UInt8] = []
    RequestFrame.append(
      method: method, payload: payload, timeoutNanoseconds: 0, stream: WatchConnection.stream, to: &output)
    var sent = 0
    while sent < output.count {
      let count = output.withUnsafeBytes { bytes in
        send(socket, bytes.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
      }
      if count > 0 {
        sent += count
      } else if errno == EAGAIN {
        var polled = pollfd(fd: socket, events: Int16(POLLOUT), revents: 0)
        _ = poll(&polled, 1, 1000)
      } else if errno != EINTR {
        throw .connectionLost(reason: errorText(errno))
      }
    }
  }

  deinit { buffer.deallocate() }

  /// Something was read that `next` has not given out.
  var hasReady: Bool { !ready.isEmpty }

  /// Waits for the next thing to happen.
  ///
  /// - Throws: `.refused` when the daemon does not want to stream, `.malformedReply`.
  mutating func next(_ wakeUp: WakeUp) throws(ClientError) -> Incoming {
    while true {
      if let incoming = try ready.take() { return incoming }
      var polled = [
        pollfd(fd: socket.number, events: Int16(POLLIN), revents: 0),
        pollfd(fd: wakeUp.descriptor, events: Int16(POLLIN), revents: 0),
      ]
      _ = poll(&polled, 2, -1)
      if polled[1].revents != 0 {
        wakeUp.clear()
        return .woken
      }
      let count = recv(socket.number, buffer.baseAddress, buffer.count, 0)
      if count < 0, errno == EAGAIN || errno == EINTR { continue }
      guard count > 0 else { return .lost(count == 0 ? "the daemon closed the connection" : errorText(errno)) }
      try feed(count)
    }
  }

  private mutating func feed(_ count: Int) throws(ClientError) {
    var queue = EventQueue()
    swap(&queue, &ready)
    do throws(FrameDecoder.OutOfStep) {
      try decoder.receive(UnsafeRawBufferPointer(rebasing: buffer[..<count])) { frame in
        queue.add(frame, stream: WatchConnection.stream)
        return true
      }
    } catch {
      throw .malformedReply("the peer does not speak ttrpc")
    }
    swap(&queue, &ready)
  }
}

/// What one read of the socket brought, in order.
private struct EventQueue {
  private enum Entry {
    case incoming(WatchConnection.Incoming)
    case failure(ClientError)
  }

  private var entries: [Entry] = []
  private var taken = 0

  var isEmpty: Bool { taken == entries.count }

  mutating func take() throws(ClientError) -> WatchConnection.Incoming? {
    guard taken < entries.count else {
      entries.removeAll(keepingCapacity: true)
      taken = 0
      return nil
    }
    taken += 1
    switch entries[taken - 1] {
    case .incoming(let incoming): return incoming
    case .failure(let error): throw error
    }
  }

  mutating func add(_ frame: DecodedFrame, stream: UInt32) {
    switch frame {
    case .oversize(let header):
      entries.append(.failure(.malformedReply("an event of \(header.length) bytes")))
    case .frame(let header, let body):
      guard header.stream == stream else { return }
      switch header.type {
      case FrameType.data: add(data: body, flags: header.flags)
      case FrameType.response: add(response: body)
      default: break
      }
    }
  }

  private mutating func add(data body: UnsafeRawBufferPointer, flags: UInt8) {
    if flags & FrameFlags.noData == 0 { entries.append(.incoming(.message(Array(body)))) }
    if flags & FrameFlags.remoteClosed != 0 { entries.append(.incoming(.ended)) }
  }

  private mutating func add(response body: UnsafeRawBufferPointer) {
    do throws(WireError) {
      guard let status = try ResponseEnvelope(decoding: body).status else {
        entries.append(.incoming(.ended))
        return
      }
      let refusal = CallRefusal(status)
      if refusal.code == .unavailable {
        entries.append(.incoming(.lost(refusal.message)))
      } else {
        entries.append(.failure(.refused(refusal)))
      }
    } catch {
      entries.append(.failure(.malformedReply(error.message)))
    }
  }
}
