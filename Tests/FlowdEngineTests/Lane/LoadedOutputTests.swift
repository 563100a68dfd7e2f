@testable import FlowdEngine
import FlowdModel
import Testing

/// Outputs that are too large for memory are read from the store when an expression asks for them.
@Suite("Outputs loaded on demand")
struct LoadedOutputTests {
  private static let large = String(repeating: "x", count: Limits.keptStepOutputBytesMax + 1)
  private static let run = "uses: run, with: { command: \"true\" }"

  /// `a` is large and not in memory any more.
  private static func lab(
    _ rest: String, mode: RunMode = .batch, subflows: [PinnedDefinition] = []
  ) throws -> (Lab, RunID) {
    let (lab, run) = try Lab.running(
      """
      steps:
        - { id: a, \(Self.run) }
        - { id: b, \(Self.run), env: { NO: "${{ steps.a.exit }}" }, outputs: { small: 1 } }
      \(rest)
      """, mode: mode, subflows: subflows)
    lab.finish(run, "a", stdout: large)
    // A restart forgets all outputs.
    lab.restart()
    lab.resume()
    lab.settle()
    return (lab, run)
  }

  private func count(_ lab: Lab) -> [Load] { lab.requested.map(\.load) }

  @Test("An environment, a condition, a list, outputs and the report read what only the store has")
  func everywhere() throws {
    let (lab, run) = try Self.lab(
      """
        - id: c
          uses: run
          with: { command: "true" }
          if: "${{ #steps.a.stdout > 10 }}"
          foreach: "${{ {steps.a.stdout:sub(1, 3), 'y'} }}"
          env: { SEEN: "${{ #steps.a.stdout }}" }
          outputs: { seen: "${{ #steps.a.stdout }}" }
          expect: [{ exit: "${{ #steps.a.stdout - \(Self.large.count) }}" }]
      report: "${{ #steps.a.stdout }} ${{ #steps.c }}"
      """)
    lab.finish(run, "b")
    #expect(lab.runningSteps(run) == ["c[0]", "c[1]"])
    #expect(lab.request(run, "c[0]")?.environment.contains("SEEN=\(Self.large.count)") == true)
    lab.finish(run, "c[0]")
    lab.finish(run, "c[1]")
    #expect(lab.status(run) == .succeeded, "\(lab.error(run, "c") ?? "")")
    #expect(lab.output(run, "c[1]")?.details.outputs == [.init("seen", .number(String(Self.large.count)))])
    #expect(lab.report(of: run) == "\(Self.large.count) 2")
    #expect(lab.broken.isEmpty)
  }

  /// `c` reads the large output when it ends.
  private static let reader = "  - { id: c, \(run), outputs: { seen: \"${{ #steps.a.stdout }}\" } }"

  @Test("A result that waits for a value survives a failed commit of its session")
  func heldResult() throws {
    let (lab, run) = try Self.lab(Self.reader)
    lab.finish(run, "b")
    let attempt = try #require(lab.running(run).first?.attempt)
    lab.report([lab.executor.finish(attempt, .exited(0))])
    lab.takeLoads()
    #expect(lab.requested.count == 1)
    // Something else of the session fails meanwhile.
    let session = try #require(lab.store.run(run)?.sessionID)
    _ = lab.submit(.setMode(.hybrid, expected: Expected()), to: .session(session))
    lab.seal()
    lab.failCommit()
    lab.allowWrites()
    lab.settle()
    #expect(lab.status(run) == .succeeded)
  }

  @Test("A value that cannot be read is read later, and the run goes on")
  func unreadable() throws {
    let (lab, run) = try Self.lab(Self.reader)
    lab.finish(run, "b")
    let attempt = try #require(lab.running(run).first?.attempt)
    lab.report([lab.executor.finish(attempt, .exited(0))])
    for _ in 0..<3 {
      lab.takeLoads()
      #expect(lab.requested.count == 1)
      lab.readOne(failing: true)
      lab.deliverOne()
      lab.settle()
      #expect(lab.status(run) == .running)
      lab.engine.applyWhatWaits(now: lab.now)
    }
    lab.settle()
    #expect(lab.status(run) == .succeeded)
  }

  @Test("A second report of an attempt whose result waits for a value is ignored")
  func twice() throws {
    let (lab, run) = try Self.lab(Self.reader)
    lab.finish(run, "b")
    let attempt = try #require(lab.running(run).first?.attempt)
    let report = lab.executor.finish(attempt, .exited(0))
    lab.report([report, report, StepReport(attempt: attempt, kind: .finished(StepResult(outcome: .exited(1))))])
    lab.settle()
    #expect(lab.status(run) == .succeeded)
    #expect(lab.story(run).filter { $0 == "c succeeded" }.count == 1)
  }

