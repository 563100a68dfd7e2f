@testable import FlowdEngine
import FlowdModel
import Testing

/// Steps that are runs of other flows.
@Suite("Sub-flows")
struct SubflowTests {
  private static let run = "uses: run, with: { command: \"true\" }"

  private static func inner(_ rest: String = "") throws -> PinnedDefinition {
    try Flows.parse(
      "inner",
      """
      inputs: { n: { type: number, default: 1 } }
      outputs: { twice: "${{ inputs.n * 2 }}", said: "${{ steps.x.stdout }}" }
      report: inner of ${{ inputs.n }}
      steps:
        - { id: x, \(run)\(rest) }
      """)
  }

  private static func outer(
    _ rest: String = "", inner: String = "", more: String = "", mode: RunMode = .batch, stepByStep: Bool = false
  ) throws -> (Lab, RunID) {
    try Lab.running(
      """
      steps:
        - { id: sub, uses: flow, with: { flow: inner, inputs: { n: 21 } }\(rest) }
        - { id: then, \(run), env: { SEEN: "${{ steps.sub.outputs.twice }} ${{ steps.sub.report }}" } }
      \(more)
      """, mode: mode, subflows: [try Self.inner(inner)], stepByStep: stepByStep)
  }

  private func child(_ lab: Lab, _ run: RunID) throws -> RunID {
    try #require(lab.store.children(of: run).last?.id)
  }

