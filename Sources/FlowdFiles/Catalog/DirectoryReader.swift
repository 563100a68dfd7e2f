internal import Glibc

/// Owns a directory that is being read.
struct DirectoryReader: ~Copyable {
  private let directory: OpaquePointer

  /// - Returns: `nil` when there is no such directory.
  static func open(_ path: String) throws(FileReadError) -> DirectoryReader? {
    guard let directory = opendir(path) else {
      if errno == ENOENT { return nil }
      throw FileReadError(path: path, reason: .system(errno))
    }
    return DirectoryReader(directory)
  }

  private init(_ directory: OpaquePointer) { self.directory = directory }

  deinit { closedir(directory) }

  /// The next name, in no particular order; what is not UTF-8 in it is replaced by U+FFFD.
  mutating func next() -> String? {
    guard let entry = readdir(directory), let offset = MemoryLayout<dirent>.offset(of: \.d_name) else { return nil }
    // Only the name's own bytes may be looked at: an entry can be shorter than its declared type.
    let name = UnsafeRawPointer(entry).advanced(by: offset).assumingMemoryBound(to: CChar.self)
    return String(cString: name)
  }
}
