import FlowdEngine
import FlowdModel
import Testing

struct ReleaseTests {
  @Test("What was read of a session before its deletion does not bring it back")
  func released() throws {
    let (lab, session) = try Lab.withSession(Flows.single("f"))
    lab.restart()
    lab.settle()
    #expect(lab.engine.release(session))
    // The store still has it: its deletion is on its way.
    let call = lab.submit(.getCurrentMeta, to: .session(session))
    lab.settle()
    #expect(!lab.hasSucceeded(call))
    #expect(lab.refusal(of: .getCurrentMeta, on: session)?.reason == "SESSION_NOT_FOUND")
    lab.engine.admitAgain(session)
    #expect(lab.refusal(of: .getCurrentMeta, on: session) == nil)
  }
}
