/// Finds the project a directory belongs to.
package enum Workspace {
  /// The nearest ancestor that holds `.flowd` or `.git`, else the directory itself.
  ///
  /// - Parameter exists: Whether a path exists.
  package static func find(from directory: String, exists: (String) -> Bool) -> String {
    var candidate = directory
    while true {
      let prefix = candidate == "/" ? "" : candidate
      if exists("\(prefix)/.flowd") || exists("\(prefix)/.git") { return candidate }
      guard candidate != "/", let slash = candidate.lastIndex(of: "/") else { return directory }
      candidate = slash == candidate.startIndex ? "/" : String(candidate[..<slash])
    }
  }
}
