internal import CLinux
internal import FlowdModel
internal import Glibc

/// The place of a file that a step saves, and what stands there already.
enum SavePlace {
  /// Where a file has to be put so that it takes the place of what a path leads to.
  ///
  /// The kernel follows the links, which refuses those that somebody else has put into a directory for all (/tmp).
  /// - Throws: `.file`: there is something that cannot be replaced, or a link that leads nowhere.
  static func find(_ path: String) throws(HTTPProblem) -> String {
    let found = clinux_open_path(path)
    guard found >= 0 else {
      guard errno == ENOENT else { throw ReplacedFile.problem(path) }
      // Who has put it there, and for what, cannot be told from a link to nothing.
      if status(ofLink: path) != nil {
        throw HTTPProblem(.file, "cannot write \(path): it is a symbolic link that leads nowhere")
      }
      return path
    }
    defer { close(found) }
    var status = stat()
    guard fstat(found, &status) == 0 else { throw ReplacedFile.problem(path) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw HTTPProblem(.file, "cannot write \(path): it is not a regular file")
    }
    guard let place = target(of: found), let there = Self.status(ofLink: place), there.st_ino == status.st_ino,
      there.st_dev == status.st_dev
    else { throw HTTPProblem(.file, "cannot write \(path): it was replaced meanwhile") }
    guard faccessat(AT_FDCWD, place, W_OK, AT_EACCESS) == 0 else { throw ReplacedFile.problem(path) }
    return place
  }

  /// Gives a file the permissions of the one whose place it takes, and its owner and group where that is allowed; a new
  /// one gets all but what the mask takes.
  ///
  /// - Returns: `false` with `errno` when the kernel refuses.
  static func permit(_ descriptor: Int32, at place: String, umask: FileMask) -> Bool {
    guard let old = status(ofLink: place), old.st_mode & S_IFMT == S_IFREG else {
      return fchmod(descriptor, 0o666 & ~umask.bits) == 0
    }
    var new = stat()
    guard fstat(descriptor, &new) == 0 else { return false }
    var mode = old.st_mode & FileMask.bitsMax
    if new.st_uid != old.st_uid { _ = fchown(descriptor, old.st_uid, gid_t.max) }
    if new.st_gid != old.st_gid, fchown(descriptor, uid_t.max, old.st_gid) != 0 {
      // Another group may do no more than everybody.
      mode = mode & 0o707 | (mode & 0o007) << 3
    }
    return fchmod(descriptor, mode) == 0
  }

  /// `nil`: nothing is there.
  private static func status(ofLink path: String) -> stat? {
    var status = stat()
    return lstat(path, &status) == 0 ? status : nil
  }

  private static func target(of descriptor: Int32) -> String? {
    var bytes = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = bytes.withUnsafeMutableBytes { buffer in
      guard let start = buffer.assumingMemoryBound(to: CChar.self).baseAddress else { return -1 }
      return readlink("/proc/self/fd/\(descriptor)", start, buffer.count)
    }
    return count > 0 && count < bytes.count ? String(validating: bytes.prefix(count), as: UTF8.self) : nil
  }
}
