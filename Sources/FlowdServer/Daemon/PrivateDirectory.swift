internal import Glibc

/// Directories that only their owner may enter.
enum PrivateDirectory {
  /// Makes a directory with its parents, or checks the one that is there.
  ///
  /// - Throws: When it is a symbolic link, somebody else's, or open to others: whoever can write there could put a
  ///   socket or a database of their own in place.
  static func prepare(_ path: String) throws(StartError) {
    makeParents(of: path)
    if mkdir(path, 0o700) != 0, errno != EEXIST {
      throw StartError("cannot make the directory \(path): \(errnoText())")
    }
    var status = stat()
    guard lstat(path, &status) == 0 else { throw StartError("cannot look at \(path): \(errnoText())") }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      throw StartError("\(path) is not a directory (symbolic links are not followed)")
    }
    guard status.st_uid == getuid() else {
      throw StartError("\(path) belongs to user \(status.st_uid), not to you (\(getuid())); choose another place")
    }
    guard status.st_mode & 0o022 == 0 else {
      throw StartError(
        "\(path) can be written by others (mode \(String(status.st_mode & 0o777, radix: 8))); run: chmod 700 \(path)")
    }
    if status.st_mode & 0o077 != 0, status.st_mode & 0o7000 == 0 { chmod(path, 0o700) }
  }

  private static func makeParents(of path: String) {
    var parts = path.split(separator: "/").dropLast()
    var made = ""
    while let part = parts.popFirst() {
      made += "/\(part)"
      mkdir(made, 0o755)
    }
  }

  static func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}
