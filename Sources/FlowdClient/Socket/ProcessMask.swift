internal import Glibc

/// The permissions that this process does not give to new files.
public enum ProcessMask {
  /// As umask(2) has it; `nil` where the kernel does not tell it.
  public static var current: UInt32? {
    // umask(2) tells the mask only by setting another one, which every thread would make files with meanwhile.
    let descriptor = open("/proc/self/status", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    // The line is the second one, behind a name of at most 64 bytes.
    var bytes = [UInt8](repeating: 0, count: 512)
    let count = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
    let lines = bytes.prefix(max(0, count)).split(separator: UInt8(ascii: "\n"))
    let name = Array("Umask:".utf8)
    guard let line = lines.first(where: { $0.starts(with: name) }) else { return nil }
    let digits = line.dropFirst(name.count).filter { (UInt8(ascii: "0")...UInt8(ascii: "7")).contains($0) }
    return UInt32(String(decoding: digits, as: UTF8.self), radix: 8)
  }
}
