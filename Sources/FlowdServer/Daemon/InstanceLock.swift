internal import Glibc

/// Keeps a second daemon from the same socket or state: a lock on a file that is never removed.
///
/// The kernel gives it back when the daemon ends, however it ends. A child that has not executed its program yet still
/// holds it for a moment; so a lock whose owner is dead is waited for.
struct InstanceLock: ~Copyable {
  private static let patienceMicroseconds = 3_000_000
  private static let pauseMicroseconds = 10_000

  private let fd: Int32

  /// - Throws: When another daemon holds it; the message names its process.
  init(_ path: String, guarding what: String) throws(StartError) {
    let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard file >= 0 else { throw StartError("cannot open the lock file \(path): \(errnoText())") }
    var waited = 0
    while flock(file, LOCK_EX | LOCK_NB) != 0 {
      let code = errno
      let owner = InstanceLock.owner(of: file)
      let isOwnerDead = owner.map { kill($0, 0) != 0 && errno == ESRCH } ?? true
      if code == EWOULDBLOCK, isOwnerDead, waited < InstanceLock.patienceMicroseconds {
        usleep(UInt32(InstanceLock.pauseMicroseconds))
        waited += InstanceLock.pauseMicroseconds
        continue
      }
      Glibc.close(file)
      guard code == EWOULDBLOCK else { throw StartError("cannot lock \(path): \(errnoText(code))") }
      let who = "another flowd\(owner.map { " (process \($0))" } ?? "")"
      throw StartError("\(who) has \(what); nothing was changed", isTaken: true)
    }
    let pid = Array("\(getpid())\n".utf8)
    if ftruncate(file, 0) == 0 { _ = pwrite(file, pid, pid.count, 0) }
    fd = file
  }

  /// The process that wrote the file last.
  private static func owner(of file: Int32) -> Int32? {
    var buffer = [UInt8](repeating: 0, count: 32)
    let count = pread(file, &buffer, buffer.count, 0)
    return Int32(String(decoding: buffer.prefix(max(0, count)), as: UTF8.self).filter(\.isNumber))
  }

  deinit { Glibc.close(fd) }
}
