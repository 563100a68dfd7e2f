internal import Glibc

/// Runs a short-lived program and waits for it.
enum ChildProcess {
  struct Result: Equatable {
    /// 128 and more after a signal.
    var exitCode: Int32
    /// The beginning of what it wrote to standard error.
    var errors: String
  }

  private static let errorBytesMax = 16_384

  /// - Returns: `nil` when it cannot be started.
  static func run(_ program: String, _ arguments: [String], environment: [String: String]) -> Result? {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return nil }
    defer { close(ends[0]) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, ends[1], 2)
    posix_spawn_file_actions_addclose(&actions, ends[0])
    posix_spawn_file_actions_addclose(&actions, ends[1])
    var argv: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
    var envp: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0)=\($1)") } + [nil]
    defer { for text in argv + envp { free(text) } }
    var pid: pid_t = 0
    let code = posix_spawn(&pid, program, &actions, nil, &argv, &envp)
    close(ends[1])
    guard code == 0 else { return nil }
    let errors = readAll(ends[0])
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
    let exitCode = status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + (status & 0x7F)
    return Result(exitCode: exitCode, errors: errors)
  }

  private static func readAll(_ descriptor: Int32) -> String {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return String(decoding: bytes.prefix(errorBytesMax), as: UTF8.self) }
      if bytes.count < errorBytesMax { bytes += buffer[..<count] }
    }
  }
}
