internal import Glibc

/// Finds programs of this installation.
package enum ProgramPath {
  /// The file of the running program.
  package static var own: String? {
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = buffer.withUnsafeMutableBytes { bytes in
      bytes.withMemoryRebound(to: CChar.self) { text in
        text.baseAddress.map { readlink("/proc/self/exe", $0, text.count) } ?? -1
      }
    }
    guard count > 0 else { return nil }
    return String(validating: buffer[..<count], as: UTF8.self)
  }

  /// An executable file beside the running program, else in `$PATH`.
  package static func find(_ name: String) -> String? {
    var directories: [String] = []
    if let own, let slash = own.lastIndex(of: "/") { directories.append(String(own[..<slash])) }
    if let path = getenv("PATH") {
      directories += String(cString: path).split(separator: ":").map(String.init).filter { $0.hasPrefix("/") }
    }
    return directories.map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
  }
}
