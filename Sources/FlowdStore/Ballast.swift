internal import Glibc

/// A file that takes room beside the database, so that there is some when the disk is full: deleting rows writes too.
struct Ballast {
  let path: String
  let bytes: Int64

  /// Takes the room, unless others would lack it.
  ///
  /// - Returns: Whether it is taken.
  @discardableResult
  func restore() -> Bool {
    withFile(O_CREAT | O_RDWR) { file in
      var status = stat()
      guard fstat(file, &status) == 0 else { return false }
      if isWhole(status) { return true }
      guard hasRoom(file), posix_fallocate(file, 0, off_t(bytes)) == 0 else {
        ftruncate(file, 0)
        return false
      }
      return true
    }
  }

  /// Gives the room back to the disk, at once.
  func release() {
    _ = withFile(O_RDWR) { file in ftruncate(file, 0) == 0 && fsync(file) == 0 }
  }

  private func withFile(_ flags: Int32, _ body: (Int32) -> Bool) -> Bool {
    let file = open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard file >= 0 else { return false }
    defer { close(file) }
    return body(file)
  }

  /// It has its size, and every block of it is there.
  private func isWhole(_ status: stat) -> Bool {
    Int64(status.st_size) >= bytes && Int64(status.st_blocks) * 512 >= bytes
  }

  /// The same again for others, and the process may write files of that size.
  private func hasRoom(_ file: Int32) -> Bool {
    var limit = rlimit()
    var disk = statvfs()
    guard getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0, limit.rlim_cur >= UInt64(bytes),
      fstatvfs(file, &disk) == 0
    else { return false }
    let (free, overflow) = UInt64(disk.f_bavail).multipliedReportingOverflow(by: UInt64(disk.f_frsize))
    return overflow || free / 2 >= UInt64(bytes)
  }
}
