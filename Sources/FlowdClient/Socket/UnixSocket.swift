internal import CLinux
internal import Glibc

/// Connects to Unix sockets.
enum UnixSocket {
  /// Why a connection could not be made.
  struct ConnectError: Error, Equatable {
    let code: Int32
    let reason: String

    /// No daemon is there: a client may start one.
    var meansAbsent: Bool { code == ENOENT || code == ECONNREFUSED }
  }

  /// Connects and checks that the listening process belongs to this user or root.
  ///
  /// - Returns: A non-blocking, close-on-exec socket.
  static func connect(to path: SocketPath) throws(ConnectError) -> FileDescriptor {
    let number = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard number >= 0 else { throw failure("socket") }
    let descriptor = FileDescriptor(number)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.path.utf8) }
    let code = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard code == 0 else { throw failure("connect") }
    try checkPeer(descriptor)
    guard fcntl(number, F_SETFL, O_NONBLOCK) == 0 else { throw failure("fcntl") }
    return descriptor
  }

  private static func checkPeer(_ descriptor: borrowing FileDescriptor) throws(ConnectError) {
    // `struct ucred`, which the C library declares for GNU sources only.
    var peer: (pid: pid_t, uid: uid_t, gid: gid_t) = (0, 0, 0)
    var length = socklen_t(MemoryLayout.size(ofValue: peer))
    guard getsockopt(descriptor.number, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 else {
      throw failure("getsockopt")
    }
    guard peer.uid == getuid() || peer.uid == 0 else {
      throw ConnectError(code: EPERM, reason: "the socket belongs to a process of user \(peer.uid), not of yours")
    }
  }

  private static func failure(_ call: String) -> ConnectError {
    let code = errno
    switch code {
    case ENOENT: return ConnectError(code: code, reason: "no daemon is running (there is no socket)")
    case ECONNREFUSED: return ConnectError(code: code, reason: "no daemon is running (nobody listens on the socket)")
    default: return ConnectError(code: code, reason: "\(call): \(errorText(code))")
    }
  }
}
