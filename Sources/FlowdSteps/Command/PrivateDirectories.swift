internal import CLinux
internal import FlowdModel
internal import Glibc

/// The directories that confined commands may write to: one for each attempt, made and removed by its launcher.
struct PrivateDirectories: Sendable {
  /// The variables that name it to the command.
  private static let variables = ["TMPDIR", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"]

  /// An empty one that launchers hand on (`private.c`); swept it could already be another command's.
  private static let spare = ".spare"

  private let parent: String

  /// Makes the directory that holds them, and begins to remove what is in it, on a thread of its own.
  ///
  /// - Parameter parent: Absolute; of this executor alone. The directory above it exists.
  init(in parent: String) throws(StepsError) {
    if mkdir(parent, 0o700) != 0, errno != EEXIST { throw .system(call: "mkdir", code: errno) }
    if chmod(parent, 0o700) != 0 { throw .system(call: "chmod", code: errno) }
    self.parent = parent
    let left = try Self.names(in: parent)
    guard !left.isEmpty else { return }
    // What stays because no thread could be had is swept the next time.
    _ = try? OwnThread(named: "private-sweep") { for name in left { Self.remove("\(parent)/\(name)") } }
  }

  /// A name that is not used twice: a launcher of an earlier daemon may still be about to remove what it made.
  ///
  /// - Parameter launch: The executor's number of it; an attempt may be started anew.
  func path(for attempt: AttemptID, launch: UInt64) -> String {
    "\(parent)/\(attempt.run)-\(attempt.step)-\(attempt.attempt)-\(getpid())-\(launch)"
  }

  /// An environment in which temporary files go to `directory`.
  static func environment(_ environment: [String], in directory: String) -> [String] {
    let others = environment.filter { entry in !variables.contains { entry.hasPrefix("\($0)=") } }
    return others + variables.map { "\($0)=\(directory)" }
  }

  /// Blocks while it removes what may be many files. A failure leaves something for the next sweep.
  static func remove(_ path: String) { _ = clinux_remove_tree(path) }

  private static func names(in path: String) throws(StepsError) -> [String] {
    guard let directory = opendir(path) else { throw .system(call: "opendir", code: errno) }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name != ".", name != "..", name != spare { names.append(name) }
    }
    return names
  }
}
