internal import Glibc

/// Where an executor's prompt files are: below its own directory, or, where agents may not read that, in `/tmp`.
struct PromptPlace: Equatable, Sendable {
  let directory: String
  /// Of the names of its directories; another executor's is another.
  let prefix: String

  private static let elsewhere = "/tmp"

  /// - Parameter directory: Of the executor.
  init(directory: String) {
    self.directory = directory
    prefix = "flowd-prompt-\(Self.digest(of: directory))-"
  }

  /// - Parameter hidden: What the agent may not read.
  func parent(hidden: [String]) -> String { HiddenPaths.hide(directory, hidden) ? Self.elsewhere : directory }

  /// Removes what an executor left behind that was killed.
  func sweep() {
    for parent in [directory, Self.elsewhere] { sweep(parent) }
  }

  private func sweep(_ parent: String) {
    guard let stream = opendir(parent) else { return }
    defer { closedir(stream) }
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      guard name.hasPrefix(prefix) else { continue }
      let path = "\(parent)/\(name)"
      var status = stat()
      guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid() else { continue }
      unlink("\(path)/\(PromptFile.name)")
      rmdir(path)
    }
  }

  /// FNV-1a, 64 bits: only to tell directories apart.
  private static func digest(of text: String) -> String {
    String(text.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }, radix: 16)
  }
}
