internal import FlowdModel
internal import Glibc

/// Directories that only their owner may look into.
enum PrivateDirectory {
  /// Makes a directory and those above it that are missing.
  static func make(_ path: String) throws(HTTPProblem) {
    if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
    if errno == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex {
      try make(String(path[..<slash]))
      if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
    }
    throw HTTPProblem(.file, "cannot make the directory \(path): \(SystemText.sentence(errno))")
  }

  /// Removes a directory with the files in it; what cannot be removed stays.
  static func remove(_ path: String) {
    if let directory = opendir(path) {
      while let entry = readdir(directory) {
        let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
          String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        if name != ".", name != ".." { unlink("\(path)/\(name)") }
      }
      closedir(directory)
    }
    rmdir(path)
  }
}
