internal import CLinux
internal import FlowdModel
internal import Glibc

/// A file that is written beside its place and put there as a whole; until then the old one stays.
final class ReplacedFile {
  let path: String
  private let temporary: String
  private var descriptor: Int32

  /// - Parameter mode: The permissions of the file, less those that the process's mask takes.
  init(_ path: String, mode: mode_t) throws(HTTPProblem) {
    self.path = path
    let slash = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
    temporary = "\(path[..<slash]).flowd-\(String(clinux_random(), radix: 16)).part"
    descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    guard descriptor >= 0 else { throw Self.problem(path) }
  }

  deinit { abandon() }

  func write(_ bytes: [UInt8]) throws(HTTPProblem) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw Self.problem(path) }
      rest = rest.dropFirst(count)
    }
  }

  /// Puts the file in its place; it is on the disk then.
  func commit() throws(HTTPProblem) {
    guard fdatasync(descriptor) == 0, rename(temporary, path) == 0 else { throw Self.problem(path) }
    close(descriptor)
    descriptor = -1
  }

  /// Removes what was written, unless it was committed.
  func abandon() {
    guard descriptor >= 0 else { return }
    unlink(temporary)
    close(descriptor)
    descriptor = -1
  }

  private static func problem(_ path: String) -> HTTPProblem {
    HTTPProblem(.file, "cannot write \(path): \(SystemText.sentence(errno))")
  }
}
