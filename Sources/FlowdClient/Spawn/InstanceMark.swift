internal import Glibc

/// What tells that a daemon has a socket, also while it does not listen there: the lock on `<socket>.instance`.
enum InstanceMark {
  static func isHeld(at socket: SocketPath) -> Bool {
    let number = open(socket.instancePath, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard number >= 0 else { return false }
    defer { close(number) }
    return flock(number, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
  }
}
