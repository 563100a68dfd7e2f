internal import Glibc

/// Finds programs as a command with some environment would.
struct ProgramLookup {
  private let directories: [String]
  private let workingDirectory: String

  /// - Parameter environment: `NAME=value`.
  init(environment: [String], directory: String) {
    let path = environment.last { $0.hasPrefix("PATH=") }.map { String($0.dropFirst(5)) } ?? "/bin:/usr/bin"
    directories = path.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    workingDirectory = directory
  }

  /// Where the program is; `nil`: nowhere, or it may not be executed.
  func path(of program: String) -> String? {
    if program.contains("/") {
      let path = absolute(program)
      return isExecutable(path) ? path : nil
    }
    return directories.lazy.map { absolute($0.isEmpty ? program : "\($0)/\(program)") }.first { isExecutable($0) }
  }

  private func absolute(_ path: String) -> String { path.hasPrefix("/") ? path : "\(workingDirectory)/\(path)" }

  private func isExecutable(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
  }
}
