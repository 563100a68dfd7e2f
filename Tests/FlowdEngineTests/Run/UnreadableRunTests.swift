@testable import FlowdEngine
import FlowdModel
import Testing

/// A later version may not understand what an earlier one stored.
@Suite("Runs whose definition cannot be read any more")
struct UnreadableRunTests {
  private static let step = "{ id: a, uses: run, with: { command: \"true\" } }"

  @Test("They end as failed with the reason, those that were queued too, and the session goes on")
  func ended() throws {
    let (lab, session) = try Lab.withSession(Flows.single("f"))
    let run = try lab.start(session).id
    let queued = try lab.start(session, StartRequest(ifActive: .queue)).id
    let attempt = try #require(lab.running(run).first?.attempt)
    lab.store.unreadable = ["f-1"]
    lab.restart()
    #expect(lab.engine.cutOffAttempts == [attempt])
    lab.resume()
    lab.settle()
    #expect([lab.status(run), lab.status(queued)] == [.failed, .failed])
    #expect(lab.store.run(run)?.error == "not understood")
    #expect(lab.story(run).last == "run failed" && lab.story(queued).last == "run failed")
    #expect(lab.engine.unfinishedRunCount == 0)
    lab.flows["f"] = .found(Flows.pinned(Flows.single("f"), version: 2))
    #expect(lab.runningSteps(try lab.start(session).id) == ["only"])
    #expect(lab.broken.isEmpty)
  }

  @Test("A step whose sub-flow is one of them fails", arguments: [false, true])
  func subflow(_ isCancelled: Bool) throws {
    let child = try Flows.parse("child", "steps: [\(Self.step)]")
    let (lab, run) = try Lab.running("steps: [{ id: s, uses: flow, with: { flow: child } }]", subflows: [child])
    lab.store.unreadable = [child.hash]
    lab.restart()
    if isCancelled { _ = try lab.call(.cancel(run, .graceful), ofRun: run) }
    lab.resume()
    lab.settle()
    #expect(lab.status(run) == .failed)
    #expect(lab.error(run, "s") == "not understood")
    #expect(lab.store.children(of: run).map(\.status) == [.failed])
    #expect(lab.broken.isEmpty)
  }

  @Test("What runs as a step of one of them is ended with it")
  func parent() throws {
    let child = try Flows.parse("child", "steps: [\(Self.step)]")
    let (lab, run) = try Lab.running("steps: [{ id: s, uses: flow, with: { flow: child } }]", subflows: [child])
    lab.store.unreadable = [try #require(lab.store.run(run)?.snapshot.definitionHash)]
    lab.restart()
    lab.resume()
    lab.settle()
    #expect(lab.status(run) == .failed)
    #expect(lab.store.children(of: run).map(\.status) == [.cancelled])
    #expect(lab.engine.unfinishedRunCount == 0 && lab.executor.running.isEmpty && lab.broken.isEmpty)
  }

  @Test("Stored steps that do not fit the definition end the run, and never the daemon", arguments: 0..<5)
  func misfits(_ which: Int) throws {
    let definition = try Flows.parse(
      "f", "steps: [\(Self.step), { id: l, uses: run, with: { command: x }, foreach: [1, 2] }]")
    let (lab, session) = try Lab.withSession(definition)
    let record = try lab.start(session)
    lab.finish(record.id, "a")
    var loaded = try #require(lab.store.loaded(session))
    let place = try #require(loaded.runs[0].steps.firstIndex { $0.firstChild != nil })
    switch which {
    case 0: loaded.runs[0].steps.append(StepRecord(index: 9, status: .running))
    case 1: loaded.runs[0].steps[place].firstChild = 1
    case 2: loaded.runs[0].steps[place].childCount = .max
    case 3: loaded.runs[0].outputs = [:]
    default: loaded.runs[0].steps.append(StepRecord(index: 3, parent: 7, item: 0, status: .running))
    }
    let engine = Lab.engine(lab.config, lab.store.counters, 9, lab.bounds)
    engine.restore(loaded)
    engine.resumeAfterRestart(now: lab.now)
    let batch = try #require(engine.seal())
    #expect(batch.endedRuns[record.id]?.record.status == .failed)
    #expect(batch.events.last?.kind.endsRun == true)
  }
}
