internal import Glibc

/// Keeps a second daemon from the same socket or state: a lock on a file that is never removed.
///
/// The kernel gives it back when the daemon ends, however it ends.
struct InstanceLock: ~Copyable {
  private let fd: Int32

  /// - Throws: When another daemon holds it; the message names its process.
  init(_ path: String, guarding what: String) throws(StartError) {
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard fd >= 0 else { throw StartError("cannot open the lock file \(path): \(errnoText())") }
    guard flock(fd, LOCK_EX | LOCK_NB) == 0 else {
      let code = errno
      var buffer = [UInt8](repeating: 0, count: 32)
      let count = pread(fd, &buffer, buffer.count, 0)
      let owner = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self).filter(\.isNumber)
      Glibc.close(fd)
      guard code == EWOULDBLOCK else { throw StartError("cannot lock \(path): \(errnoText(code))") }
      throw StartError("another flowd\(owner.isEmpty ? "" : " (process \(owner))") has \(what); nothing was changed")
    }
    let pid = Array("\(getpid())\n".utf8)
    if ftruncate(fd, 0) == 0 { _ = pwrite(fd, pid, pid.count, 0) }
  }

  deinit { Glibc.close(fd) }
}
