import CLinux
import FlowdModel
import Glibc
import Testing

@testable import FlowdSteps

extension CommandTests {
  /// What the launcher costs. `FLOWD_BENCHMARK=500` measures; without it, a few rounds keep the benchmark alive.
  @Suite struct SpawnOverhead {
    private static let rounds = getenv("FLOWD_BENCHMARK").flatMap { Int(String(cString: $0)) } ?? 5

    @Test func aLauncherCostsLittleMoreThanOneProcess() throws {
      // Not in /tmp, which may hold thousands of files: each costs a rule.
      let place = "/var/tmp/flowd-spawn-\(getpid())"
      for name in ["", "/home", "/home/.ssh"] { try #require(mkdir(place + name, 0o700) == 0) }
      defer { _ = clinux_remove_tree(place) }
      let hidden = ["\(place)/home/.ssh", "/root/.ssh"]
      let confined = ["--private", "\(place)/p"] + hidden.flatMap { ["--hide", $0] }
      let plain = try median { try Self.spawn("/bin/true", ["true"], control: 2) }
      let launched = try median { try Self.launch([]) }
      let restricted = try median { try Self.launch(confined) }
      let executed = try medianOfExecutor(nil, in: place)
      let executedConfined = try medianOfExecutor(Confinement(hidden: hidden), in: place)
      if getenv("FLOWD_BENCHMARK") != nil {
        print("posix_spawn \(plain), under flowd-launch \(launched), confined \(restricted)")
        print("start to finished \(executed), confined \(executedConfined)")
        #expect(launched < plain * 2 && restricted < plain * 3)
      }
    }

    private func medianOfExecutor(_ confinement: Confinement?, in place: String) throws -> Duration {
      var ends: [Int32] = [-1, -1]
      try #require(clinux_pipe(&ends) == 0)
      defer { for end in ends { close(end) } }
      let finished = ends[1]
      var options = CommandExecutor.Options()
      options.privateDirectory = "\(place)/private"
      let executor = try CommandExecutor(launcherPath: Steps.launcherPath, options: options) { reports in
        for case .finished(let result) in reports.map(\.kind) {
          #expect(result.outcome == .exited(0))
          _ = write(finished, "!", 1)
        }
      }
      defer { executor.shutdown() }
      return try median {
        executor.start(
          CommandRequest(
            attempt: .unique(), arguments: ["/bin/true"], environment: ["PATH=/bin"], workingDirectory: "/",
            confinement: confinement))
        var byte: UInt8 = 0
        #expect(read(ends[0], &byte, 1) == 1)
      }
    }

    private static func launch(_ options: [String]) throws {
      var ends: [Int32] = [-1, -1]
      try #require(socketpair(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0)
      defer { for end in ends { close(end) } }
      try spawn(
        Steps.launcherPath, ["flowd-launch", "5000", "1000", "/"] + options + ["--", "/bin/true"], control: ends[1])
    }

    private func median(_ work: () throws -> Void) throws -> Duration {
      let clock = ContinuousClock()
      let times = try (0..<Self.rounds).map { _ in try clock.measure { try work() } }.sorted()
      return times[times.count / 2]
    }

    private static func spawn(_ file: String, _ words: [String], control: Int32) throws {
      let arguments = CStringArray(words)
      let environment = CStringArray(["PATH=/usr/bin:/bin"])
      var pid: Int32 = 0
      let code = clinux_spawn(
        &pid, file, try #require(arguments.pointers.baseAddress), try #require(environment.pointers.baseAddress), -1, 2,
        2,
        control)
      try #require(code == 0)
      var status: Int32 = 0
      waitpid(pid, &status, 0)
      #expect(status == 0)
    }
  }
}
