internal import Glibc

/// Reads small files whole.
package enum RegularFile {
  /// The bytes of a regular file, symbolic links followed.
  ///
  /// What is not a regular file is not opened, so a pipe nobody writes to cannot hold the caller up and a device is not
  /// woken. Should the name change hands in between, the open does not block and its result is checked again.
  ///
  /// - Parameters:
  ///   - path: Without NUL.
  ///   - bytesMax: Nothing is returned of a longer file, also when it grows while it is read.
  package static func read(_ path: String, bytesMax: Int) throws(FileReadError) -> [UInt8] {
    try checkKind(path, bytesMax: bytesMax) { stat(path, &$0) }
    let file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
    guard file >= 0 else { throw FileReadError(path: path, reason: .system(errno)) }
    defer { close(file) }
    let size = try checkKind(path, bytesMax: bytesMax) { fstat(file, &$0) }
    var bytes: [UInt8] = []
    var room = size + 1
    while true {
      var count = 0
      let block = [UInt8](unsafeUninitializedCapacity: min(room, bytesMax + 1 - bytes.count)) { buffer, initialized in
        count = Glibc.read(file, buffer.baseAddress, buffer.count)
        initialized = max(0, count)
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw FileReadError(path: path, reason: .system(errno)) }
      if count == 0 { return bytes }
      bytes += block
      guard bytes.count <= bytesMax else { throw FileReadError(path: path, reason: .tooLarge(bytesMax: bytesMax)) }
      room = 16_384
    }
  }

  /// The size of a regular file.
  @discardableResult
  private static func checkKind(
    _ path: String, bytesMax: Int, _ status: (inout stat) -> Int32
  ) throws(FileReadError) -> Int {
    var information = stat()
    guard status(&information) == 0 else {
      // A link that leads nowhere is there all the same: what it hides must not be mistaken for absent.
      let number = errno
      let isAbsent = [ENOENT, ENOTDIR, ENAMETOOLONG].contains(number) && lstat(path, &information) != 0
      throw FileReadError(path: path, reason: isAbsent ? .absent : .system(number))
    }
    guard information.st_mode & S_IFMT == S_IFREG else { throw FileReadError(path: path, reason: .notAFile) }
    guard information.st_size <= bytesMax else {
      throw FileReadError(path: path, reason: .tooLarge(bytesMax: bytesMax))
    }
    return Int(information.st_size)
  }
}
