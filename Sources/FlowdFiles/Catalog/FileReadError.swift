internal import Glibc

/// Why a file's bytes could not be had.
package struct FileReadError: Error, Equatable, Sendable {
  /// What stood in the way.
  package enum Reason: Equatable, Sendable {
    /// Nothing has that name.
    case absent
    /// A directory, pipe, device or socket; it was not opened.
    case notAFile
    case tooLarge(bytesMax: Int)
    /// Bytes that are not UTF-8, or control characters.
    case notText
    /// The system's error number.
    case system(Int32)
  }

  package var path: String
  package var reason: Reason

  package init(path: String, reason: Reason) {
    self.path = path
    self.reason = reason
  }

  /// The reason as the end of a sentence that names the file.
  package var message: String {
    switch reason {
    case .absent: "does not exist"
    case .notAFile: "is not a regular file"
    case .tooLarge(let bytesMax): "has more than \(bytesMax) bytes"
    case .notText: "is not a text in UTF-8"
    case .system(let number): "cannot be read: \(String(cString: strerror(number)))"
    }
  }
}
