internal import CLinux
internal import FlowdModel
internal import Glibc

extension Daemon {
  /// Takes waiting connections, at most a batch a turn.
  func accept() {
    for _ in 0..<64 {
      let fd = clinux_accept(listener.fd)
      guard fd >= 0 else {
        let code = errno
        if code == EMFILE || code == ENFILE || code == ENOBUFS || code == ENOMEM { pauseAccepting(code) }
        return
      }
      guard isOwner(fd) else {
        log.warn("refused a connection of another user")
        Glibc.close(fd)
        continue
      }
      admit(fd)
    }
  }

  private func admit(_ fd: Int32) {
    nextConnectionID += 1
    let connection = Connection(id: nextConnectionID, fd: fd)
    guard poller.add(fd, .read, tag: connection.id) else {
      Glibc.close(fd)
      return
    }
    connections[connection.id] = connection
    counters.connectionsTotal += 1
    silentConnections.append(connection.id)
    closeOldestSilent()
  }

  /// Connections that never said anything are bounded: the oldest goes.
  private func closeOldestSilent() {
    guard silentConnections.count > Limits.silentConnectionsMax else { return }
    silentConnections.removeAll { connections[$0].map(\.hasSpoken) ?? true }
    guard silentConnections.count > Limits.silentConnectionsMax else { return }
    if let oldest = connections[silentConnections.removeFirst()] { close(oldest) }
  }

  /// The peer's uid must be ours: SO_PEERCRED is set by the kernel when it connected.
  private func isOwner(_ fd: Int32) -> Bool {
    clinux_peer_uid(fd) == Int64(getuid())
  }

  /// Out of descriptors: the listener would be ready all the time, so it is not watched for a while.
  private func pauseAccepting(_ code: Int32) {
    guard isAccepting else { return }
    isAccepting = false
    poller.remove(listener.fd)
    log.warn("cannot take connections for now", ["error": errnoText(code), "connections": String(connections.count)])
    addTimer(after: .milliseconds(200), .resumeAccepting)
  }

  func resumeAccepting() {
    guard !isAccepting, !isDraining else { return }
    isAccepting = poller.add(listener.fd, .read, tag: Daemon.listenerTag)
    if !isAccepting { addTimer(after: .milliseconds(200), .resumeAccepting) }
  }
}
