import Glibc
import Testing

struct NeverHappened: Error, CustomStringConvertible {
  let description: String
}

/// Waits until `condition` holds, and fails when it does not within the limit.
func eventually(
  _ what: String, within limit: Duration = .seconds(60), _ location: SourceLocation = #_sourceLocation,
  _ condition: () throws -> Bool
) async throws {
  let clock = ContinuousClock()
  let deadline = clock.now + limit
  while try !condition() {
    guard clock.now < deadline else {
      Issue.record("never within \(limit): \(what)", sourceLocation: location)
      throw NeverHappened(description: what)
    }
    try await clock.sleep(for: .milliseconds(2))
  }
}

/// A folder that is removed with all it holds when the value is gone.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    var template = Array("/tmp/flowd-steps-XXXXXX".utf8CString)
    try #require(mkdtemp(&template) != nil)
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  deinit {
    for name in contents { unlink("\(path)/\(name)") }
    rmdir(path)
  }

  var contents: [String] {
    guard let directory = opendir(path) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      names.append(
        withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
    }
    return names.filter { $0 != "." && $0 != ".." }
  }

  /// Writes an executable file.
  func script(_ name: String, _ text: String, mode: mode_t = 0o755) throws -> String {
    let file = "\(path)/\(name)"
    let raw = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
    try #require(raw >= 0)
    defer { close(raw) }
    #expect(text.withCString { write(raw, $0, strlen($0)) } == text.utf8.count)
    return file
  }

  func number(in name: String) -> Int32? {
    guard let text = ProcFileReader.text("\(path)/\(name)") else { return nil }
    return Int32(text.split(separator: "\n").first ?? "")
  }
}

enum ProcFileReader {
  static func text(_ path: String) -> String? {
    let raw = open(path, O_RDONLY | O_CLOEXEC)
    guard raw >= 0 else { return nil }
    defer { close(raw) }
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let got = read(raw, &bytes, bytes.count)
    return got >= 0 ? String(decoding: bytes.prefix(got), as: UTF8.self) : nil
  }

  /// A line such as `VmRSS:  1234 kB` of /proc/PID/status, as a number.
  static func status(_ name: String, of process: String = "self") -> Int? {
    let lines = text("/proc/\(process)/status")?.split(separator: "\n") ?? []
    guard let line = lines.first(where: { $0.hasPrefix("\(name):") }) else { return nil }
    return Int(line.split(whereSeparator: { $0 == "\t" || $0 == " " }).dropFirst().first ?? "")
  }
}