  @Test("An accepted answer is kept although its step waits for a value", arguments: [false, true])
  func answer(_ restarts: Bool) throws {
    let (lab, run) = try Self.lab(
      """
        - { id: ask, uses: input, with: { prompt: Yes? }, outputs: { both: "${{ value .. #steps.a.stdout }}" } }
      """, mode: .interactive)
    lab.finish(run, "b")
    let session = try #require(lab.store.run(run)?.sessionID)
    let token = lab.submit(.answer(AnswerRequest(run: run, value: .string("yes "))), to: .session(session))
    lab.takeLoads()
    #expect(lab.requested.count == 1)
    lab.seal()
    lab.write()
    lab.finishCommit()
    #expect(lab.hasSucceeded(token))
    if restarts {
      lab.restart()
      lab.resume()
    }
    lab.settle()
    #expect(lab.status(run) == .succeeded)
    #expect(lab.output(run, "ask")?.details.outputs == [.init("both", .string("yes \(Self.large.count)"))])
    #expect(lab.story(run).filter { $0.hasPrefix("answered") }.count == 1)
  }

  @Test("Two waits that each look at a large output do not take it from each other")
  func waits() throws {
    let (lab, run) = try Lab.running(
      """
      steps:
        - { id: a, \(Self.run) }
        - { id: b, \(Self.run), needs: [] }
        - { id: c, uses: wait, needs: [a, b], with: { until: "${{ #steps.a.stdout > 1 and now() > '2023-11-14T22:13:25Z' }}", interval: 1s } }
        - { id: d, uses: wait, needs: [a, b], with: { until: "${{ #steps.b.stdout > 1 and now() > '2023-11-14T22:13:25Z' }}", interval: 300ms } }
      """)
    lab.finish(run, "a", stdout: Self.large)
    lab.finish(run, "b", stdout: Self.large)
    lab.restart()
    lab.resume()
    lab.settle()
    lab.pass(.seconds(10))
    #expect(lab.status(run) == .succeeded, "\(lab.store.run(run)?.error ?? "")")
  }

  @Test("A queued rerun whose report reads taken-over outputs can be cancelled")
  func queuedRerun() throws {
    let (lab, session) = try Lab.withSession(
      try Flows.parse("f", "steps: [{ id: a, \(Self.run) }]\nreport: \"${{ steps.a.stdout }}\""))
    let first = try lab.start(session).id
    lab.finish(first, "a", stdout: "seen")
    let second = try lab.start(session).id
    let rerun = try lab.rerun(
      session, RerunRequest(run: first, reuseSucceeded: true, start: StartRequest(ifActive: .queue)))
    _ = try lab.cancel(session, rerun.record.id, .graceful)
    #expect(lab.status(rerun.record.id) == .interrupted)
    #expect(lab.report(of: rerun.record.id) == "seen")
    lab.finish(second, "a")
    #expect(lab.status(second) == .succeeded)
    #expect(lab.story(rerun.record.id) == ["queued", "cancel graceful", "run interrupted"])
  }

  @Test("A queued run that was cancelled and waits for its report does not begin after a restart")
  func queuedAcrossRestart() throws {
    let (lab, session) = try Lab.withSession(
      try Flows.parse("f", "steps: [{ id: a, \(Self.run) }, { id: b, \(Self.run) }]\nreport: \"${{ steps.a.stdout }}\"")
    )
    let first = try lab.start(session).id
    lab.finish(first, "a", stdout: "seen")
    lab.finish(first, "b")
    let second = try lab.start(session).id
    let rerun = try lab.rerun(
      session, RerunRequest(run: first, fromStep: "b", start: StartRequest(ifActive: .queue))
    ).record.id
    _ = lab.submit(.cancel(rerun, .force), to: .session(session))
    lab.seal()
    lab.write()
    lab.finishCommit()
    lab.restart()
    lab.resume()
    lab.settle()
    lab.finish(second, "a")
    lab.finish(second, "b")
    #expect(lab.status(second) == .succeeded)
    #expect(lab.status(rerun) == .cancelled)
    #expect(lab.runningSteps(rerun).isEmpty)
    #expect(lab.engine.unfinishedRunCount == 0)
  }

  @Test("Many steps that read one output cost one reading when it is small, and one for each that starts when large")
  func oneReadingForMany() throws {
    for (text, loadsMax) in [("small", 1), (Self.large, 40)] {
      let (lab, run) = try Lab.running(
        """
        steps:
          - { id: a, \(Self.run) }
          - { id: b, \(Self.run) }
          - id: c
            uses: run
            with: { command: "true" }
            foreach: "${{ (function() local l = {} for i = 1, 200 do l[i] = i end return l end)() }}"
            env: { SEEN: "${{ #steps.a.stdout }}" }
        """)
      lab.finish(run, "a", stdout: text)
      lab.restart()
      lab.resume()
      lab.settle()
      let before = lab.loadCount
      lab.finish(run, "b")
      #expect(lab.runningSteps(run).count == Limits.maxParallelDefault, "\(lab.error(run, "c") ?? "")")
      for index in 0..<12 { lab.finish(run, "c[\(index)]") }
      #expect(lab.runningSteps(run).count == Limits.maxParallelDefault)
      #expect(lab.loadCount - before <= loadsMax, "\(lab.loadCount - before) loads")
      #expect(lab.broken.isEmpty)
    }
  }
}
