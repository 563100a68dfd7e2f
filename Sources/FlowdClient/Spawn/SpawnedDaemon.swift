internal import FlowdModel
internal import Glibc

/// A daemon process that this one started.
struct SpawnedDaemon {
  /// How it ended.
  struct Ending: CustomStringConvertible {
    /// As `waitpid` tells it.
    let status: Int32

    /// Whether another daemon kept it out.
    var isTaken: Bool { status == DaemonExitCode.taken << 8 }

    /// Such as `exited with 1`.
    var description: String {
      status & 0x7F == 0 ? "exited with \(status >> 8 & 0xFF)" : "was ended by signal \(status & 0x7F)"
    }
  }

  private let pid: pid_t

  init(
    program: String, arguments: [String], environment: [String: String], log: borrowing SpawnLog, socket: SocketPath
  ) throws(ClientError) {
    var actions = posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, log.descriptor.number, 1)
    posix_spawn_file_actions_adddup2(&actions, log.descriptor.number, 2)
    var none = sigset_t()
    var all = sigset_t()
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    // POSIX_SPAWN_SETSID, which the C library's Swift overlay does not have.
    let newSession: Int32 = 0x80
    let flags = Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETSIGDEF) | newSession
    posix_spawnattr_setflags(&attributes, Int16(flags))
    var argv: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
    var envp: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0)=\($1)") } + [nil]
    defer { for text in argv + envp { free(text) } }
    var child: pid_t = 0
    let code = posix_spawn(&child, program, &actions, &attributes, &argv, &envp)
    guard code == 0 else {
      throw .unreachable(path: socket.path, reason: "cannot start \(program): \(errorText(code))")
    }
    pid = child
  }

  /// - Returns: `nil` while it runs; an ending is told once.
  func ending() -> Ending? {
    var status: Int32 = 0
    guard waitpid(pid, &status, WNOHANG) == pid else { return nil }
    return Ending(status: status)
  }

  /// Leaves no dead entry in the process table when the daemon ends before this process does.
  func reapLater() {
    let pid = pid
    ClientThread.start {
      var status: Int32 = 0
      while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
    }
  }
}
