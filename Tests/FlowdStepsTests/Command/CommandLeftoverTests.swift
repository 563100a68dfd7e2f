import FlowdModel
import Glibc
import Testing

@testable import FlowdSteps

extension CommandTests {
  @Suite struct Leftovers {
    /// Leaves its session, its group, its parent, its descriptors and the folder, as daemons do.
    private static let daemon = "setsid sh -c 'exec </dev/null >/dev/null 2>&1; cd /; (sleep 1000 & echo $! > FILE)' &"

    @Test func whatDaemonisedIsEndedWhenTheCommandEnds() async throws {
      let steps = try Steps()
      let folder = try TemporaryFolder()
      let file = "\(folder.path)/pid"
      let script = Self.daemon.replacing("FILE", with: file)
      let attempt = steps.start(shell: "\(script) while [ ! -s \(file) ]; do sleep 0.01; done; exit 4")
      #expect(try await steps.result(of: attempt).outcome == .exited(4))
      let daemon = try #require(folder.number(in: "pid"))
      #expect(ProcessStatus(of: daemon) == nil)
    }

    @Test func whatDaemonisedIsEndedByACancel() async throws {
      let steps = try Steps()
      let folder = try TemporaryFolder()
      let script = Self.daemon.replacing("FILE", with: "\(folder.path)/pid")
      let attempt = steps.start(shell: "\(script) exec sleep 1000")
      try await eventually("the daemon runs") { folder.number(in: "pid") != nil }
      let daemon = try #require(folder.number(in: "pid"))
      #expect(ProcessStatus(of: daemon)?.session != steps.launcher(of: attempt)?.pid)
      steps.executor.terminate(attempt)
      #expect(try await steps.result(of: attempt).outcome == .cancelled)
      #expect(ProcessStatus(of: daemon) == nil)
    }

    @Test func aBackgroundChildDoesNotHoldTheStepOpen() async throws {
      let steps = try Steps()
      let clock = ContinuousClock()
      let begin = clock.now
      let attempt = steps.start(shell: "sleep 1000 & exit 0")
      #expect(try await steps.result(of: attempt).outcome == .exited(0))
      #expect(clock.now - begin < .seconds(30))
    }

    @Test func aBackgroundChildThatIgnoresTermIsKilledAfterTheShortGrace() async throws {
      let steps = try Steps { $0.grace = .seconds(60) }
      let clock = ContinuousClock()
      let begin = clock.now
      let attempt = steps.start(shell: "(trap '' TERM; while :; do sleep 1; done) & exit 0")
      #expect(try await steps.result(of: attempt).outcome == .exited(0))
      #expect(clock.now - begin < .seconds(30))
    }

    @Test func whatIsWrittenJustAfterTheCommandEndedIsKept() async throws {
      let steps = try Steps()
      let attempt = steps.start(shell: "(sleep 0.01; echo tail) & echo head")
      #expect(try await steps.result(of: attempt).stdout == Array("head\ntail\n".utf8))
    }

    @Test func aGrandchildThatHoldsThePipeIsEndedAndWhatItWroteIsKept() async throws {
      let steps = try Steps()
      let attempt = steps.start(shell: "sh -c 'echo from below; sleep 1000 & sleep 1000 & exit 0'; echo from above")
      let result = try await steps.result(of: attempt)
      #expect(result.outcome == .exited(0))
      #expect(result.stdout == Array("from below\nfrom above\n".utf8))
    }

    @Test func aCommandThatKillsItsLauncherLeavesNothing() async throws {
      let steps = try Steps()
      let attempt = steps.start(shell: "sleep 1000 & setsid sleep 1000 & echo ready; kill -9 $PPID; sleep 1000")
      let result = try await steps.result(of: attempt)
      #expect(result.outcome == .signalled(SIGKILL))
      #expect(result.stdout == Array("ready\n".utf8))
    }

    @Test func aCommandThatKillsItsLauncherAndHidesItsEnvironmentIsFoundByItsSession() async throws {
      let steps = try Steps()
      let folder = try TemporaryFolder()
      let file = "\(folder.path)/pid"
      let attempt = steps.start(shell: "env -i sh -c 'sleep 1000 & echo $! > \(file)'; kill -9 $PPID; exit 0")
      #expect(try await steps.result(of: attempt).outcome == .signalled(SIGKILL))
      let hidden = try #require(folder.number(in: "pid"))
      #expect(ProcessStatus(of: hidden).map(\.isZombie) ?? true)
    }

    @Test func aKilledLaunchersTreeGetsItsGrace() async throws {
      let steps = try Steps { $0.grace = .seconds(20) }
      let attempt = steps.start(
        shell: "trap 'echo bye; exit 0' TERM; echo ready; kill -9 $PPID; while :; do sleep 0.01; done")
      #expect(try await steps.result(of: attempt).stdout == Array("ready\nbye\n".utf8))
    }
  }
}
