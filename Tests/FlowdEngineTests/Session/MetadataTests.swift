import FlowdEngine
import FlowdModel
import Testing

@Suite("Metadata of a session")
struct MetadataTests {
  @Test("Each change raises the revision by one and is an event")
  func eachChangeIsOneRevision() throws {
    let (lab, session) = try Lab.withSession(Flows.single("f"), others: [Flows.single("g")])
    let changes: [Command] = [
      .setExecutedFlow(flow: "g", expected: Expected()),
      .setProviderModel(provider: "q", model: "n", expected: Expected(revision: 2)),
      .setMode(.hybrid, expected: Expected(executedFlowID: "g", providerID: "q", modelID: "n")),
    ]
    for (index, change) in changes.enumerated() {
      guard case .meta(let meta) = try lab.call(change, on: .session(session)) else { throw LabError.otherAnswer }
      #expect(meta.revision == UInt64(index + 2))
      #expect(lab.store.events.last?.kind == .sessionMetaChanged(meta))
      #expect(lab.meta(session) == meta)
    }
    #expect(lab.meta(session)?.executedFlowID == "g")
    #expect(lab.meta(session)?.mode == .hybrid)
  }

  @Test(
    "A wrong expectation is refused with what the session holds",
    arguments: [
      (Expected(revision: 2), "revision is 1, expected 2"),
      (Expected(executedFlowID: "g"), "flow is \"f\", expected \"g\""),
      (Expected(revision: 1, providerID: "q"), "provider is \"p\", expected \"q\""),
      (Expected(modelID: ""), "model is \"m\", expected \"\""),
    ])
  func wrongExpectation(_ expected: Expected, _ why: String) throws {
    let (lab, session) = try Lab.withSession(Flows.single("f"), others: [Flows.single("g")])
    let before = lab.store.events
    for command: Command in [
      .setExecutedFlow(flow: "g", expected: expected), .setMode(.hybrid, expected: expected),
      .setProviderModel(provider: "q", model: "n", expected: expected), .start(StartRequest(expected: expected)),
    ] {
      let refusal = lab.refusal(of: command, on: session)
      #expect(refusal?.code == .aborted)
      #expect(refusal?.reason == "EXPECTATION_FAILED")
      #expect(refusal?.message.contains(why) == true)
      #expect(refusal?.metadata == ["session_id": session.description, "revision": "1"])
      #expect(refusal?.meta == lab.meta(session))
    }
    #expect(lab.store.events == before)
  }

  @Test("Expectations are compared byte by byte")
  func expectationsAreExact() throws {
    let (lab, session) = try Lab.withSession(Flows.single("caf\u{E9}"))
    let expected = Expected(executedFlowID: "cafe\u{301}")
    #expect(lab.refusal(of: .setMode(.batch, expected: expected), on: session)?.code == .aborted)
  }

  @Test("Unknown flows, providers and models change nothing")
  func unknownNames() throws {
    let (lab, session) = try Lab.withSession(Flows.single("f"))
    lab.flows["near"] = .missing(suggestions: ["f"])
    let cases: [(Command, String, [String: String])] = [
      (.setExecutedFlow(flow: "x", expected: Expected()), "FLOW_NOT_FOUND", ["flow_id": "x"]),
      (.setExecutedFlow(flow: "near", expected: Expected()), "FLOW_NOT_FOUND", ["flow_id": "near"]),
      (
        .setProviderModel(provider: "x", model: "m", expected: Expected()), "PROVIDER_NOT_FOUND",
        ["provider_id": "x"]
      ),
      (
        .setProviderModel(provider: "q", model: "x", expected: Expected()), "MODEL_NOT_FOUND",
        ["provider_id": "q", "model_id": "x"]
      ),
    ]
    for (command, reason, metadata) in cases {
      let refusal = lab.refusal(of: command, on: session)
      #expect(refusal?.code == .notFound)
      #expect(refusal?.reason == reason)
      #expect(refusal?.metadata == metadata)
    }
    #expect(lab.refusal(of: cases[1].0, on: session)?.message.contains("did you mean \"f\"?") == true)
    #expect(lab.meta(session)?.revision == 1)
  }

  @Test("An invalid flow may be chosen and not started")
  func invalidFlow() throws {
    let (lab, session) = try Lab.withSession(Flows.single("f"))
    lab.flows["bad"] = .invalid(["bad.flow.yaml:1:1: error: first", "second"])
    _ = try lab.call(.setExecutedFlow(flow: "bad", expected: Expected()), on: .session(session))
    let refusal = lab.refusal(of: .start(StartRequest()), on: session)
    #expect(refusal?.code == .failedPrecondition)
    #expect(refusal?.reason == "FLOW_INVALID")
    #expect(refusal?.message.contains("first (and 1 more") == true)
    #expect(refusal?.metadata == ["flow_id": "bad"])
  }

  @Test("A session that is not there is not found, by any command")
  func unknownSession() throws {
    let (lab, _) = try Lab.withSession(Flows.single("f"))
    let unknown = SessionID(UUIDv7(high: 1, low: 2))
    for command: Command in [
      .getCurrentMeta, .select, .close(cancelActive: true), .setMode(.batch, expected: Expected()),
      .start(StartRequest()), .cancel(nil, .force), .settle, .open(NewSession(workspace: "/w", from: unknown)),
    ] {
      let refusal = lab.refusal(of: command, on: unknown)
      #expect(refusal == .sessionNotFound(unknown.description), "\(command)")
    }
  }
}
