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
      let plain = try median { try Self.spawn("/bin/true", ["true"], control: 2) }
      let launched = try median {
        var ends: [Int32] = [-1, -1]
        try #require(socketpair(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0)
        defer { for end in ends { close(end) } }
        try Self.spawn(
          Steps.launcherPath, ["flowd-launch", "5000", "1000", "/", "--", "/bin/true"], control: ends[1])
      }
      let executed = try medianOfExecutor()
      if getenv("FLOWD_BENCHMARK") != nil {
        print("posix_spawn \(plain), under flowd-launch \(launched), start to finished \(executed)")
        #expect(launched < plain * 2.5)
      }
    }

    private func medianOfExecutor() throws -> Duration {
      var ends: [Int32] = [-1, -1]
      try #require(clinux_pipe(&ends) == 0)
      defer { for end in ends { close(end) } }
      let finished = ends[1]
      let executor = try CommandExecutor(launcherPath: Steps.launcherPath) { reports in
        for case .finished in reports.map(\.kind) { _ = write(finished, "!", 1) }
      }
      defer { executor.shutdown() }
      return try median {
        executor.start(
          CommandRequest(
            attempt: .unique(), arguments: ["/bin/true"], environment: ["PATH=/bin"], workingDirectory: "/"))
        var byte: UInt8 = 0
        #expect(read(ends[0], &byte, 1) == 1)
      }
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
        &pid, file, try #require(arguments.pointers.baseAddress), try #require(environment.pointers.baseAddress), -1, 2, 2,
        control)
      try #require(code == 0)
      var status: Int32 = 0
      waitpid(pid, &status, 0)
      #expect(status == 0)
    }
  }
}
