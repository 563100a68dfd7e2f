internal import Glibc

/// Where the daemon's socket is.
///
/// `$FLOWD_SOCKET`, else `$XDG_RUNTIME_DIR/flowd/flowd.sock`, else `/tmp/flowd-<uid>/flowd.sock`.
public struct SocketPath: Equatable, Sendable {
  /// What `sockaddr_un` holds beside the final NUL.
  public static let bytesMax = 107

  public let path: String
  /// The directory is flowd's own, so nobody else may have touched it; false for a path that a person named.
  let isStandard: Bool

  /// A path that a person named.
  public init(_ path: String) throws(ClientError) {
    try self.init(path: path, isStandard: false)
  }

  private init(path: String, isStandard: Bool) throws(ClientError) {
    guard path.hasPrefix("/") else {
      throw .unreachable(path: path, reason: "the socket's path must be absolute")
    }
    guard path.utf8.count <= SocketPath.bytesMax, !path.utf8.contains(0) else {
      throw .unreachable(
        path: path, reason: "a socket's path has at most \(SocketPath.bytesMax) bytes, this one \(path.utf8.count)")
    }
    self.path = path
    self.isStandard = isStandard
  }

  /// The path that the environment means.
  public static func standard(
    environment: [String: String] = ProcessEnvironment.current
  ) throws(ClientError) -> SocketPath {
    if let named = environment["FLOWD_SOCKET"], !named.isEmpty { return try SocketPath(named) }
    if let runtime = environment["XDG_RUNTIME_DIR"], runtime.hasPrefix("/") {
      return try SocketPath(path: "\(runtime)/flowd/flowd.sock", isStandard: true)
    }
    return try SocketPath(path: "/tmp/flowd-\(getuid())/flowd.sock", isStandard: true)
  }

  public var directory: String {
    let end = path.lastIndex(of: "/") ?? path.startIndex
    return end == path.startIndex ? "/" : String(path[..<end])
  }

  /// The file whose lock decides which client starts a daemon; never removed.
  var lockPath: String { path + ".lock" }

  /// The file that a daemon keeps locked from before it listens until it has ended; never removed.
  var instancePath: String { path + ".instance" }

  /// Checks that the directory is one that only this user can have put a socket into.
  ///
  /// A path that a person named is not checked; there the peer's user id has to do.
  ///
  /// - Parameter creating: Makes a missing directory, with mode 0700.
  /// - Returns: Whether the directory exists.
  public func checkDirectory(creating: Bool) throws(ClientError) -> Bool {
    let directory = directory
    if creating, mkdir(directory, 0o700) != 0, errno != EEXIST {
      throw .unreachable(path: path, reason: "cannot make \(directory): \(errorText(errno))")
    }
    var info = stat()
    guard lstat(directory, &info) == 0 else {
      if errno == ENOENT { return false }
      throw .unreachable(path: path, reason: "cannot look at \(directory): \(errorText(errno))")
    }
    guard isStandard else { return true }
    guard info.st_mode & S_IFMT == S_IFDIR else {
      throw .unreachable(path: path, reason: "\(directory) is not a directory (a symbolic link is not accepted)")
    }
    guard info.st_uid == getuid() else {
      throw .unreachable(path: path, reason: "\(directory) belongs to user \(info.st_uid), not to you (\(getuid()))")
    }
    guard info.st_mode & 0o077 == 0 else {
      throw .unreachable(path: path, reason: "\(directory) is open to others; run: chmod 700 \(directory)")
    }
    return true
  }
}
