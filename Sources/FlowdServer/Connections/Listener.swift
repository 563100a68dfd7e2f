internal import CLinux
internal import FlowdModel
internal import Glibc

/// The listening socket: bound here, or inherited by socket activation.
struct Listener {
  let fd: Int32
  let path: String
  /// Inherited: never unlinked and never shut down, because its owner hands it to the next daemon.
  let isInherited: Bool

  /// Binds a socket that only its owner can connect to. The caller holds the instance lock.
  ///
  /// - Throws: A sentence for the person who started the daemon.
  static func bind(_ path: String) throws(StartError) -> Listener {
    guard path.utf8.count <= Limits.socketPathBytesMax else {
      throw StartError(
        "the socket path \(path) has \(path.utf8.count) bytes; a Unix socket allows \(Limits.socketPathBytesMax). Choose a shorter one with --socket"
      )
    }
    let fd = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
    guard fd >= 0 else { throw StartError("cannot make a socket: \(errnoText())") }
    var address = UnixAddress.make(path)
    var status = stat()
    if lstat(path, &status) == 0 {
      guard status.st_mode & S_IFMT == S_IFSOCK else {
        close(fd)
        throw StartError("\(path) exists and is not a socket; remove it, or choose another --socket")
      }
      // The lock says that nobody serves it: it is what a daemon that died left behind.
      unlink(path)
    }
    let mask = umask(0o177)
    let bound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.bind(fd, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    let bindError = errno
    umask(mask)
    guard bound == 0, listen(fd, 4096) == 0 else {
      let code = bound == 0 ? errno : bindError
      close(fd)
      throw StartError("cannot listen on \(path): \(errnoText(code))")
    }
    return Listener(fd: fd, path: path, isInherited: false)
  }

  /// The socket that a service manager passed (sd_listen_fds(3)): fds from 3 on, meant for us when LISTEN_PID is ours.
  static func inherited() throws(StartError) -> Listener? {
    guard let pid = getenv("LISTEN_PID").map({ String(cString: $0) }), pid == String(getpid()) else { return nil }
    let count = getenv("LISTEN_FDS").flatMap { Int(String(cString: $0)) } ?? 0
    for name in ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"] { unsetenv(name) }
    guard count > 0 else { return nil }
    guard count == 1 else { throw StartError("socket activation passed \(count) sockets; flowd takes one") }
    let fd: Int32 = 3
    _ = fcntl(fd, F_SETFD, FD_CLOEXEC)
    _ = fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK)
    guard let path = UnixAddress.path(of: fd) else {
      throw StartError("the socket that socket activation passed is not a Unix socket with a path")
    }
    return Listener(fd: fd, path: path, isInherited: true)
  }
}

/// Why the daemon did not start: a sentence for the person who started it.
package struct StartError: Error, Equatable {
  package let message: String
  /// Whether another daemon has what this one needs.
  let isTaken: Bool

  init(_ message: String, isTaken: Bool = false) {
    self.message = message
    self.isTaken = isTaken
  }
}

/// The text of an errno value.
func errnoText(_ code: Int32 = errno) -> String { String(cString: strerror(code)) }

enum UnixAddress {
  static func make(_ path: String) -> sockaddr_un {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { buffer in
      buffer.copyBytes(from: path.utf8.prefix(buffer.count - 1))
    }
    return address
  }

  /// The path a socket is bound to.
  static func path(of fd: Int32) -> String? {
    var address = sockaddr_un()
    var length = socklen_t(MemoryLayout<sockaddr_un>.size)
    let result = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(fd, $0, &length) }
    }
    guard result == 0, address.sun_family == sa_family_t(AF_UNIX) else { return nil }
    let path = withUnsafeBytes(of: address.sun_path) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    return path.isEmpty ? nil : path
  }
}
