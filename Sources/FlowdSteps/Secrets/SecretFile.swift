internal import FlowdModel
internal import Glibc

/// A file with one secret, which nobody but this user may read.
struct SecretFile {
  private let name: String
  private let path: String

  init(directory: String, name: String) {
    self.name = name
    path = "\(directory)/\(name)"
  }

  /// What the file holds, without one line break at its end; `nil` if there is no file.
  func value() throws(SecretError) -> String? {
    // A FIFO would keep a reader waiting.
    let number = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)
    guard number >= 0 else {
      let code = errno
      switch code {
      case ENOENT: return nil
      case ELOOP: throw error("is a symbolic link; put the file itself there")
      default: throw error("cannot be read: \(errorText(code))")
      }
    }
    let file = FileDescriptor(owning: number)
    let size = try checkedSize(file)
    var bytes = try read(file, upTo: size)
    if bytes.last == UInt8(ascii: "\n") {
      bytes.removeLast()
      if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
    }
    guard bytes.count <= Limits.secretBytesMax else { throw tooLarge }
    guard !bytes.contains(0) else { throw error("has a NUL character") }
    guard let text = String(validating: bytes, as: UTF8.self) else { throw error("is not UTF-8") }
    return text
  }

  private func checkedSize(_ file: borrowing FileDescriptor) throws(SecretError) -> Int {
    var status = stat()
    guard fstat(file.raw, &status) == 0 else { throw error("cannot be read: \(errorText(errno))") }
    guard status.st_mode & S_IFMT == S_IFREG else { throw error("is not a regular file") }
    guard status.st_uid == geteuid() else {
      throw error("belongs to the user with the number \(status.st_uid), not to the daemon's user \(geteuid())")
    }
    guard status.st_mode & 0o077 == 0 else { throw error("may be read by others; chmod 600 it") }
    // Two more for the line break.
    guard status.st_size <= Limits.secretBytesMax + 2 else { throw tooLarge }
    return Int(status.st_size)
  }

  private func read(_ file: borrowing FileDescriptor, upTo size: Int) throws(SecretError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: size)
    var length = 0
    while length < size {
      let count = bytes.withUnsafeMutableBytes { buffer in
        Glibc.read(file.raw, buffer.baseAddress?.advanced(by: length), size - length)
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw error("cannot be read: \(errorText(errno))") }
      guard count > 0 else { break }
      length += count
    }
    return Array(bytes.prefix(length))
  }

  private var tooLarge: SecretError { error("has more than \(Limits.secretBytesMax) bytes") }

  private func error(_ what: String) -> SecretError { SecretError("secret \(name): the file \(path) \(what)") }
}
