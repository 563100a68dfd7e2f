internal import FlowdModel
internal import Glibc

/// The cookies of runs: a jar of the client for each run with requests, and a file that says the same.
final class CookieFiles {
  private struct Known {
    let jar: HTTPCookieJar
    var saved: [String]
    var users = 0
  }

  private let directory: String
  private let client: HTTPClient
  private var known: [Int64: Known] = [:]

  init(directory: String, client: HTTPClient) {
    self.directory = directory
    self.client = client
  }

  /// The jar of a run, read from its file when it is not known yet; `keep` must follow.
  func jar(of key: Int64) throws(HTTPProblem) -> HTTPCookieJar {
    if known[key] == nil {
      let lines = try read(key)
      known[key] = Known(jar: HTTPCookieJar(lines: lines), saved: lines)
    }
    known[key]?.users += 1
    return known[key]?.jar ?? HTTPCookieJar()
  }

  /// Writes the cookies of a run when they have changed.
  ///
  /// - Returns: Why they could not be written.
  func keep(_ lines: [String], of key: Int64) -> HTTPProblem? {
    guard var entry = known[key] else { return nil }
    entry.users -= 1
    defer { known[key] = entry }
    defer { forgetUnused(but: key) }
    guard lines != entry.saved else { return nil }
    do throws(HTTPProblem) {
      try PrivateDirectory.make(directory)
      let file = try ReplacedFile(private: path(key))
      try file.write(Array(lines.map { $0 + "\n" }.joined().utf8))
      try file.commit()
      entry.saved = lines
      return nil
    } catch {
      return error
    }
  }

  /// Removes the cookies of a run that has ended.
  func forget(_ key: Int64) {
    if let entry = known.removeValue(forKey: key) { client.discard(entry.jar) }
    unlink(path(key))
  }

  private func path(_ key: Int64) -> String { "\(directory)/\(key)" }

  private func read(_ key: Int64) throws(HTTPProblem) -> [String] {
    let descriptor = open(path(key), O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { return [] }
      throw HTTPProblem(.file, "cannot read the cookies in \(path(key)): \(SystemText.sentence(errno))")
    }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: Limits.cookieBytesMax)
    var count = 0
    while count < bytes.count {
      let more = bytes.withUnsafeMutableBytes {
        Glibc.read(descriptor, $0.baseAddress.map { $0 + count }, $0.count - count)
      }
      guard more > 0 else { break }
      count += more
    }
    return String(decoding: bytes.prefix(count), as: UTF8.self).split(separator: "\n").map(String.init)
  }

  /// Runs that have no request under way are read again when they have one.
  private func forgetUnused(but key: Int64) {
    guard known.count > Limits.cookieJarsInMemoryMax else { return }
    for (other, entry) in known where entry.users == 0 && other != key {
      client.discard(entry.jar)
      known[other] = nil
    }
  }
}
