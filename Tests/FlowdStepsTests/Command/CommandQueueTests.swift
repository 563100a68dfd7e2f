import FlowdModel
import Glibc
import Testing

@testable import FlowdSteps

extension CommandTests {
  @Suite struct Queue {
    @Test func threeHundredStartsShareThirtyTwoPlaces() async throws {
      let steps = try Steps { $0.processesMax = 32 }
      let folder = try TemporaryFolder()
      // Each counts those that run at the same time, itself included.
      let script = "touch $$.run; ls *.run | wc -l; sleep 0.1; rm $$.run"
      let attempts = (0..<300).map { _ in
        steps.start(["/bin/sh", "-c", script], directory: folder.path)
      }
      var most = 0
      for attempt in attempts {
        let result = try await steps.result(of: attempt, within: .seconds(60))
        #expect(result.outcome == .exited(0))
        let count = Int(String(decoding: result.stdout, as: UTF8.self).split(separator: "\n").first ?? "") ?? 0
        most = max(most, count)
      }
      #expect(most > 1 && most <= 32)
    }

    @Test func waitingCommandsStartInTheOrderInWhichTheyCame() async throws {
      let steps = try Steps { $0.processesMax = 1 }
      let folder = try TemporaryFolder()
      let attempts = (0..<20).map { steps.start(["/bin/sh", "-c", "echo \($0) >> order"], directory: folder.path) }
      for attempt in attempts { #expect(try await steps.result(of: attempt).outcome == .exited(0)) }
      let order = ProcFileReader.text("\(folder.path)/order")
      #expect(order == (0..<20).map { "\($0)\n" }.joined())
    }

    @Test func aCancelledWaiterFinishesAtOnceAndNeverRuns() async throws {
      let steps = try Steps { $0.processesMax = 1 }
      let folder = try TemporaryFolder()
      let first = steps.start(shell: "exec sleep 1000")
      let waiter = steps.start(["touch", "ran"], directory: folder.path)
      let last = steps.start(["true"])
      steps.executor.terminate(waiter)
      #expect(try await steps.result(of: waiter).outcome == .cancelled)
      #expect(steps.reports(of: waiter).count == 1)
      #expect(steps.resultIfFinished(first) == nil)
      steps.executor.terminate(first)
      #expect(try await steps.result(of: first).outcome == .cancelled)
      #expect(try await steps.result(of: last).outcome == .exited(0))
      #expect(folder.contents == [])
    }

    @Test func descriptorsAndProcessesAreBackAfterTwoHundredRuns() async throws {
      let steps = try Steps()
      _ = try await steps.result(of: steps.start(shell: "echo warm"))
      let before = openDescriptors()
      var launchers: [ProcessIdentity] = []
      for round in 0..<50 {
        let scripts = ["echo x", "kill -9 $PPID", "exec no-such-program-here", "sleep 1000 & exit 0"]
        let attempts = scripts.prefix(round % 10 == 0 ? 4 : 3).map { steps.start(shell: $0) }
        let missing = steps.start(["/no/such/program"])
        for attempt in attempts + [missing] {
          _ = try await steps.result(of: attempt, within: .seconds(60))
          if let launcher = steps.launcher(of: attempt) { launchers.append(launcher) }
        }
      }
      // Also not as zombies: then the number would still be taken.
      try await eventually("all launchers are reaped") {
        launchers.allSatisfy { ProcessStatus(of: $0.pid)?.identity != $0 }
      }
      // Other tests of this process may have some open meanwhile; a leak would be hundreds that stay.
      try await eventually("the descriptors are closed") { openDescriptors() - before < 20 }
    }

    @Test func unknownAttemptsAreIgnored() async throws {
      let steps = try Steps()
      let stranger = AttemptID.unique()
      steps.executor.terminate(stranger)
      steps.executor.acknowledge(stranger, bytes: 5)
      #expect(try await steps.result(of: steps.start(["true"])).outcome == .exited(0))
      #expect(steps.reports(of: stranger) == [])
    }

    @Test func aCommandBeyondTheQueueIsRefused() async throws {
      let steps = try Steps { $0.processesMax = 0 }
      for _ in 0..<Limits.waitingCommandsMax { _ = steps.start([]) }
      let refused = steps.start(["true"])
      guard case .notStarted(let reason) = try await steps.result(of: refused).outcome else {
        Issue.record("it was accepted")
        return
      }
      #expect(reason.contains("\(Limits.waitingCommandsMax) commands wait"))
    }

    private func openDescriptors() -> Int {
      guard let directory = opendir("/proc/self/fd") else { return 0 }
      defer { closedir(directory) }
      var count = 0
      while readdir(directory) != nil { count += 1 }
      return count
    }
  }
}
