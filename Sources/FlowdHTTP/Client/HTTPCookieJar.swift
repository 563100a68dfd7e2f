internal import CHTTP

/// Cookies that calls of one client share; they live in the client until it is told to discard them.
package final class HTTPCookieJar: Sendable {
  /// What is in it at first: lines of a Netscape cookie file.
  let initialLines: [String]

  package init(lines: [String] = []) { initialLines = lines }
}

/// The cookies of a jar, kept by libcurl; used on the client's thread only.
final class CookieShare {
  let handle: OpaquePointer

  init?(_ jar: HTTPCookieJar) {
    guard let handle = chttp_cookies_create() else { return nil }
    self.handle = handle
    add(jar.initialLines)
  }

  deinit { chttp_cookies_destroy(handle) }

  /// All cookies as lines of a Netscape cookie file; those beyond `bytesMax` together are forgotten.
  func lines(bytesMax: Int) -> [String] {
    let collected = CollectedLines()
    chttp_cookies_list(
      handle,
      { context, line in Unmanaged<CollectedLines>.fromOpaque(context).takeUnretainedValue().append(line) },
      Unmanaged.passUnretained(collected).toOpaque())
    var bytes = 0
    let kept = collected.lines.filter { line in
      guard bytes + line.utf8.count < bytesMax else { return false }
      bytes += line.utf8.count + 1
      return true
    }
    if kept.count < collected.lines.count {
      chttp_cookies_add(handle, "ALL")
      add(kept)
    }
    return kept
  }

  private func add(_ lines: [String]) {
    for line in lines { chttp_cookies_add(handle, line) }
  }
}

private final class CollectedLines {
  var lines: [String] = []

  func append(_ line: UnsafePointer<CChar>) { lines.append(String(cString: line)) }
}
