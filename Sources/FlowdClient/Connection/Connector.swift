internal import Glibc

/// Makes connections, starting a daemon where that is allowed.
enum Connector {
  /// - Returns: A connected, non-blocking socket, which the caller closes.
  static func connect(to socket: SocketPath, spawning spawn: AutoSpawn?) throws(ClientError) -> Int32 {
    let hasDirectory = try socket.checkDirectory(creating: spawn != nil)
    guard hasDirectory else {
      throw .unreachable(path: socket.path, reason: "no daemon is running (there is no \(socket.directory))")
    }
    do throws(UnixSocket.ConnectError) {
      return try UnixSocket.connect(to: socket).take()
    } catch {
      guard error.meansAbsent, let spawn else { throw .unreachable(path: socket.path, reason: error.reason) }
      return try spawn.connect(to: socket).take()
    }
  }
}
