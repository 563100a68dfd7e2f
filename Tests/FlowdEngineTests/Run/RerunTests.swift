@testable import FlowdEngine
import FlowdModel
import Testing

@Suite("Rerunning a run")
struct RerunTests {
  private static let run = "uses: run, with: { command: \"true\" }"
  private static let yaml = """
    inputs: { name: { type: string, default: x } }
    steps:
      - { id: a, \(run), needs: [] }
      - { id: b, \(run), needs: [] }
      - { id: c, \(run), needs: [a], env: { SEEN: "${{ steps.a.stdout }}" } }
      - { id: each, \(run), needs: [b], foreach: "${{ {steps.b.stdout, 'two'} }}" }
      - { id: d, \(run), needs: [c, each], env: { SEEN: "${{ steps.each[1].item }}${{ steps.each[2].stdout }}" } }
    report: ${{ steps.a.stdout }} ${{ steps.d.stdout }}
    """

  /// A run of it in which `failing` failed.
  private static func ended(_ failing: String) throws -> (Lab, SessionID, RunID) {
    let (lab, session) = try Lab.withSession(try Flows.parse("f", yaml))
    let run = try lab.start(
      session, StartRequest(inputs: .object([.init("name", .string("y"))]), cwd: "/there", umask: FileMask(0o002))
    ).id
    for step in ["a", "b", "each[0]", "each[1]", "c", "d"] where lab.status(run) == .running {
      lab.finish(run, step, step == failing ? .exited(1) : .exited(0), stdout: step)
    }
    for step in lab.runningSteps(run) { lab.finish(run, step, .cancelled) }
    return (lab, session, run)
  }

  @Test("The whole run runs again, with its inputs and its directory, on what the session holds now")
  func whole() throws {
    let (lab, session, first) = try Self.ended("")
    #expect(lab.status(first) == .succeeded)
    _ = try lab.call(.setProviderModel(provider: "q", model: "n", expected: Expected()), on: .session(session))
    // The flow has changed since; what ran is what runs again.
    lab.flows["f"] = .missing(suggestions: [])
    let view = try lab.rerun(session, RerunRequest(run: first))
    #expect(view.record.reusedFrom == first && view.record.snapshot.providerID == "q")
    #expect(view.record.snapshot.definitionHash == lab.store.run(first)?.snapshot.definitionHash)
    let run = view.record.id
    #expect(lab.runningSteps(run) == ["a", "b"])
    #expect(lab.request(run, "a")?.environment.contains("INPUT_NAME=y") == true)
    #expect(lab.request(run, "a")?.workingDirectory == "/there")
    #expect(lab.request(run, "a")?.umask == FileMask(0o002))
  }

  @Test("Files of a rerun get the mask of who asked for it, if one is said")
  func mask() throws {
    let (lab, session, first) = try Self.ended("")
    let run = try lab.rerun(session, RerunRequest(run: first, start: StartRequest(umask: FileMask(0o077)))).record.id
    #expect(lab.request(run, "a")?.umask == FileMask(0o077))
  }

  @Test("From a step on: it and what depends on it run again, everything else is taken over", arguments: [false, true])
  func fromStep(_ restarts: Bool) throws {
    let (lab, session, first) = try Self.ended("")
    let run = try lab.rerun(session, RerunRequest(run: first, fromStep: "c")).record.id
    #expect(lab.runningSteps(run) == ["c"])
    #expect(lab.stepStatuses(run) == [.succeeded, .succeeded, .running, .succeeded, .pending])
    #expect(lab.request(run, "c")?.environment.contains("SEEN=a") == true)
    if restarts {
      lab.restart()
      lab.resume()
      lab.settle()
    }
    lab.finish(run, "c")
    #expect(lab.request(run, "d")?.environment.contains("SEEN=beach[1]") == true)
    lab.finish(run, "d", stdout: "new")
    #expect(lab.report(of: run) == "a new")
    #expect(lab.step(run, "each[1]")?.status == .succeeded)
    #expect(lab.output(run, "each[1]")?.stdout == Array("each[1]".utf8))
    guard case .runStarted(_, _, let reused)? = lab.store.events.first(where: { $0.runID == run })?.kind else {
      throw LabError.otherAnswer
    }
    #expect(reused.map(\.index) == [0, 1, 3, 5, 6])
  }

  @Test("With reuse everything that succeeded is taken over, and what failed or was not run runs")
  func reuse() throws {
    let (lab, session, first) = try Self.ended("each[1]")
    #expect(lab.status(first) == .failed)
    let run = try lab.rerun(session, RerunRequest(run: first, reuseSucceeded: true)).record.id
    // A list is taken over as a whole or not at all.
    #expect(lab.stepStatuses(run).prefix(2) == [.succeeded, .succeeded])
    #expect(lab.runningSteps(run).contains("each[0]") && lab.runningSteps(run).contains("each[1]"))
    for step in lab.runningSteps(run) { lab.finish(run, step, stdout: step) }
    lab.finish(run, "d")
    #expect(lab.status(run) == .succeeded)
  }

