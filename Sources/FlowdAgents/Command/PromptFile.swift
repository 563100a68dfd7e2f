internal import FlowdModel
internal import FlowdSteps
internal import Glibc

/// A file with a prompt that nobody but this user may read, in a directory of its own; both go with the value.
final class PromptFile: Sendable {
  /// Absolute.
  let path: String
  private let directory: String

  /// In its directory.
  static let name = "prompt.md"

  /// - Parameter hidden: What the agent may not read.
  init(_ text: String, in place: PromptPlace, hidden: [String]) throws(PromptFileError) {
    let parent = place.parent(hidden: hidden)
    var template = Array("\(parent)/\(place.prefix)XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw PromptFileError(path: parent, code: errno) }
    directory = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    path = "\(directory)/\(Self.name)"
    let number = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard number >= 0 else { throw PromptFileError(path: path, code: errno) }
    let file = FileDescriptor(owning: number)
    try Self.write(Array(text.utf8), to: file, path)
  }

  deinit {
    unlink(path)
    rmdir(directory)
  }

  private static func write(
    _ bytes: [UInt8], to file: borrowing FileDescriptor, _ path: String
  ) throws(PromptFileError) {
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(file.raw, $0.baseAddress?.advanced(by: written), $0.count - written)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw PromptFileError(path: path, code: errno) }
      written += count
    }
  }
}

/// Why a prompt file could not be written.
struct PromptFileError: Error, Equatable, CustomStringConvertible {
  var path: String
  /// An errno value.
  var code: Int32

  var description: String { "the prompt cannot be written to \(path): \(String(cString: strerror(code)))" }
}
