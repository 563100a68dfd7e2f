internal import FlowdModel
internal import Glibc

/// What `/proc/PID/stat` says about a process.
struct ProcessStatus: Equatable, Sendable {
  let identity: ProcessIdentity
  let parent: Int32
  let session: Int32
  /// Ended and not yet waited for: it holds nothing but its number.
  let isZombie: Bool

  /// Reads it; `nil` when there is no such process.
  init?(of pid: Int32) {
    guard let text = ProcFile.read("/proc/\(pid)/stat", bytesMax: 4_096) else { return nil }
    self.init(pid: pid, stat: text)
  }

  /// Parses proc_pid_stat(5).
  init?(pid: Int32, stat text: [UInt8]) {
    // The second field, the program's name in brackets, may hold anything; the last bracket ends it.
    guard let bracket = text.lastIndex(of: UInt8(ascii: ")")) else { return nil }
    let fields = text[(bracket + 1)...].split(separator: UInt8(ascii: " "))
    guard fields.count >= 20, let parent = Self.number(fields[1]), let session = Self.number(fields[3]),
      let start = Self.number(fields[19])
    else { return nil }
    identity = ProcessIdentity(pid: pid, startTicks: start)
    self.parent = Int32(truncatingIfNeeded: parent)
    self.session = Int32(truncatingIfNeeded: session)
    isZombie = fields[0].first == UInt8(ascii: "Z") || fields[0].first == UInt8(ascii: "X")
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> UInt64? {
    UInt64(String(decoding: digits, as: UTF8.self))
  }
}

/// Files of `/proc`, which have no size and are made while they are read.
enum ProcFile {
  /// - Returns: At most `bytesMax` bytes; `nil` when the file is gone or not ours to read.
  static func read(_ path: String, bytesMax: Int) -> [UInt8]? {
    let raw = open(path, O_RDONLY | O_CLOEXEC)
    guard raw >= 0 else { return nil }
    let file = FileDescriptor(owning: raw)
    var bytes: [UInt8] = []
    var isReadable = true
    while bytes.count < bytesMax {
      let room = min(65_536, bytesMax - bytes.count)
      let part = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
        let got = Glibc.read(file.raw, buffer.baseAddress, room)
        isReadable = got >= 0
        count = max(0, got)
      }
      if part.isEmpty { break }
      bytes += part
    }
    return isReadable ? bytes : nil
  }

  /// All processes of the machine that this one may see.
  static func processes() -> [Int32] {
    guard let directory = opendir("/proc") else { return [] }
    defer { closedir(directory) }
    var pids: [Int32] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if let pid = Int32(name) { pids.append(pid) }
    }
    return pids
  }
}
