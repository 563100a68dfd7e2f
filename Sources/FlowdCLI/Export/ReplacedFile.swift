internal import FlowdModel
internal import Glibc

/// A file that is written beside the one it will be, and takes its place when it is whole.
final class ReplacedFile {
  let output: TextOutput
  private let path: String
  private let shownPath: String
  private let draft: String
  private let descriptor: Int32
  private var isFinished = false

  /// - Parameter path: Absolute, or relative to `directory`.
  init(_ path: String, in directory: String) throws(CLIError) {
    self.path = path.hasPrefix("/") ? path : "\(directory)/\(path)"
    shownPath = path
    draft = "\(self.path).\(getpid()).part"
    descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw CLIError(.usage, "cannot write \(path): \(String(cString: strerror(errno)))") }
    output = TextOutput(descriptor)
  }

  /// Puts the file in its place; until then there is none, or the old one.
  func finish() throws(CLIError) {
    output.flush()
    guard !output.hasFailed, fsync(descriptor) == 0 || errno == EINVAL, rename(draft, path) == 0 else {
      throw CLIError(.failed, "cannot write \(shownPath): \(String(cString: strerror(errno)))")
    }
    isFinished = true
  }

  deinit {
    close(descriptor)
    if !isFinished { unlink(draft) }
  }
}
