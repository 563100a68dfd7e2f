internal import FlowdModel
internal import Glibc

/// The file that takes the output of a daemon without a terminal.
struct SpawnLog: ~Copyable {
  let path: String
  let descriptor: FileDescriptor
  private let start: off_t

  init(path: String, socket: SocketPath) throws(ClientError) {
    SpawnLog.makeDirectories(of: path)
    SpawnLog.setAsideIfLong(path)
    let number = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard number >= 0 else {
      throw .unreachable(path: socket.path, reason: "cannot open the daemon's log \(path): \(errorText(errno))")
    }
    self.path = path
    descriptor = FileDescriptor(number)
    start = lseek(number, 0, SEEK_END)
  }

  static func standardPath(_ environment: [String: String]) -> String {
    if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") { return "\(state)/flowd/flowd.log" }
    if let home = environment["HOME"], home.hasPrefix("/") { return "\(home)/.local/state/flowd/flowd.log" }
    return "/dev/null"
  }

  /// The last lines written since this value was made, for an error.
  borrowing func tail() -> String {
    let bytesMax = 2000
    let end = lseek(descriptor.number, 0, SEEK_END)
    let from = max(start, end - off_t(bytesMax))
    var buffer = [UInt8](repeating: 0, count: bytesMax)
    let count = pread(descriptor.number, &buffer, bytesMax, from)
    guard count > 0 else { return "; its log is \(path)" }
    let lines = String(decoding: buffer[..<count], as: UTF8.self).split(separator: "\n").suffix(5)
    return "; the end of its log \(path):" + lines.map { "\n    \($0)" }.joined()
  }

  private static func makeDirectories(of path: String) {
    var prefix = ""
    for part in path.split(separator: "/").dropLast() {
      prefix += "/\(part)"
      // What cannot be made shows when the log is opened.
      mkdir(prefix, 0o700)
    }
  }

  private static func setAsideIfLong(_ path: String) {
    var info = stat()
    guard lstat(path, &info) == 0, info.st_mode & S_IFMT == S_IFREG, info.st_size > Limits.spawnLogBytesMax else {
      return
    }
    rename(path, path + ".1")
  }
}
