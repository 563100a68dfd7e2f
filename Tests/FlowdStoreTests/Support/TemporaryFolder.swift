import Glibc

/// A folder of its own for one test; removed with everything in it.
final class TemporaryFolder {
  let path: String

  init() {
    var template = Array("/tmp/flowd-store-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else { preconditionFailure("cannot make a folder in /tmp") }
    path = String(cString: made)
  }

  deinit {
    for name in names { remove(name) }
    rmdir(path)
  }

  func remove(_ name: String) { unlink("\(path)/\(name)") }

  /// The files in it, sorted.
  var names: [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var found: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name != ".", name != ".." { found.append(name) }
    }
    return found.sorted()
  }

  /// `nil`: there is no such file.
  ///
  /// Never of a database that this process has open: closing the file would drop SQLite's locks.
  func bytes(of name: String) -> [UInt8]? {
    guard let file = fopen("\(path)/\(name)", "r") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
    return bytes
  }

  func write(_ bytes: [UInt8], to name: String) {
    guard let file = fopen("\(path)/\(name)", "w") else { preconditionFailure("cannot write \(name)") }
    defer { fclose(file) }
    let count = fwrite(bytes, 1, bytes.count, file)
    precondition(count == bytes.count, "cannot write \(name)")
  }

  /// Everything in it as it is now.
  var contents: [String: [UInt8]] {
    Dictionary(uniqueKeysWithValues: names.map { ($0, bytes(of: $0) ?? []) })
  }
}
