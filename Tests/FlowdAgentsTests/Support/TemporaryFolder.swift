import Glibc
import Testing

/// A folder that is removed with the files and folders in it when the value is gone.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    var template = Array("/tmp/flowd-agents-XXXXXX".utf8CString)
    try #require(mkdtemp(&template) != nil)
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  deinit { Self.remove(path) }

  var contents: [String] { Self.names(in: path) }

  func write(_ name: String, _ text: String, mode: mode_t = 0o644) throws -> String {
    let file = "\(path)/\(name)"
    let raw = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
    try #require(raw >= 0)
    defer { close(raw) }
    #expect(text.withCString { Glibc.write(raw, $0, strlen($0)) } == text.utf8.count)
    return file
  }

  static func names(in directory: String) -> [String] {
    guard let stream = opendir(directory) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      names.append(
        withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
    }
    return names.filter { $0 != "." && $0 != ".." }
  }

  static func bytes(of file: String) -> [UInt8]? {
    let raw = open(file, O_RDONLY | O_CLOEXEC)
    guard raw >= 0 else { return nil }
    defer { close(raw) }
    var bytes = [UInt8](repeating: 0, count: 1_048_576)
    let count = read(raw, &bytes, bytes.count)
    return count >= 0 ? Array(bytes.prefix(count)) : nil
  }

  private static func remove(_ path: String) {
    for name in names(in: path) { remove("\(path)/\(name)") }
    if unlink(path) != 0 { rmdir(path) }
  }
}
