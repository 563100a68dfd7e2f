internal import Glibc

/// What no agent may read, whatever a configuration says: keys and logins of the user.
enum HiddenPaths {
  private static let ofHome = [
    ".ssh", ".gnupg", ".aws", ".azure", ".netrc", ".kube", ".docker/config.json", ".config/gcloud",
    ".git-credentials", ".pgpass", ".password-store", ".local/share/keyrings",
  ]

  /// - Parameters:
  ///   - home: Of the user; empty: unknown.
  ///   - more: Absolute paths, or such that begin with `~/`: the daemon's own, and what the configuration adds.
  static func all(home: String, more: [String]) -> [String] {
    var paths = home.isEmpty ? [] : ofHome.map { "\(home)/\($0)" }
    for path in more {
      if path == "~" || path.hasPrefix("~/") {
        if !home.isEmpty { paths.append(home + path.dropFirst()) }
      } else if path.hasPrefix("/") {
        paths.append(path)
      }
    }
    var seen: Set<String> = []
    return paths.filter { seen.insert($0).inserted }
  }

  /// As the system knows it; `HOME` may be another's, or be missing.
  static var homeOfUser: String {
    if let entry = getpwuid(getuid()), let directory = entry.pointee.pw_dir { return String(cString: directory) }
    return getenv("HOME").map { String(cString: $0) } ?? ""
  }

  /// Whether a path is one of the hidden ones or below one, links resolved.
  static func hide(_ path: String, _ hidden: [String]) -> Bool {
    let path = resolved(path)
    return hidden.contains { entry in
      let entry = resolved(entry)
      return path == entry || path.hasPrefix(entry + "/")
    }
  }

  private static func resolved(_ path: String) -> String {
    guard let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
  }
}
