public import FlowdModel
internal import Glibc

/// Starts a daemon when none is there, as tmux does: at most one, however many clients try at once.
///
/// Who holds the lock on `<socket>.lock` may start; the others wait and connect to what it started. The daemon is a session
/// leader of its own with `/dev/null` as input and the log as output, and it ends when it has been idle for ten minutes.
public struct AutoSpawn: Sendable {
  /// The daemon's program; `nil`: `flowd` beside this program's own file, else in `$PATH`.
  public var executable: String?
  /// After `--socket PATH`.
  public var arguments: [String]
  /// For a daemon that is leaving to be gone, and again for the new one to listen.
  public var wait: Duration
  /// Where its output goes; `nil`: `$XDG_STATE_HOME/flowd/flowd.log`, else `~/.local/state/flowd/flowd.log`.
  public var logPath: String?
  /// The daemon's; `nil`: this process's.
  public var environment: [String: String]?

  public init(
    executable: String? = nil, arguments: [String] = ["--idle-exit", "10m"],
    wait: Duration = .seconds(Limits.spawnWaitSeconds), logPath: String? = nil, environment: [String: String]? = nil
  ) {
    self.executable = executable
    self.arguments = arguments
    self.wait = wait
    self.logPath = logPath
    self.environment = environment
  }

  /// Connects, starting a daemon if nobody else does.
  func connect(to socket: SocketPath) throws(ClientError) -> FileDescriptor {
    let deadline = Monotonic.now + wait
    let lock = try SpawnLock(path: socket.lockPath, socket: socket)
    while !lock.tryTake() {
      if let connected = try attempt(socket) { return connected }
      guard Monotonic.now < deadline else {
        throw .unreachable(
          path: socket.path, reason: "another client holds \(socket.lockPath), yet no daemon came up within \(wait)")
      }
      usleep(5000)
    }
    // Another client may have started one while this one waited for the lock.
    if let connected = try attempt(socket) { return connected }
    if let connected = try waitForInstance(of: socket, until: deadline) { return connected }
    let environment = environment ?? ProcessEnvironment.current
    let log = try SpawnLog(path: logPath ?? SpawnLog.standardPath(environment), socket: socket)
    let child = try SpawnedDaemon(
      program: try findExecutable(socket), arguments: ["--socket", socket.path] + arguments, environment: environment,
      log: log, socket: socket)
    return try waitFor(child, socket, log, until: Monotonic.now + wait)
  }

  /// Waits while a daemon that cannot be reached lets no other start: one that is leaving, or one that is coming up.
  ///
  /// - Returns: A connection to one that came up; `nil` when there is none, or when it stayed as it was.
  private func waitForInstance(
    of socket: SocketPath, until deadline: ContinuousClock.Instant
  ) throws(ClientError) -> FileDescriptor? {
    while InstanceMark.isHeld(at: socket), Monotonic.now < deadline {
      usleep(10_000)
      if let connected = try attempt(socket) { return connected }
    }
    return nil
  }

  private func waitFor(
    _ child: SpawnedDaemon, _ socket: SocketPath, _ log: borrowing SpawnLog, until deadline: ContinuousClock.Instant
  ) throws(ClientError) -> FileDescriptor {
    var pause: UInt32 = 1000
    while true {
      let ending = child.ending()
      if let connected = try attempt(socket) {
        child.reapLater()
        return connected
      }
      // Ended, and looked once more after that: another daemon may have been faster.
      if let ending {
        throw .unreachable(path: socket.path, reason: "\(child.program) \(ending)\(log.tail())")
      }
      guard Monotonic.now < deadline else {
        child.reapLater()
        throw .unreachable(
          path: socket.path, reason: "\(child.program) was started but did not listen within \(wait)\(log.tail())")
      }
      usleep(pause)
      pause = min(pause * 2, 20_000)
    }
  }

  /// - Returns: `nil` while no daemon is there.
  private func attempt(_ socket: SocketPath) throws(ClientError) -> FileDescriptor? {
    do throws(UnixSocket.ConnectError) {
      return try UnixSocket.connect(to: socket)
    } catch {
      guard error.meansAbsent else { throw .unreachable(path: socket.path, reason: error.reason) }
      return nil
    }
  }

  private func findExecutable(_ socket: SocketPath) throws(ClientError) -> String {
    if let executable { return executable }
    if let found = ProgramPath.find("flowd") { return found }
    throw .unreachable(
      path: socket.path,
      reason: "no daemon is running, and no flowd to start was found beside this program or in $PATH")
  }
}
