internal import CLinux

/// Why a component of this module could not be set up.
package enum StepsError: Error, Equatable, CustomStringConvertible {
  /// `flowd-launch` is missing or may not be executed.
  case launcherUnusable(path: String, code: Int32)
  /// A system call failed.
  case system(call: String, code: Int32)

  package var description: String {
    switch self {
    case .launcherUnusable(let path, let code):
      "flowd-launch at \(path) cannot be executed (\(errorText(code))); it is installed next to flowd"
    case .system(let call, let code):
      "\(call) failed: \(errorText(code))"
    }
  }
}

/// An errno value for people, such as `ENOENT: No such file or directory`.
func errorText(_ code: Int32) -> String {
  "\(String(cString: clinux_error_name(code))): \(String(cString: clinux_error_text(code)))"
}
