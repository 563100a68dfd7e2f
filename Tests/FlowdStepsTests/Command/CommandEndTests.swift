import FlowdModel
import Glibc
import Testing

@testable import FlowdSteps

extension CommandTests {
  @Suite struct End {
    @Test(arguments: [0, 1, 42, 255])
    func exitCodesAreReported(code: Int32) async throws {
      let steps = try Steps()
      #expect(try await steps.result(of: steps.start(shell: "exit \(code)")).outcome == .exited(code))
    }

    @Test(arguments: [SIGTERM, SIGKILL, SIGSEGV, SIGINT, SIGPIPE, SIGHUP])
    func signalsAreReported(signal: Int32) async throws {
      let steps = try Steps()
      let attempt = steps.start(shell: "ulimit -c 0; kill -\(signal) $$; sleep 1000")
      #expect(try await steps.result(of: attempt).outcome == .signalled(signal))
    }

    @Test func aCancelledCommandMayCleanUp() async throws {
      let steps = try Steps { $0.grace = .seconds(10) }
      let attempt = steps.start(shell: "trap 'echo bye; exit 5' TERM; echo ready; while :; do sleep 0.01; done")
      try await eventually("ready") { steps.text(of: attempt) == "ready\n" }
      steps.executor.terminate(attempt)
      let result = try await steps.result(of: attempt)
      #expect(result.outcome == .cancelled)
      #expect(result.stdout == Array("ready\nbye\n".utf8))
    }

    @Test func aCommandThatIgnoresTermIsKilledAfterTheGrace() async throws {
      let steps = try Steps { $0.grace = .milliseconds(300) }
      let attempt = steps.start(shell: "trap '' TERM; echo ready; while :; do sleep 0.05; done")
      try await eventually("ready") { steps.text(of: attempt) == "ready\n" }
      let clock = ContinuousClock()
      let begin = clock.now
      steps.executor.terminate(attempt)
      #expect(try await steps.result(of: attempt).outcome == .cancelled)
      #expect(clock.now - begin >= .milliseconds(295))
      #expect(clock.now - begin < .seconds(30))
    }

    @Test func aStoppedCommandIsEnded() async throws {
      let steps = try Steps { $0.grace = .seconds(30) }
      let attempt = steps.start(shell: "echo ready; kill -STOP $$; sleep 1000")
      try await eventually("ready") { steps.text(of: attempt) == "ready\n" }
      steps.executor.terminate(attempt)
      #expect(try await steps.result(of: attempt).outcome == .cancelled)
    }

    @Test func aCommandThatStopsItsLauncherIsEnded() async throws {
      let steps = try Steps()
      let attempt = steps.start(shell: "kill -STOP $PPID; echo ready; exec sleep 1000")
      try await eventually("ready") { steps.text(of: attempt) == "ready\n" }
      steps.executor.terminate(attempt)
      #expect(try await steps.result(of: attempt).outcome == .cancelled)
    }

    @Test func aLauncherThatIsStoppedAgainAndAgainIsKilled() async throws {
      let steps = try Steps { $0.launcherPatience = .milliseconds(200) }
      let attempt = steps.start(
        shell: "trap '' TERM; echo ready; while :; do kill -STOP $PPID; done")
      try await eventually("ready") { steps.text(of: attempt) == "ready\n" }
      steps.executor.terminate(attempt)
      #expect(try await steps.result(of: attempt).outcome == .cancelled)
    }

    @Test func timeoutsEndTheWholeTree() async throws {
      let steps = try Steps()
      let attempt = steps.start(shell: "sleep 1000 & sleep 1000 & echo $!; wait", timeout: .seconds(2))
      let result = try await steps.result(of: attempt)
      #expect(result.outcome == .timedOut)
      #expect(result.stdout.last == UInt8(ascii: "\n"))
    }

    @Test func aTimeoutThatIsNotReachedChangesNothing() async throws {
      let steps = try Steps()
      let attempt = steps.start(shell: "exit 3", timeout: .seconds(Int64.max))
      #expect(try await steps.result(of: attempt).outcome == .exited(3))
    }

    @Test func aForkBombIsEnded() async throws {
      let steps = try Steps { $0.grace = .milliseconds(100) }
      // Every process ignores SIGTERM and replaces itself by two; the limit keeps the machine usable.
      let bomb = "trap '' TERM; f() { [ $1 -lt 6 ] && { f $(($1+1)) & f $(($1+1)) & }; sleep 1000; }; echo ready; f 0"
      let attempt = steps.start(shell: bomb)
      try await eventually("ready") { steps.text(of: attempt) == "ready\n" }
      steps.executor.terminate(attempt)
      #expect(try await steps.result(of: attempt).outcome == .cancelled)
    }

    @Test func shutdownEndsEverythingAndDeliversNothingMore() async throws {
      let steps = try Steps()
      let attempts = (0..<5).map { _ in
        steps.start(shell: "trap '' TERM; (trap '' TERM; setsid sleep 1000) & echo ready; while :; do sleep 1; done")
      }
      for attempt in attempts { try await eventually("ready") { steps.text(of: attempt) == "ready\n" } }
      steps.executor.shutdown()
      for attempt in attempts {
        #expect(steps.resultIfFinished(attempt) == nil)
        #expect(steps.processes(of: attempt) == [])
        #expect(steps.launcher(of: attempt)?.isAlive == false)
      }
      steps.executor.shutdown()
    }
  }
}