  @Test("A run of which everything can be taken over ends at once, as it did")
  func everything() throws {
    let (lab, session, first) = try Self.ended("")
    let run = try lab.rerun(session, RerunRequest(run: first, reuseSucceeded: true)).record.id
    #expect(lab.status(run) == .succeeded)
    #expect(lab.report(of: run) == lab.report(of: first))
    // And once more, of that one.
    let second = try lab.rerun(session, RerunRequest(run: run, reuseSucceeded: true)).record.id
    #expect(lab.report(of: second) == lab.report(of: first))
  }

  @Test("A secret answer is asked for again: only the run it was given to has it")
  func secret() throws {
    let (lab, session) = try Lab.withSession(
      try Flows.parse(
        "f",
        """
        steps:
          - { id: key, uses: input, with: { prompt: Key?, type: secret } }
          - { id: use, \(Self.run), env: { KEY: "${{ steps.key.value }}" } }
        """), mode: .interactive)
    let first = try lab.start(session).id
    _ = try lab.answer(first, .string("one"))
    lab.finish(first, "use", .exited(1))
    let run = try lab.rerun(session, RerunRequest(run: first, reuseSucceeded: true)).record.id
    #expect(lab.status(run) == .waitingInput)
    _ = try lab.answer(run, .string("two"))
    #expect(lab.request(run, "use")?.environment.contains("KEY=two") == true)
  }

  @Test("A repeated request id gives the same rerun, before and after a restart")
  func once() throws {
    let (lab, session, first) = try Self.ended("")
    let request = RerunRequest(run: first, start: StartRequest(requestID: "again"))
    let run = try lab.rerun(session, request).record.id
    for _ in 0..<2 {
      guard case .rerun(let view, existing: true) = try lab.call(.rerun(request), on: .session(session)) else {
        throw LabError.otherAnswer
      }
      #expect(view.record.id == run)
      lab.restart()
      lab.resume()
      lab.settle()
    }
    #expect(lab.store.runs.count == 2)
  }

  @Test("A repetition tells of the run as it is, also of the mode it was changed to")
  func repeatedAfterAChange() throws {
    let (lab, session) = try Lab.withSession(
      try Flows.parse("f", "steps: [{ id: a, uses: input, with: { prompt: A? } }]"))
    let request = StartRequest(requestID: "once")
    let run = try lab.start(session, request).id
    _ = try lab.call(.setMode(.batch, expected: Expectation()), on: .session(session))
    let again = try lab.start(session, request)
    #expect(again.id == run)
    #expect(again.mode == .batch && again.status == .failed)
  }

  @Test("What cannot be rerun is refused: one that runs, one of another session, an unknown step, a sub-flow's")
  func refused() throws {
    let (lab, session, first) = try Self.ended("")
    let run = try lab.rerun(session, RerunRequest(run: first)).record.id
    #expect(lab.refusal(of: .rerun(RerunRequest(run: run)), on: session)?.reason == "RUN_ACTIVE")
    #expect(lab.refusal(of: .rerun(RerunRequest(run: first)), on: session)?.reason == "RUN_ACTIVE")
    let other = try lab.open("/other")
    #expect(lab.refusal(of: .rerun(RerunRequest(run: first)), on: other)?.reason == "RUN_NOT_FOUND")
    let unknown = RerunRequest(run: first, fromStep: "bb", start: StartRequest(ifActive: .parallel))
    #expect(
      lab.refusal(of: .rerun(unknown), on: session)?.message.contains("\"b\"") == true
        || lab.refusal(of: .rerun(unknown), on: session)?.message.contains("'b'") == true)
  }

  @Test("A run that is run again before its end is durable hands over its last outputs")
  func beforeItsEndIsDurable() throws {
    let (lab, session) = try Lab.withSession(Flows.single("f"))
    let run = try lab.start(session).id
    let attempt = try #require(lab.executor.running.first)
    lab.report([lab.executor.finish(attempt, .exited(0), stdout: "seen")])
    let request = RerunRequest(run: run, reuseSucceeded: true)
    guard case .rerun(let again, _) = try lab.call(.rerun(request), on: .session(session)) else {
      throw LabError.otherAnswer
    }
    #expect(lab.status(again.record.id) == .succeeded)
    #expect(lab.output(again.record.id, "only")?.stdout == Array("seen".utf8))
  }

  @Test("A rerun reads no result before it is there: the source's end may not be durable yet")
  func readsWhatIsDurable() throws {
    let (lab, run) = try Lab.running("steps: [{ id: a, \(Self.run) }]\nreport: \"${{ steps.a.stdout }}\"")
    let attempt = try #require(lab.executor.running.first)
    lab.report([lab.executor.finish(attempt, .exited(0), stdout: "seen")])
    guard case .rerun(let again, _) = try lab.call(.rerun(RerunRequest(run: run, reuseSucceeded: true)), ofRun: run)
    else { throw LabError.otherAnswer }
    #expect(lab.status(again.record.id) == .succeeded && lab.report(of: again.record.id) == "seen")
  }
}
