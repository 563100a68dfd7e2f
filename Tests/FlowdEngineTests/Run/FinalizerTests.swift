import FlowdEngine
import FlowdModel
import Testing

/// Steps whose `if` asks how the run goes.
@Suite("Finalizers")
struct FinalizerTests {
  private static let command = "uses: run, with: { command: \"true\" }"

  private static let cleanup = """
    steps:
      - { id: work, \(command) }
      - { id: more, \(command) }
      - { id: cleanup, \(command), if: "${{ always() }}" }
      - { id: alarm, \(command), needs: [work], if: "${{ failure() }}" }
      - { id: undo, \(command), needs: [work], if: "${{ cancelled() }}" }
      - { id: praise, \(command), needs: [more], if: "${{ success() }}" }
    """

  @Test("When all goes well, always() and success() run, failure() and cancelled() do not")
  func good() throws {
    let (lab, run) = try Lab.running(Self.cleanup)
    for step in ["work", "more", "cleanup", "praise"] { lab.finish(run, step) }
    #expect(lab.status(run) == .succeeded)
    #expect(lab.stepStatuses(run) == [.succeeded, .succeeded, .succeeded, .skipped, .skipped, .succeeded])
  }

  @Test("After a failure always() and failure() run, and the run has failed")
  func failed() throws {
    let (lab, run) = try Lab.running(Self.cleanup)
    lab.finish(run, "work", .exited(1))
    #expect(Set(lab.runningSteps(run)) == ["cleanup", "alarm"])
    #expect(lab.status(run) == .running)
    lab.finish(run, "alarm")
    lab.finish(run, "cleanup", .exited(1))
    #expect(lab.status(run) == .failed)
    #expect(lab.stepStatuses(run) == [.failed, .notRun, .failed, .succeeded, .skipped, .notRun])
    #expect(lab.store.run(run)?.error == "step \"work\": exited with code 1")
  }

  @Test("After a graceful cancel always() and cancelled() run, after a forced one nothing does")
  func cancelled() throws {
    for mode in CancelMode.allCases {
      let (lab, run) = try Lab.running(Self.cleanup)
      let session = try #require(lab.store.run(run)?.sessionID)
      _ = try lab.cancel(session, run, mode)
      lab.finish(run, "work", mode == .force ? .cancelled : .exited(0))
      if mode == .graceful {
        #expect(Set(lab.runningSteps(run)) == ["cleanup", "undo"])
        lab.finish(run, "cleanup")
        lab.finish(run, "undo")
      }
      #expect(lab.status(run) == (mode == .force ? .cancelled : .interrupted))
      let ends: [StepStatus] =
        mode == .force
        ? [.cancelled, .notRun, .notRun, .notRun, .notRun, .notRun]
        : [.succeeded, .notRun, .succeeded, .skipped, .succeeded, .notRun]
      #expect(lab.stepStatuses(run) == ends)
    }
  }

  @Test("A finalizer waits for what it needs and still runs, and for other finalizers it needs")
  func order() throws {
    let (lab, run) = try Lab.running(
      """
      on-failure: finish
      steps:
        - { id: a, \(Self.command), needs: [] }
        - { id: b, \(Self.command), needs: [] }
        - { id: never, \(Self.command), needs: [b] }
        - { id: first, \(Self.command), needs: [a, b, never], if: "${{ always() }}" }
        - { id: second, \(Self.command), needs: [first], if: "${{ always() }}" }
      """)
    lab.finish(run, "a", .exited(1))
    #expect(lab.runningSteps(run) == ["b"])
    lab.finish(run, "b")
    #expect(lab.runningSteps(run) == ["first"])
    lab.finish(run, "first", .exited(1))
    #expect(lab.runningSteps(run) == ["second"])
    lab.finish(run, "second")
    #expect(lab.status(run) == .failed)
    #expect(lab.stepStatuses(run) == [.failed, .succeeded, .notRun, .failed, .succeeded])
  }

  @Test("Force after grace ends the finalizers in hand, and none that needs them starts")
  func forceAfterGrace() throws {
    let (lab, run) = try Lab.running(
      """
      steps:
        - { id: a, \(Self.command) }
        - { id: first, \(Self.command), if: "${{ always() }}" }
        - { id: second, \(Self.command), if: "${{ always() }}" }
      """)
    let session = try #require(lab.store.run(run)?.sessionID)
    _ = try lab.cancel(session, run, .graceful)
    lab.finish(run, "a")
    #expect(lab.runningSteps(run) == ["first"])
    _ = try lab.cancel(session, run, .force)
    #expect(lab.executor.areAllTerminated)
    lab.finish(run, "first", .cancelled)
    #expect(lab.status(run) == .cancelled)
    #expect(lab.stepStatuses(run) == [.succeeded, .cancelled, .notRun])
  }

