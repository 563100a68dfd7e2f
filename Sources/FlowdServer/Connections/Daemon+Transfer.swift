internal import CLinux
internal import FlowdModel
internal import FlowdWire
internal import Glibc

extension Daemon {
  /// Reads once from a ready connection and handles every frame that is complete.
  func receive(_ connection: Connection) {
    // A plain recv drops descriptors that a peer passes along: the kernel closes them.
    let count = recv(connection.fd, readBuffer.baseAddress, readBuffer.count, Int32(MSG_DONTWAIT))
    guard count > 0 else {
      if count == 0 {
        endReading(connection)
      } else if errno != EAGAIN, errno != EINTR {
        close(connection)
      }
      return
    }
    if !connection.hasSpoken {
      connection.hasSpoken = true
      // ttrpc frames begin with the length's first byte, which is 0 up to 16 MiB; other protocols are told apart here.
      guard readBuffer[0] == 0 else {
        close(connection)
        return
      }
    }
    do throws(FrameDecoder.OutOfStep) {
      try connection.decoder.receive(UnsafeRawBufferPointer(rebasing: readBuffer[0..<count])) { decoded in
        handle(decoded, on: connection)
        return !connection.isClosed
      }
    } catch {
      log.debug("closed a connection that is out of step", ["length": String(error.header.length)])
      close(connection)
      return
    }
    if !connection.output.isEmpty { scheduleFlush(connection) }
    updateInterest(connection)
  }

  /// The client has closed its side: what it asked for is still answered, if it may be reading.
  private func endReading(_ connection: Connection) {
    connection.isReadClosed = true
    if connection.isSpent { close(connection) } else { updateInterest(connection) }
  }

  /// Marks a connection to be flushed at the end of the turn: one system call for all its answers.
  @inline(__always)
  func scheduleFlush(_ connection: Connection) {
    guard !connection.needsFlush else { return }
    connection.needsFlush = true
    dirtyConnections.append(connection)
  }

  func flushAll() {
    guard !dirtyConnections.isEmpty else { return }
    // Swapped with the emptied list of the turn before, so that no turn allocates one.
    swap(&dirtyConnections, &flushing)
    for connection in flushing {
      connection.needsFlush = false
      flush(connection)
    }
    flushing.removeAll(keepingCapacity: true)
  }

  /// Sends what the socket takes; the rest waits for it to become writable.
  func flush(_ connection: Connection) {
    guard !connection.isClosed else { return }
    while connection.unsentByteCount > 0 {
      let count = connection.output.withUnsafeBytes { buffer in
        send(
          connection.fd, buffer.baseAddress.map { $0 + connection.sent }, buffer.count - connection.sent,
          Int32(MSG_DONTWAIT | MSG_NOSIGNAL))
      }
      guard count > 0 else {
        if errno == EINTR { continue }
        if errno != EAGAIN {
          close(connection)
          return
        }
        break
      }
      connection.sent += count
    }
    if connection.unsentByteCount == 0 {
      // What an idle connection keeps is paid a thousand times over.
      connection.output.removeAll(keepingCapacity: connection.output.capacity <= Limits.keptOutputBytesMax)
      connection.sent = 0
    } else if connection.sent > 1 << 20 {
      connection.output.removeFirst(connection.sent)
      connection.sent = 0
    }
    if connection.isSpent {
      close(connection)
      return
    }
    updateInterest(connection)
    if connection.unsentByteCount < Limits.watchBufferBytesMax / 2, !connection.watches.isEmpty {
      hub.resume(connection, self)
    }
  }

  /// Watches for what can be used: no reading while overloaded, writing only while something is unsent.
  @inline(__always)
  func updateInterest(_ connection: Connection) {
    guard !connection.isClosed else { return }
    var interest: Poller.Interest = []
    if !connection.isOverloaded, !connection.isReadClosed { interest.insert(.read) }
    if connection.unsentByteCount > 0, !connection.needsFlush { interest.insert(.write) }
    guard interest != connection.interest else { return }
    connection.interest = interest
    poller.change(connection.fd, interest, tag: connection.id)
  }

  /// Forgets a connection; its calls are still decided, its watches end.
  func close(_ connection: Connection) {
    guard !connection.isClosed else { return }
    connection.isClosed = true
    connections[connection.id] = nil
    for watcher in connection.watches.values { hub.remove(watcher) }
    connection.watches = [:]
    connection.pending = [:]
    connection.output = []
    Glibc.close(connection.fd)
    if !isAccepting { resumeAccepting() }
    noteIdleness()
  }
}
