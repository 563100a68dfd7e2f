@testable import FlowdEngine
import FlowdModel
import Testing

@Suite("Lanes")
struct LaneTests {
  @Test("A call that waits holds back its lane and no other")
  func lanesAreIndependent() throws {
    let (lab, slow) = try Lab.withSession(Flows.single("f"))
    let quick = try lab.open("/other")
    let waiting = [
      Command.setExecutedFlow(flow: "f", expected: Expected()),
      .setMode(.hybrid, expected: Expected(revision: 2)),
    ]
    .map { lab.submit($0, to: .session(slow)) }
    let other = lab.submit(.setMode(.hybrid, expected: Expected()), to: .session(quick))
    lab.seal()
    lab.write()
    lab.finishCommit()
    #expect(lab.answers[other] != nil)
    #expect(waiting.allSatisfy { lab.answers[$0] == nil })
    lab.settle()
    #expect(waiting.allSatisfy { lab.hasSucceeded($0) })
  }

  @Test("An answer that tells of a write waits for it, also when it answers a read")
  func readsWait() throws {
    let (lab, session) = try Lab.withSession(Flows.single("f"))
    let write = lab.submit(.setMode(.hybrid, expected: Expected()), to: .session(session))
    let read = lab.submit(.getCurrentMeta, to: .session(session))
    let refused = lab.submit(.setMode(.hybrid, expected: Expected(revision: 1)), to: .session(session))
    lab.seal()
    let late = lab.submit(.getCurrentMeta, to: .session(session))
    lab.releaseAnswered()
    lab.write()
    lab.releaseAnswered()
    #expect(lab.engine.readableLane(session) == nil)
    #expect([write, read, refused, late].allSatisfy { lab.answers[$0] == nil })
    lab.finishCommit()
    #expect([write, read, refused, late].allSatisfy { lab.answers[$0] != nil })
    #expect(lab.engine.readableLane(session) != nil)
  }

  @Test("That a workspace lost its selection is told when the close is durable")
  func lostSelectionWaits() throws {
    let (lab, session) = try Lab.withSession(Flows.single("f"))
    _ = lab.submit(.close(cancelActive: false), to: .session(session))
    let read = lab.submit(.getCurrentMeta, to: .workspace("/w"))
    lab.releaseAnswered()
    #expect(lab.answers[read] == nil)
    lab.settle()
    #expect(throws: Refusal.self) { try lab.answers[read]?.get() }
  }

  @Test("A session is read once for all lanes that wait for it")
  func sharedLoads() throws {
    let (lab, session) = try Lab.withSession(Flows.single("f"))
    lab.restart()
    let tokens = [
      lab.submit(.getCurrentMeta, to: .workspace("/w")),
      lab.submit(.setMode(.hybrid, expected: Expected()), to: .session(session)),
    ]
    lab.takeLoads()
    #expect(lab.requested.map(\.load) == [.workspace(ExactName("/w")), .session(session)])
    lab.readOne()
    lab.deliverOne()
    lab.takeLoads()
    #expect(lab.requested.map(\.load) == [.session(session)])
    lab.settle()
    #expect(tokens.allSatisfy { lab.hasSucceeded($0) })
  }

  @Test("A failed load refuses the call that waited for it, not the next")
  func failedLoad() throws {
    let (lab, session) = try Lab.withSession(Flows.single("f"))
    lab.restart()
    let first = lab.submit(.getCurrentMeta, to: .session(session))
    let second = lab.submit(.getCurrentMeta, to: .session(session))
    lab.takeLoads()
    lab.readOne(failing: true)
    lab.deliverOne()
    lab.settle()
    guard case .failure(let refusal) = lab.answers[first] else {
      Issue.record("the first was not refused")
      return
    }
    #expect(refusal.code == .unavailable && refusal.reason == "STORE_UNREADABLE")
    #expect(lab.hasSucceeded(second))
  }

  @Test("A call that is withdrawn while it waits is never decided; those behind it are")
  func withdrawing() throws {
    let (lab, session) = try Lab.withSession(Flows.single("f"), others: [Flows.single("g")])
    let tokens = ["g", "f", "g"].map {
      lab.submit(.setExecutedFlow(flow: $0, expected: Expected()), to: .session(session))
    }
    lab.engine.withdraw(tokens[0])
    lab.engine.withdraw(tokens[2])
    lab.settle()
    #expect(tokens.map { lab.answers[$0] != nil } == [false, true, false])
    #expect(lab.meta(session)?.revision == 2 && lab.meta(session)?.executedFlowID == "f")
    #expect(lab.engine.waitingLanes.isEmpty)
  }

  @Test("A lane takes so many calls and refuses the next")
  func bound() throws {
    let (lab, session) = try Lab.withSession(Flows.single("f"))
    lab.restart()
    for _ in 0..<Limits.laneQueueMax { _ = lab.submit(.getCurrentMeta, to: .session(session)) }
    let beyond = lab.submit(.getCurrentMeta, to: .session(session))
    lab.releaseAnswered()
    guard case .failure(let refusal) = lab.answers[beyond] else {
      Issue.record("one call too many was taken")
      return
    }
    #expect(refusal.code == .resourceExhausted && refusal.reason == "TOO_MANY_CALLS")
    lab.settle()
    #expect(lab.answers.count == Limits.laneQueueMax + 2)
  }

  @Test("Idle sessions beyond the bound leave memory and come back as they were")
  func eviction() throws {
    var config = Lab.config
    config.defaults.flow = "f"
    let lab = Lab(flows: [Flows.pinned(Flows.single("f"))], config: config, bounds: EngineBounds(lanes: 8))
    let busy = try lab.open("/w")
    let run = try lab.start(busy).id
    let sessions = try (0..<50).map { _ in try lab.open("/w") }
    #expect(lab.engine.sessionsInMemory <= 8)
    for session in sessions {
      guard case .currentMeta(let meta, nil, 2) = try lab.call(.getCurrentMeta, on: .session(session)) else {
        Issue.record("session \(session) is not as it was")
        return
      }
      #expect(meta == lab.meta(session))
    }
    lab.finish(run, "only")
    #expect(lab.status(run) == .succeeded)
  }
}
