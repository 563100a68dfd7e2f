internal import CLinux
internal import FlowdModel
internal import Glibc

/// A file that is written beside its place and put there as a whole; until then the old one stays.
final class ReplacedFile {
  /// As it was named.
  let path: String
  /// What `path` leads to: never a symbolic link.
  private let place: String
  /// Of a file that is the user's; `nil`: it is the daemon's own.
  private let umask: FileMask?
  private let temporary: String
  private var descriptor: Int32

  /// A file that only its owner may look into.
  convenience init(private path: String) throws(HTTPProblem) { try self.init(path, place: path, umask: nil) }

  /// A file of the user's: one that is there keeps its permissions, and stays where a link leads to.
  ///
  /// - Parameter umask: Of a new one.
  /// - Throws: `.file`, also for what is there and cannot be written or is no file.
  convenience init(saving path: String, umask: FileMask) throws(HTTPProblem) {
    try self.init(path, place: try SavePlace.find(path), umask: umask)
  }

  private init(_ path: String, place: String, umask: FileMask?) throws(HTTPProblem) {
    self.path = path
    self.place = place
    self.umask = umask
    let slash = place.lastIndex(of: "/").map { place.index(after: $0) } ?? place.startIndex
    temporary = "\(place[..<slash]).flowd-\(String(clinux_random(), radix: 16)).part"
    descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
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
    if let umask {
      guard SavePlace.permit(descriptor, at: place, umask: umask) else { throw Self.problem(path) }
    }
    guard fdatasync(descriptor) == 0, rename(temporary, place) == 0 else { throw Self.problem(path) }
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

  static func problem(_ path: String) -> HTTPProblem {
    HTTPProblem(.file, "cannot write \(path): \(SystemText.sentence(errno))")
  }
}