  @Test(
    "A sub-flow is a run of its own, linked with its step, and hands over outputs and report", arguments: [false, true])
  func linked(_ restarts: Bool) throws {
    let (lab, run) = try Self.outer()
    let child = try child(lab, run)
    let record = try #require(lab.store.run(child))
    #expect(
      record.parent == ParentRun(key: record.parent?.key ?? 0, id: run, step: 0, attempt: 1, stepName: "sub", depth: 1))
    #expect(lab.step(run, "sub")?.childRun == child)
    #expect(record.snapshot.flowID == "inner" && record.snapshot.providerID == "p")
    #expect(lab.status(run) == .running && lab.status(child) == .running)
    if restarts {
      lab.restart()
      lab.resume()
      lab.settle()
      #expect(lab.running(child).map(\.attempt.attempt) == [2])
    }
    lab.finish(child, "x", stdout: "hello")
    #expect(lab.status(child) == .succeeded)
    #expect(
      lab.output(run, "sub")?.details.outputs == [.init("twice", .number("42")), .init("said", .string("hello"))])
    #expect(lab.request(run, "then")?.environment.contains("SEEN=42 inner of 21") == true)
    lab.finish(run, "then")
    #expect(lab.status(run) == .succeeded)
    #expect(lab.store.environments.isEmpty)
    #expect(lab.engine.unfinishedRunCount == 0 && lab.broken.isEmpty)
  }

  @Test("A failure of a sub-flow fails its step, with its error and its class")
  func failure() throws {
    let (lab, run) = try Self.outer()
    let child = try child(lab, run)
    lab.finish(child, "x", .exited(127))
    #expect(lab.status(run) == .failed)
    let error = try #require(lab.step(run, "sub")?.error)
    #expect(error.errorClass == .fatal && error.message.contains("step \"x\""), "\(error.message)")
    let (other, again) = try Self.outer(", retry: { limit: 1, delay: 0s }")
    other.finish(try self.child(other, again), "x", .exited(1))
    other.pass(.zero)
    #expect(other.store.children(of: again).map(\.status) == [.failed, .running])
    other.finish(try self.child(other, again), "x")
    #expect(other.stepStatuses(again) == [.succeeded, .running])
  }

  @Test("Cancelling a run cancels its sub-flows in the same way", arguments: CancelMode.allCases)
  func cancelled(_ mode: CancelMode) throws {
    let (lab, run) = try Self.outer()
    let child = try child(lab, run)
    _ = try lab.cancel(try #require(lab.store.run(run)?.sessionID), run, mode)
    #expect(lab.store.run(child)?.cancelRequested == mode)
    #expect(lab.executor.areAllTerminated == (mode == .force))
    lab.finish(child, "x", mode == .force ? .cancelled : .exited(0))
    #expect(lab.status(child) == (mode == .force ? .cancelled : .interrupted))
    #expect(lab.status(run) == (mode == .force ? .cancelled : .interrupted))
    #expect(lab.stepStatuses(run) == [.cancelled, .notRun])
    #expect(lab.engine.unfinishedRunCount == 0)
  }

  @Test("A sub-flow that is cancelled by itself fails its step", arguments: CancelMode.allCases)
  func cancelledAlone(_ mode: CancelMode) throws {
    let (lab, run) = try Self.outer()
    let child = try child(lab, run)
    _ = try lab.cancel(try #require(lab.store.run(run)?.sessionID), child, mode)
    if mode == .force { lab.finish(child, "x", .cancelled) } else { lab.finish(child, "x", .exited(0)) }
    // Grace that came too late to keep anything from running is no loss; the run says how it ended all the same.
    #expect(lab.status(child) == (mode == .force ? .cancelled : .interrupted))
    #expect(lab.status(run) == .failed)
    #expect(lab.error(run, "sub") == "its run was \(mode == .force ? "cancelled" : "interrupted")")
    #expect(lab.stepStatuses(run) == [.failed, .notRun])
  }

  @Test(
    "A sub-flow whose time is up is ended and has timed out, also when the daemon dies meanwhile",
    arguments: [false, true])
  func timedOut(_ restarts: Bool) throws {
    let (lab, run) = try Self.outer(", timeout: 30s")
    let child = try child(lab, run)
    lab.pass(.seconds(30))
    #expect(lab.executor.areAllTerminated && !lab.executor.running.isEmpty)
    if restarts {
      lab.restart()
      lab.resume()
      lab.settle()
      lab.pass(.zero)
    } else {
      lab.finish(child, "x", .cancelled)
    }
    #expect(lab.status(child) == .cancelled)
    #expect(lab.status(run) == .failed)
    #expect(lab.error(run, "sub") == "timed out after 30 s")
  }

  @Test("Pausing a run pauses its sub-flows; resuming it resumes them")
  func paused() throws {
    let (lab, run) = try Self.outer(inner: " }\n  - { id: y, \(Self.run)")
    let child = try child(lab, run)
    _ = try lab.call(.pause(run), ofRun: run)
    #expect(lab.store.run(child)?.isPauseRequested == true)
    lab.finish(child, "x")
    #expect(lab.status(child) == .paused && lab.status(run) == .paused)
    _ = try lab.call(.resume(run, stepByStep: false), ofRun: run)
    #expect(lab.runningSteps(child) == ["y"])
    #expect(lab.status(child) == .running && lab.status(run) == .running)
  }

  @Test("Step by step goes into sub-flows; the outermost run is what pauses and is resumed")
  func stepping() throws {
    let (lab, run) = try Self.outer(inner: " }\n  - { id: y, \(Self.run)", stepByStep: true)
    let child = try child(lab, run)
    lab.finish(child, "x")
    #expect(lab.status(run) == .paused && lab.status(child) == .paused)
    _ = try lab.call(.resume(run, stepByStep: true), ofRun: run)
    lab.finish(child, "y")
    #expect(lab.status(child) == .succeeded && lab.status(run) == .paused)
    _ = try lab.call(.resume(run, stepByStep: true), ofRun: run)
    lab.finish(run, "then")
    #expect(lab.status(run) == .succeeded)
  }

  @Test("A question of a sub-flow makes both runs wait, and goes by the mode")
  func question() throws {
    let subflow = try Flows.parse(
      "inner", "outputs: { said: \"${{ steps.ask.value }}\" }\nsteps: [{ id: ask, uses: input, with: { prompt: Hm? } }]"
    )
    let (lab, run) = try Lab.running(
      "steps: [{ id: sub, uses: flow, with: { flow: inner } }]\nreport: ${{ steps.sub.outputs.said }}",
      mode: .interactive, subflows: [subflow])
    let child = try child(lab, run)
    #expect(lab.status(run) == .waitingInput && lab.status(child) == .waitingInput)
    _ = try lab.answer(child, .string("so"))
    #expect(lab.report(of: run) == "so")
    let (other, second) = try Lab.running(
      "steps: [{ id: sub, uses: flow, with: { flow: inner } }]", mode: .interactive, subflows: [subflow])
    let session = try #require(other.store.run(second)?.sessionID)
    _ = try other.call(.setMode(.batch, expected: Expected()), on: .session(session))
    #expect(other.status(second) == .failed)
  }

  @Test("A list of sub-flows: each element is a run, and one that fails ends the others")
  func list() throws {
    let (lab, run) = try Lab.running(
      """
      steps:
        - { id: sub, uses: flow, with: { flow: inner, inputs: { n: "${{ item }}" } }, foreach: [1, 2, 3] }
      """, subflows: [try Self.inner()])
    let children = lab.store.children(of: run).map(\.id)
    #expect(children.count == 3)
    lab.finish(children[1], "x", .exited(1))
    #expect(lab.executor.areAllTerminated)
    for child in [children[0], children[2]] { lab.finish(child, "x", .cancelled) }
    #expect(lab.status(run) == .failed)
    #expect(["sub[0]", "sub[1]", "sub[2]"].map { lab.step(run, $0)?.status } == [.cancelled, .failed, .cancelled])
  }

  @Test("Inputs that a sub-flow refuses fail its step")
  func inputs() throws {
    let (lab, run) = try Lab.running(
      "steps: [{ id: sub, uses: flow, with: { flow: inner, inputs: { n: text } } }]", subflows: [try Self.inner()])
    #expect(lab.status(run) == .failed)
    #expect(lab.error(run, "sub")?.contains("'n' must be a number") == true, "\(lab.error(run, "sub") ?? "")")
    #expect(lab.store.runs.count == 1)
  }

  @Test("Sub-flows are nested so deep and no deeper")
  func depth() throws {
    var flow = try Flows.parse("f0", "steps: [{ id: x, \(Self.run) }]")
    for level in 1...Limits.subflowDepthMax + 1 {
      flow = try Flows.parse(
        "f\(level)", "steps: [{ id: sub, uses: flow, with: { flow: f\(level - 1) } }]", subflows: [flow])
    }
    let (lab, session) = try Lab.withSession(flow)
    let run = try lab.start(session).id
    #expect(lab.status(run) == .failed)
    #expect(lab.store.runs.count == Limits.subflowDepthMax + 1)
    #expect(lab.store.run(run)?.error.contains("more than \(Limits.subflowDepthMax) deep") == true)
    #expect(lab.engine.unfinishedRunCount == 0)
  }

  @Test("A sub-flow that ends as it begins lets its parent go on")
  func immediate() throws {
    let skipped = try Flows.parse("inner", "steps: [{ id: x, \(Self.run), if: \"${{ false }}\" }]")
    let (lab, run) = try Lab.running(
      "steps: [{ id: sub, uses: flow, with: { flow: inner }, foreach: [1, 2, 3] }, { id: then, \(Self.run) }]",
      subflows: [skipped])
    #expect(lab.runningSteps(run) == ["then"])
    #expect(lab.store.children(of: run).map(\.status) == [.succeeded, .succeeded, .succeeded])
  }

  @Test("A commit that fails takes a sub-flow's start, and its end, back together", arguments: [false, true])
  func refused(_ atEnd: Bool) throws {
    let (lab, session) = try Lab.withSession(
      try Flows.parse(
        "f", "steps: [{ id: a, \(Self.run) }, { id: sub, uses: flow, with: { flow: inner } }]",
        subflows: [try Self.inner()]))
    let run = try lab.start(session).id
    if atEnd { lab.finish(run, "a") }
    let target = atEnd ? try child(lab, run) : run
    let attempt = try #require(lab.running(target).first?.attempt)
    lab.report([lab.executor.finish(attempt, .exited(0))])
    lab.seal()
    lab.failCommit()
    lab.settle()
    #expect(lab.store.children(of: run).count == (atEnd ? 1 : 0))
    lab.allowWrites()
    lab.settle()
    if !atEnd { lab.finish(try child(lab, run), "x") }
    #expect(lab.status(run) == .succeeded)
    #expect(lab.store.children(of: run).count == 1)
    #expect(lab.engine.unfinishedRunCount == 0)
  }
}
