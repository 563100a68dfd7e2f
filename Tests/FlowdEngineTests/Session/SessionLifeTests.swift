import FlowdEngine
import FlowdModel
import Testing

@Suite("Opening, selecting and closing sessions")
struct SessionLifeTests {
  @Test("A session inherits from the one named, else from the selected one, else from the defaults")
  func inheritance() throws {
    let (lab, first) = try Lab.withSession(Flows.single("f"), others: [Flows.single("g")])
    #expect(lab.meta(first)?.executedFlowID == "f")
    _ = try lab.call(.setExecutedFlow(flow: "g", expected: Expected()), on: .session(first))
    _ = try lab.call(.setMode(.hybrid, expected: Expected()), on: .session(first))
    let second = try lab.open("/w")
    #expect(lab.meta(second)?.executedFlowID == "g")
    #expect(lab.meta(second)?.mode == .hybrid)
    #expect(lab.meta(second)?.lastUsedFlowID == "")
    #expect(lab.meta(second)?.revision == 1)
    let elsewhere = try lab.open("/elsewhere")
    #expect(lab.meta(elsewhere)?.executedFlowID == "f")
    let copied = try lab.open("/elsewhere", from: first)
    #expect(lab.meta(copied)?.executedFlowID == "g")
    #expect(lab.meta(copied)?.workspace == "/elsewhere")
  }

  @Test("The newest session is selected; selecting the selected one is no event")
  func selection() throws {
    let (lab, first) = try Lab.withSession(Flows.single("f"))
    let second = try lab.open("/w")
    #expect(lab.selected("/w") == second)
    _ = try lab.call(.select, on: .session(first))
    #expect(lab.selected("/w") == first)
    let events = lab.store.events.count
    _ = try lab.call(.select, on: .session(first))
    #expect(lab.store.events.count == events)
  }

  @Test("Workspaces are told apart byte by byte")
  func exactWorkspaces() throws {
    let (lab, _) = try Lab.withSession(Flows.single("f"))
    let composed = try lab.open("/caf\u{E9}")
    let decomposed = try lab.open("/cafe\u{301}")
    #expect(lab.selected("/caf\u{E9}") == composed)
    #expect(lab.selected("/cafe\u{301}") == decomposed)
    for (path, session) in [("/caf\u{E9}", composed), ("/cafe\u{301}", decomposed)] {
      guard case .currentMeta(let meta, _, _) = try lab.call(.getCurrentMeta, on: .workspace(path)) else {
        throw LabError.otherAnswer
      }
      #expect(meta.sessionID == session)
    }
  }

  @Test("A closed session is nobody's selection and takes no changes; closing twice succeeds")
  func closing() throws {
    let (lab, session) = try Lab.withSession(Flows.single("f"))
    for _ in 0..<2 { _ = try lab.call(.close(cancelActive: false), on: .session(session)) }
    let meta = try #require(lab.meta(session))
    #expect(lab.store.events.count { $0.kind == .sessionClosed(meta) } == 1)
    #expect(lab.selected("/w") == nil)
    for command: Command in [
      .setMode(.batch, expected: Expected()), .setExecutedFlow(flow: "f", expected: Expected()), .select,
      .setProviderModel(provider: "p", model: "m", expected: Expected()), .start(StartRequest()),
    ] {
      let refusal = lab.refusal(of: command, on: session)
      #expect(refusal?.reason == "SESSION_CLOSED", "\(command)")
      #expect(refusal?.code == .failedPrecondition)
      #expect(refusal?.metadata == ["session_id": session.description])
    }
    guard case .currentMeta = try lab.call(.getCurrentMeta, on: .session(session)) else {
      Issue.record("a closed session can be read")
      return
    }
    do {
      _ = try lab.call(.getCurrentMeta, on: .workspace("/w"))
      Issue.record("a workspace without a selection was read")
    } catch let refusal as Refusal {
      #expect(refusal.reason == "SESSION_NOT_FOUND")
      #expect(refusal.metadata == ["workspace": "/w"])
    }
  }

  @Test("Closing is refused while a run is active, unless it is to be cancelled")
  func closingWithARun() throws {
    let (lab, session) = try Lab.withSession(Flows.single("f"))
    let run = try lab.start(session)
    let refusal = lab.refusal(of: .close(cancelActive: false), on: session)
    #expect(refusal?.reason == "RUN_ACTIVE")
    #expect(refusal?.metadata == ["run_id": run.id.description])
    _ = try lab.call(.close(cancelActive: true), on: .session(session))
    #expect(lab.executor.areAllTerminated)
    lab.finish(run.id, "only", .cancelled)
    #expect(lab.status(run.id) == .cancelled)
    #expect(lab.broken.isEmpty)
  }
}

extension Lab {
  func selected(_ workspace: String) -> SessionID? {
    store.selections[ExactName(workspace)].flatMap { store.sessions[$0]?.meta.sessionID }
  }
}
