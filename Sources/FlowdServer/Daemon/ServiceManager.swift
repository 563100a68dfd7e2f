internal import CLinux
internal import Glibc

/// Tells a service manager how the daemon is (sd_notify(3)): datagrams to the socket that NOTIFY_SOCKET names.
///
/// Written here rather than linked: libsystemd brings five more libraries into a process that starts in milliseconds,
/// and its manual page documents the protocol as stable and meant to be implemented.
enum ServiceManager {
  static func notify(_ state: String) {
    guard let path = DefaultPaths.environment("NOTIFY_SOCKET"), path.hasPrefix("/") || path.hasPrefix("@") else {
      return
    }
    let fd = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard fd >= 0 else { return }
    defer { close(fd) }
    var address = UnixAddress.make(path)
    var length = socklen_t(MemoryLayout<sockaddr_un>.size)
    if path.hasPrefix("@") {
      withUnsafeMutableBytes(of: &address.sun_path) { $0[0] = 0 }
      length = socklen_t(MemoryLayout<sa_family_t>.size + path.utf8.count)
    }
    let bytes = Array(state.utf8)
    withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = sendto(fd, bytes, bytes.count, Int32(MSG_NOSIGNAL), $0, length)
      }
    }
  }
}
