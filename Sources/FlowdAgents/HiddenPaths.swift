internal import Glibc

/// What no agent may read, whatever a configuration says: keys and logins of the user.
enum HiddenPaths {
  private static let ofHome = [
    ".ssh", ".gnupg", ".aws", ".azure", ".netrc", ".kube", ".docker/config.json", ".config/gcloud",
    ".git-credentials", ".pgpass", ".password-store", ".local/share/keyrings",
  ]

  /// - Parameters:
  ///   - homes: Of the user.
  ///   - more: Absolute paths, or such that begin with `~/`: the daemon's own, and what the configuration adds.
  static func all(homes: [String], more: [String]) -> [String] {
    var paths = homes.flatMap { home in ofHome.map { "\(home)/\($0)" } }
    for path in more {
      if path == "~" || path.hasPrefix("~/") {
        paths += homes.map { $0 + path.dropFirst() }
      } else if path.hasPrefix("/") {
        paths.append(path)
      }
    }
    var seen: Set<String> = []
    return paths.filter { seen.insert($0).inserted }
  }

  /// The one that the system knows, and the one that `HOME` names when it is another: keys may be in both.
  static var homesOfUser: [String] {
    var homes: [String] = []
    if let entry = getpwuid(getuid()), let directory = entry.pointee.pw_dir { homes.append(String(cString: directory)) }
    if let named = getenv("HOME").map({ String(cString: $0) }), named.hasPrefix("/"), !homes.contains(named) {
      homes.append(named)
    }
    return homes
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
