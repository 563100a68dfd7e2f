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
  /// From the attempt to connect until it succeeds.
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
    let log = try SpawnLog(
      path: logPath ?? SpawnLog.standardPath(environment ?? ProcessEnvironment.current), socket: socket)
    return try startAndConnect(socket, log, until: deadline)
  }

  /// Starts a daemon and connects to it, or to the one that kept it out: one that somebody else has just started and
  /// that does not listen yet. If that one is leaving instead, a daemon is started again.
  private func startAndConnect(
    _ socket: SocketPath, _ log: borrowing SpawnLog, until deadline: ContinuousClock.Instant
  ) throws(ClientError) -> FileDescriptor {
    let program = try findExecutable(socket)
    var child: SpawnedDaemon? = try start(program, socket, log)
    var ended: SpawnedDaemon.Ending?
    var pause: UInt32 = 1000
    var respawnDelay = Duration.milliseconds(100)
    var startAgain = deadline
    while true {
      if let ending = child?.ending() {
        ended = ending
        child = nil
        startAgain = Monotonic.now + respawnDelay
        respawnDelay = min(respawnDelay * 2, .milliseconds(Limits.respawnDelayMillisecondsMax))
      }
      // Also once more after an end: another daemon may have been faster.
      if let connected = try attempt(socket) {
        child?.reapLater()
        return connected
      }
      if let ended, !ended.isTaken {
        throw .unreachable(path: socket.path, reason: "\(program) \(ended)\(log.tail())")
      }
      guard Monotonic.now < deadline else {
        child?.reapLater()
        let why = ended.map { "\($0) and nothing listened" } ?? "was started but did not listen"
        throw .unreachable(path: socket.path, reason: "\(program) \(why) within \(wait)\(log.tail())")
      }
      if child == nil, Monotonic.now >= startAgain { child = try start(program, socket, log) }
      usleep(pause)
      pause = min(pause * 2, 20_000)
    }
  }

  private func start(
    _ program: String, _ socket: SocketPath, _ log: borrowing SpawnLog
  ) throws(ClientError) -> SpawnedDaemon {
    try SpawnedDaemon(
      program: program, arguments: ["--socket", socket.path] + arguments,
      environment: environment ?? ProcessEnvironment.current, log: log, socket: socket)
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