  @Test("A finalizer runs although the step it needs fails after a graceful cancel")
  func failureAfterGrace() throws {
    let (lab, run) = try Lab.running(
      "steps: [{ id: a, \(Self.command) }, { id: cleanup, \(Self.command), if: \"${{ always() }}\" }]")
    _ = try lab.cancel(try #require(lab.store.run(run)?.sessionID), run, .graceful)
    lab.finish(run, "a", .exited(1))
    #expect(lab.runningSteps(run) == ["cleanup"])
    lab.finish(run, "cleanup")
    #expect(lab.status(run) == .failed)
  }

  @Test("After a forced cancel no finalizer starts when the step it needs ends")
  func forceAtOnce() throws {
    let (lab, run) = try Lab.running(
      """
      steps:
        - { id: a, \(Self.command) }
        - { id: cleanup, \(Self.command), needs: { a: any }, if: "${{ always() }}" }
      """)
    let session = try #require(lab.store.run(run)?.sessionID)
    _ = try lab.cancel(session, run, .force)
    lab.finish(run, "a", .cancelled)
    #expect(lab.status(run) == .cancelled)
    #expect(lab.stepStatuses(run) == [.cancelled, .notRun])
  }

  @Test("A finalizer that runs already goes on when the run fails or is cancelled with grace")
  func inHand() throws {
    for byFailure in [true, false] {
      let (lab, run) = try Lab.running(
        """
        steps:
          - { id: a, \(Self.command), needs: [] }
          - { id: guard, \(Self.command), needs: [], if: "${{ always() }}" }
          - { id: pause, uses: wait, with: { for: 1m }, needs: [], if: "${{ always() }}" }
        """)
      if byFailure {
        lab.finish(run, "a", .exited(1))
      } else {
        _ = try lab.cancel(try #require(lab.store.run(run)?.sessionID), run, .graceful)
        lab.finish(run, "a")
      }
      #expect(lab.runningSteps(run) == ["guard"])
      #expect(lab.work(run, "guard")?.isTerminated == false)
      lab.finish(run, "guard")
      #expect(lab.status(run) == .running)
      lab.pass(.seconds(60))
      #expect(lab.status(run) == (byFailure ? .failed : .interrupted))
      #expect(lab.stepStatuses(run).dropFirst() == [.succeeded, .succeeded])
    }
  }

  @Test("A finalizer has its list, its retries and its repetitions although the run ends", arguments: [false, true])
  func whole(_ restarts: Bool) throws {
    let (lab, run) = try Lab.running(
      """
      steps:
        - { id: a, \(Self.command) }
        - id: each
          uses: run
          with: { command: "true" }
          if: ${{ always() }}
          foreach: { in: [1, 2, 3], as: item, max-parallel: 2 }
          retry: { limit: 1, delay: 1s, jitter: 0 }
        - { id: poll, \(Self.command), if: "${{ always() }}", until: { condition: "${{ attempt == 2 }}", interval: 1s } }
      """)
    lab.finish(run, "a", .exited(1))
    #expect(lab.runningSteps(run) == ["each[0]", "each[1]"])
    lab.finish(run, "each[0]", .exited(1))
    if restarts {
      lab.restart()
      lab.resume()
      lab.settle()
      #expect(lab.runningSteps(run) == ["each[1]"])
    }
    lab.pass(.seconds(1))
    #expect(lab.runningSteps(run) == ["each[0]", "each[1]"])
    for child in ["each[0]", "each[1]", "each[2]"] { lab.finish(run, child) }
    lab.finish(run, "poll")
    #expect(lab.status(run) == .running)
    lab.pass(.seconds(1))
    lab.finish(run, "poll")
    #expect(lab.stepStatuses(run) == [.failed, .succeeded, .succeeded])
    #expect(lab.status(run) == .failed)
  }

  @Test("A finalizer that a restart cut off runs again")
  func restarted() throws {
    let (lab, run) = try Lab.running(
      "steps: [{ id: a, \(Self.command) }, { id: cleanup, \(Self.command), if: \"${{ always() }}\" }]")
    lab.finish(run, "a", .exited(1))
    lab.restart()
    lab.resume()
    lab.settle()
    #expect(lab.executor.running == [AttemptID(run: run, step: 1, attempt: 2)])
    lab.finish(run, "cleanup")
    #expect(lab.stepStatuses(run) == [.failed, .succeeded])
    #expect(lab.status(run) == .failed)
  }
}
