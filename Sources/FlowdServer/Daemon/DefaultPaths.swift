internal import Glibc

/// Where things are unless the user says otherwise (XDG Base Directory Specification 0.8).
package enum DefaultPaths {
  package static func environment(_ name: String) -> String? {
    guard let value = getenv(name) else { return nil }
    let text = String(cString: value)
    return text.isEmpty ? nil : text
  }

  /// Of the user the daemon runs as.
  package static var home: String {
    if let home = environment("HOME") { return home }
    guard let entry = getpwuid(getuid()), let directory = entry.pointee.pw_dir else { return "/" }
    return String(cString: directory)
  }

  /// An XDG variable counts only when it is absolute.
  private static func xdg(_ name: String, _ fallback: String) -> String {
    guard let value = environment(name), value.hasPrefix("/") else { return "\(home)/\(fallback)" }
    return value
  }

  package static var socket: String {
    if let path = environment("FLOWD_SOCKET") { return path }
    if let runtime = environment("XDG_RUNTIME_DIR"), runtime.hasPrefix("/") { return "\(runtime)/flowd/flowd.sock" }
    return "/tmp/flowd-\(getuid())/flowd.sock"
  }

  package static var state: String { "\(xdg("XDG_STATE_HOME", ".local/state"))/flowd" }

  package static var configDirectory: String { "\(xdg("XDG_CONFIG_HOME", ".config"))/flowd" }
}
