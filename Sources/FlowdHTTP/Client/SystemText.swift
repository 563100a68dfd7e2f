internal import CLinux

/// What errno values mean, for people.
enum SystemText {
  /// Such as `permission denied`.
  static func sentence(_ code: Int32) -> String {
    let text = String(cString: clinux_error_text(code))
    return text.prefix(1).lowercased() + text.dropFirst()
  }
}
