internal import FlowdModel
internal import Glibc

/// Finds what belongs to attempts whose launcher is gone.
///
/// A process belongs when its environment carries the attempt's token, when its session is a launcher's, or when one of its
/// ancestors belongs. Not found is a process that did all of this: replaced its environment, left the session, and
/// outlived its parent after the launcher was killed.
struct OrphanScan {
  /// More of an environment is not searched; the kernel takes 2 MiB of arguments and environment together by default.
  static let environmentBytesMax = 4_194_304

  /// Entries of the environment, `FLOWD_ATTEMPT=...`.
  private let tokens: Set<[UInt8]>
  /// Sessions of launchers that are dead and not yet reaped, so that their numbers still are their own.
  private let sessions: Set<Int32>
  private let own = getpid()

  init(attempts: Set<AttemptID>, sessions: Set<Int32> = []) {
    tokens = Set(attempts.map { Array(AttemptToken.entry(for: $0).utf8) })
    self.sessions = sessions
  }

  /// All such processes that live now; may miss one that is forked meanwhile, so it is repeated until nothing is found.
  ///
  /// - Returns: `nil` when the process table cannot be read, for want of descriptors mostly.
  func run() -> [ProcessIdentity]? {
    var processes: [Int32: ProcessStatus] = [:]
    for pid in ProcFile.processes() {
      if let status = ProcessStatus(of: pid), !status.isZombie { processes[pid] = status }
    }
    // A table without this process is none.
    guard processes.removeValue(forKey: own) != nil else { return nil }
    var belongs: [Int32: Bool] = [:]
    for pid in processes.keys { _ = check(pid, in: processes, &belongs) }
    return processes.values.filter { belongs[$0.identity.pid] == true }.map(\.identity)
  }

  private func check(_ pid: Int32, in processes: [Int32: ProcessStatus], _ belongs: inout [Int32: Bool]) -> Bool {
    // From the process up to an ancestor that is decided already; the length bounds a chain that changes while it is read.
    var chain: [Int32] = []
    var verdict = false
    var next = pid
    while chain.count <= processes.count, let status = processes[next] {
      if let known = belongs[next] {
        verdict = known
        break
      }
      chain.append(next)
      if sessions.contains(status.session) || carriesToken(next) {
        verdict = true
        break
      }
      next = status.parent
    }
    for pid in chain { belongs[pid] = verdict }
    return verdict
  }

  private func carriesToken(_ pid: Int32) -> Bool {
    guard let text = ProcFile.read("/proc/\(pid)/environ", bytesMax: Self.environmentBytesMax) else { return false }
    let variable = Array("\(AttemptToken.variable)=".utf8)
    return text.split(separator: 0).contains { entry in
      entry.starts(with: variable) && tokens.contains(Array(entry))
    }
  }
}
