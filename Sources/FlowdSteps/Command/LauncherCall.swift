internal import FlowdModel
internal import Glibc

/// The words and the environment that a launcher is started with; `flowd-launch`'s `options.h` has their meaning.
struct LauncherCall {
  let arguments: [String]
  let environment: [String]
  /// Of a confined command.
  let privateDirectory: String?

  /// - Parameter launch: Of this executor, and never used again.
  /// - Throws: The request cannot be carried out: no program, a NUL, a confinement that cannot be told.
  init(
    _ request: CommandRequest, launch: UInt64, options: CommandExecutor.Options,
    privateDirectories: PrivateDirectories?
  ) throws(LaunchFailure) {
    guard !request.arguments.isEmpty else { throw LaunchFailure(stage: .notFound, code: ENOENT) }
    var words = [
      "flowd-launch", String(options.grace.wholeMilliseconds), String(options.leftoverGrace.wholeMilliseconds),
      request.workingDirectory, "--umask", String(request.umask.bits),
    ]
    var environment = request.environment
    var privateDirectory: String?
    if let confinement = request.confinement {
      let directory = try Self.checked(confinement, privateDirectories).path(for: request.attempt, launch: launch)
      words += ["--private", directory]
      for path in confinement.writable { words += ["--write", path] }
      for path in confinement.hidden { words += ["--hide", path] }
      environment = PrivateDirectories.environment(environment, in: directory)
      privateDirectory = directory
    }
    arguments = words + ["--"] + request.arguments
    self.environment = AttemptToken.marked(environment, for: request.attempt)
    self.privateDirectory = privateDirectory
    guard (arguments + self.environment).allSatisfy({ !$0.utf8.contains(0) }) else {
      throw LaunchFailure(stage: .text, code: EINVAL)
    }
  }

  private static func checked(
    _ confinement: Confinement, _ directories: PrivateDirectories?
  ) throws(LaunchFailure) -> PrivateDirectories {
    let most = max(confinement.writable.count, confinement.hidden.count)
    guard let directories, most <= Limits.confinementPathsMax,
      (confinement.writable + confinement.hidden).allSatisfy({ $0.hasPrefix("/") })
    else { throw LaunchFailure(stage: .confinement, code: EINVAL) }
    return directories
  }
}

extension Duration {
  /// Rounded down; 0 for less than none.
  fileprivate var wholeMilliseconds: Int64 {
    max(0, components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000)
  }
}
