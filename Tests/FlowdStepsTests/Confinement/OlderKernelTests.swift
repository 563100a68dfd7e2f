import FlowdModel
import Glibc
import Testing

@testable import FlowdSteps

extension CommandTests {
  /// What Landlock does not keep in on an older kernel, the filter and the launcher do.
  @Suite struct OlderKernelTests {
    /// Landlock's versions of Linux 5.13, 5.19 (as in Debian 12), 6.7 (as in Ubuntu 24.04) and 6.10.
    static let versions = [1, 2, 4, 5]

    /// A launcher that is told that the kernel has an older Landlock, and what it said to the kernel then.
    private struct OlderKernel: ~Copyable {
      let folder: TemporaryFolder
      let launcherPath: String

      /// - Parameter fault: What else strace lets fail.
      init(landlock version: Int, fault: String = "") throws {
        let folder = try TemporaryFolder()
        // The first call asks for the version; the others reach the kernel. The launcher keeps its pid, and strace does
        // not have the token by which an attempt's processes are known.
        launcherPath = try folder.script(
          "flowd-launch",
          """
          #!/bin/sh
          exec env -u FLOWD_ATTEMPT strace -DDD -f -qq --seccomp-bpf -X raw -o "$0.$$.calls" -e signal=none \
            -e trace=landlock_create_ruleset,seccomp \
            -e inject=landlock_create_ruleset:retval=\(version):when=1 \(fault) \
            -E FLOWD_ATTEMPT="$FLOWD_ATTEMPT" "\(Steps.launcherPath)" "$@"
          """)
        self.folder = folder
      }

      /// The rulesets that were asked for, as strace writes them.
      func rulesets() throws -> [String] {
        let names = ConfinedWorld.names(in: folder.path).filter { $0.hasSuffix(".calls") }
        return try names.flatMap { name in
          try text(of: "\(folder.path)/\(name)").split(separator: "\n").filter { $0.contains("({") }.map(String.init)
        }
      }

      private func text(of file: String) throws -> String {
        let raw = open(file, O_RDONLY | O_CLOEXEC)
        try #require(raw >= 0)
        defer { close(raw) }
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = read(raw, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
      }
    }

    @Test(arguments: versions)
    func everyAttemptToBreakOutIsDenied(landlock version: Int) async throws {
      let kernel = try OlderKernel(landlock: version)
      let world = try await ConfinedWorld(launcherPath: kernel.launcherPath)
      try await ConfinementTests.everythingIsDenied(in: world)
    }

    /// An older kernel refuses a ruleset with a right that it does not know, and one that is longer than it knows.
    @Test(arguments: [(1, "0x1fff"), (2, "0x3fff"), (3, "0x7fff"), (4, "0x7fff"), (5, "0xffff")])
    func theRulesetIsOneThatTheKernelKnows(landlock version: Int, rights: String) async throws {
      let kernel = try OlderKernel(landlock: version)
      let world = try await ConfinedWorld(launcherPath: kernel.launcherPath)
      #expect(try await world.run("echo started").output == "started\n")
      let rulesets = try kernel.rulesets()
      #expect(rulesets.count == 1)
      #expect(rulesets.first?.contains("({handled_access_fs=\(rights)}, 8, 0) = ") == true, "\(rulesets)")
    }

    /// The same as where Landlock decides, which is version 6.
    @Test(arguments: [1, 5, 6])
    func aProgramSignalsItselfAndWhatItStarted(landlock version: Int) async throws {
      // The kernels with version 1 do not know SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV either.
      let fault = version == 1 ? "-e inject=seccomp:error=EINVAL:when=1" : ""
      let kernel = try OlderKernel(landlock: version, fault: fault)
      let world = try await ConfinedWorld(launcherPath: kernel.launcherPath)
      let result = try await world.run("exec python3 \(ConfinedWorld.agent("own_signals.py"))")
      #expect(result.outcome == .exited(0), "\(result.errors)")
      let expected = [
        "shell 143", "job 137", "trap 7", "terminate -15", "group -9", "grandchild 143", "abort -6", "own group 41",
        "self 1", "raise 1", "queue 1", "threads 2", "storm 4", "absent ESRCH", "everybody 2",
      ]
      #expect(result.output.split(separator: "\n").map(String.init) == expected)
    }

    @Test func whoSignalsWithoutEndIsEndedNoLater() async throws {
      let kernel = try OlderKernel(landlock: 4)
      let world = try await ConfinedWorld(launcherPath: kernel.launcherPath)
      let script = """
        import os, signal
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        for _ in range(4): os.fork()
        print(end="!", flush=True)
        while True:
          os.kill(os.getpid(), 0)
          try: os.kill(os.getppid(), 0)
          except OSError: pass
        """
      let attempt = world.steps.start(
        ["python3", "-c", script], environment: world.environment, confinement: world.confinement)
      try await eventually("all run") { world.steps.text(of: attempt).count == 16 }
      let clock = ContinuousClock()
      let begin = clock.now
      world.steps.executor.terminate(attempt)
      #expect(try await world.steps.result(of: attempt).outcome == .cancelled)
      #expect(clock.now - begin < .seconds(30))
      #expect(world.privateDirectories == [])
    }

    @Test func whenTheLauncherHasBeenKilledNobodyCanBeSignalled() async throws {
      let kernel = try OlderKernel(landlock: 4)
      let world = try await ConfinedWorld(launcherPath: kernel.launcherPath)
      // It ends by itself: strace has the launcher's socket too, so the executor would not notice yet.
      let script = """
        import errno, os, signal, sys
        print("ready", flush=True)
        refused = 0
        while refused < 100:
          try: os.kill(\(world.victimPID), signal.SIGWINCH)
          except OSError as error: refused += error.errno == errno.ENOSYS
        os.execv(sys.executable, ["python3", "\(ConfinedWorld.agent("hostile.py"))", "signal-by-own-listener"])
        """
      let attempt = world.steps.start(
        ["python3", "-c", script], environment: world.environment, confinement: world.confinement)
      try await eventually("it runs") { world.steps.text(of: attempt) == "ready\n" }
      let launcher = try #require(world.steps.launcher(of: attempt))
      kill(launcher.pid, SIGKILL)
      let result = try await world.steps.result(of: attempt)
      #expect(result.outcome == .signalled(SIGKILL))
      #expect(result.output == "ready\nsignal-by-own-listener denied EPERM\n")
      #expect(!world.wasSignalled)
    }
  }
}
