@testable import FlowdEngine
import FlowdModel
import Testing

@Suite("Commits that fail")
struct CommitFailureTests {
  @Test("Everybody who waited is refused, nothing has changed, reads go on and writes do not")
  func refusedUntilAllowed() throws {
    let (lab, session) = try Lab.withSession(Flows.single("f"))
    let before = lab.store.events
    let tokens = [Command.setMode(.hybrid, expected: Expected()), .getCurrentMeta, .start(StartRequest())]
      .map { lab.submit($0, to: .session(session)) }
    lab.takeLoads()
    lab.seal()
    // On top of the sealed batch, which fails with it.
    let late = lab.submit(.getCurrentMeta, to: .session(session))
    lab.failCommit()
    lab.settle()
    for token in tokens + [late] {
      guard let answer = lab.answers[token] else {
        Issue.record("\(token) is not answered")
        return
      }
      if case .failure(let refusal) = answer { #expect(refusal == Lab.diskFull) } else { #expect(token == late) }
    }
    #expect(lab.store.events == before)
    guard case .currentMeta(let meta, nil, _) = try lab.call(.getCurrentMeta, on: .session(session)) else {
      throw LabError.otherAnswer
    }
    #expect(meta.revision == 1 && meta.mode == .batch)
    for command: Command in [
      .select, .close(cancelActive: true), .setMode(.batch, expected: Expected()), .start(StartRequest()),
      .cancel(nil, .force), .setExecutedFlow(flow: "f", expected: Expected()),
    ] { #expect(lab.refusal(of: command, on: session) == Lab.diskFull, "\(command)") }
    lab.allowWrites()
    #expect(try lab.start(session).snapshot.mode == .batch)
  }

  @Test("The end of a run that the disk refused is decided again when it takes writes")
  func endIsNotLost() throws {
    let (lab, session) = try Lab.withSession(Flows.single("f"))
    let run = try lab.start(session).id
    let queued = try lab.start(session, StartRequest(ifActive: .queue)).id
    let attempt = try #require(lab.executor.running.first)
    lab.report([lab.executor.output(attempt, "text"), lab.executor.finish(attempt, .exited(0))])
    lab.seal()
    lab.failCommit()
    lab.settle()
    #expect(lab.status(run) == .running && lab.executor.running.isEmpty)
    #expect(lab.engine.unfinishedRunCount == 2)
    lab.allowWrites()
    lab.settle()
    #expect(lab.status(run) == .succeeded)
    #expect(lab.runningSteps(queued) == ["only"])
  }

  @Test("Reports that come while the disk is full are decided in order afterwards")
  func heldReports() throws {
    let (lab, session) = try Lab.withSession(Flows.single("f"))
    let run = try lab.start(session).id
    let attempt = try #require(lab.executor.running.first)
    lab.report([lab.executor.output(attempt, "1")])
    lab.seal()
    lab.report([lab.executor.output(attempt, "2")])
    lab.failCommit()
    lab.report([lab.executor.output(attempt, "3"), lab.executor.finish(attempt, .exited(0))])
    lab.settle()
    #expect(!lab.engine.canSeal)
    lab.allowWrites()
    lab.settle()
    let texts = lab.store.events.compactMap { event in
      if case .stepOutput(_, _, let chunk) = event.kind { String(decoding: chunk.text, as: UTF8.self) } else { nil }
    }
    #expect(texts == ["1", "2", "3"])
    #expect(lab.status(run) == .succeeded)
  }

  @Test("Reports whose session cannot be read are kept until it can, without asking all the time")
  func unreadableSession() throws {
    let (lab, session) = try Lab.withSession(Flows.single("f"))
    let run = try lab.start(session).id
    _ = lab.submit(.setMode(.hybrid, expected: Expected()), to: .session(session))
    lab.seal()
    lab.failCommit()
    let attempt = try #require(lab.executor.running.first)
    lab.report([lab.executor.finish(attempt, .exited(0))])
    lab.allowWrites()
    for _ in 0..<3 {
      lab.takeLoads()
      #expect(lab.requested.count == 1)
      lab.readOne(failing: true)
      lab.deliverOne()
      lab.takeLoads()
      #expect(lab.requested.isEmpty)
      lab.engine.applyWhatWaits(now: lab.now)
    }
    lab.settle()
    #expect(lab.status(run) == .succeeded)
  }

  @Test("What was read of a session before it changed is not taken for it after a failed commit")
  func oldReading() throws {
    let (lab, session) = try Lab.withSession(Flows.single("f"), others: [Flows.single("g")])
    let runs = try (0..<2).map { _ in try lab.start(session, StartRequest(ifActive: .parallel)).id }
    // The session leaves memory, and comes back for a call that then waits for a flow.
    _ = lab.submit(.setMode(.hybrid, expected: Expected()), to: .session(session))
    lab.seal()
    lab.failCommit()
    lab.allowWrites()
    let waiting = lab.submit(.setExecutedFlow(flow: "g", expected: Expected()), to: .session(session))
    lab.takeLoads()
    lab.readOne()
    lab.deliverOne()
    lab.takeLoads()
    #expect(lab.requested.map(\.load) == [.flow(workspace: "/w", id: "g")])
    // Meanwhile one run ends on disk, and the end of the other is refused by it.
    for (number, run) in runs.enumerated() {
      let attempt = try #require(lab.running(run).first?.attempt)
      lab.report([lab.executor.finish(attempt, .exited(0))])
      lab.seal()
      if number == 0 {
        lab.write()
        lab.finishCommit()
      } else {
        lab.failCommit()
      }
    }
    lab.allowWrites()
    lab.settle()
    #expect(lab.hasSucceeded(waiting))
    #expect(runs.map { lab.status($0) } == [.succeeded, .succeeded])
    #expect(lab.broken.isEmpty)
  }

  @Test("A session that was to be opened was never there")
  func openedSession() throws {
    let (lab, _) = try Lab.withSession(Flows.single("f"))
    let token = lab.submit(.open(NewSession(workspace: "/w")), to: .workspace("/w"))
    let selected = lab.selected("/w")
    lab.seal()
    lab.failCommit()
    #expect(throws: Lab.diskFull) { try lab.answers[token]?.get() }
    guard case .currentMeta(let meta, _, _) = try lab.call(.getCurrentMeta, on: .workspace("/w")) else {
      throw LabError.otherAnswer
    }
    #expect(meta.sessionID == selected)
  }
}
