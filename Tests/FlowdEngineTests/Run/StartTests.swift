@testable import FlowdEngine
import FlowdModel
import Testing

@Suite("Starting runs")
struct StartTests {
  @Test("A run takes what the session holds and nothing that changes later")
  func snapshot() throws {
    let (lab, session) = try Lab.withSession(Flows.chain("f", 2))
    let run = try lab.start(session, StartRequest(environment: ["A=1"]))
    _ = try lab.call(.setProviderModel(provider: "q", model: "n", expected: Expected()), on: .session(session))
    lab.flows["f"] = .found(Flows.pinned(Flows.single("f"), version: 2))
    lab.config.defaults.provider = "q"
    lab.finish(run.id, "s0")
    let request = try #require(lab.request(run.id, "s1"))
    #expect(request.environment.contains("FLOWD_PROVIDER=p"))
    #expect(request.environment.contains("FLOWD_MODEL=m"))
    #expect(
      run.snapshot
        == RunSnapshot(flowID: "f", definitionHash: "f-1", providerID: "p", modelID: "m", mode: .batch, revision: 1))
    #expect(lab.meta(session)?.lastUsedFlowID == "f")
    #expect(lab.meta(session)?.revision == 2)
  }

  @Test("A repeated request id gives the same run, before and after it ended and after a restart")
  func onceOnly() throws {
    let (lab, session) = try Lab.withSession(Flows.single("f"))
    let request = StartRequest(requestID: "once", inputs: .object([]))
    let run = try lab.start(session, request)
    func repeated() throws -> (RunRecord, Bool) {
      let reply = try lab.call(.start(request), on: .session(session))
      guard case .started(let record, let existing) = reply else { throw LabError.unexpected(reply) }
      return (record, existing)
    }
    for expected in [RunStatus.running, .succeeded, .succeeded, .succeeded] {
      let (again, existing) = try repeated()
      #expect(again.id == run.id && existing && again.status == expected && again.snapshot == run.snapshot)
      if lab.status(run.id) == .running {
        lab.finish(run.id, "only")
      } else {
        lab.restart()
      }
    }
    #expect(lab.store.runs.count == 1)
    #expect(try lab.start(session, StartRequest(requestID: "onc\u{65}\u{301}")).id != run.id)
  }

  @Test("A request id is found although many later ones came before the first was durable")
  func onceOnlyUnderLoad() throws {
    var config = Lab.config
    config.defaults.flow = "f"
    let lab = Lab(flows: [Flows.pinned(Flows.single("f"))], config: config, bounds: EngineBounds(recentRequests: 4))
    let session = try lab.open("/w")
    // Nothing of it is committed before the last is decided.
    let ids = (0..<20).map { "r\($0)" } + ["r0"]
    let tokens = ids.map { lab.submit(.start(StartRequest(requestID: $0, ifActive: .parallel)), to: .session(session)) }
    lab.takeLoads()
    while !lab.requested.isEmpty {
      lab.readOne()
      lab.deliverOne()
      lab.takeLoads()
    }
    lab.settle()
    let runs = try tokens.map { token in
      guard case .success(.started(let record, _)) = lab.answers[token] else { throw LabError.unanswered }
      return record.id
    }
    #expect(runs.first == runs.last)
    #expect(Set(runs).count == 20)
    #expect(lab.broken.isEmpty)
  }

  @Test("A repetition tells of an end that came while its run was looked up")
  func endWhileLookedUp() throws {
    let (lab, session) = try Lab.withSession(Flows.single("f"))
    let run = try lab.start(session, StartRequest(requestID: "once"))
    _ = lab.submit(.setMode(.hybrid, expected: Expected()), to: .session(session))
    lab.seal()
    lab.failCommit()
    lab.allowWrites()
    let token = lab.submit(.start(StartRequest(requestID: "once")), to: .session(session))
    // The session, and then the run, which still runs.
    for _ in 0..<2 {
      lab.takeLoads()
      lab.readOne()
      if case .request = lab.readings.first?.load { break }
      lab.deliverOne()
    }
    lab.report([lab.executor.finish(try #require(lab.executor.running.first), .exited(0))])
    for isDurable in [false, true] {
      if isDurable {
        lab.seal()
        lab.write()
        lab.finishCommit()
      }
      lab.deliverOne()
    }
    lab.settle()
    guard case .success(.started(let record, existing: true)) = lab.answers[token] else { throw LabError.otherAnswer }
    #expect(record.id == run.id && record.status == .succeeded)
  }

  @Test("REJECT refuses, QUEUE waits, PARALLEL does not, REPLACE cancels all and waits")
  func ifActive() throws {
    let (lab, session) = try Lab.withSession(Flows.single("f"))
    let first = try lab.start(session)
    let refusal = lab.refusal(of: .start(StartRequest(ifActive: .reject)), on: session)
    #expect(refusal?.code == .failedPrecondition)
    #expect(refusal?.reason == "RUN_ACTIVE")
    #expect(refusal?.metadata == ["run_id": first.id.description])
    let queued = try lab.start(session, StartRequest(ifActive: .queue))
    let parallel = try lab.start(session, StartRequest(ifActive: .parallel))
    #expect([queued, parallel].map { lab.status($0.id) } == [.queued, .running])
    let last = try lab.start(session, StartRequest(ifActive: .replace))
    #expect(lab.status(queued.id) == .cancelled)
    #expect(lab.status(last.id) == .queued)
    lab.finish(first.id, "only", .cancelled)
    #expect(lab.status(last.id) == .queued)
    lab.finish(parallel.id, "only", .cancelled)
    #expect(lab.status(last.id) == .running)
    lab.finish(last.id, "only")
    #expect([first, parallel, last].map { lab.status($0.id) } == [.cancelled, .cancelled, .succeeded])
  }

  @Test("Queued runs start one by one, in their order, each with its own snapshot")
  func queueOrder() throws {
    let (lab, session) = try Lab.withSession(Flows.single("f"))
    var runs: [RunRecord] = []
    for mode in [RunMode.batch, .hybrid, .interactive] {
      _ = try lab.call(.setMode(mode, expected: Expected()), on: .session(session))
      runs.append(try lab.start(session, StartRequest(ifActive: .queue)))
    }
    #expect(runs.map(\.snapshot.mode) == [.batch, .hybrid, .interactive])
    for (index, run) in runs.enumerated() {
      #expect(runs.map { lab.status($0.id) == .running } == runs.indices.map { $0 == index })
      lab.finish(run.id, "only", .exited(1))
    }
  }

  @Test("The queue and the number of runs are bounded")
  func bounds() throws {
    let (lab, session) = try Lab.withSession(Flows.single("f"))
    for _ in 0...Limits.queuedRunsMax { _ = try lab.start(session, StartRequest(ifActive: .queue)) }
    let full = lab.refusal(of: .start(StartRequest(ifActive: .queue)), on: session)
    #expect(full?.code == .resourceExhausted)
    #expect(full?.reason == "QUEUE_FULL")
    #expect(full?.metadata == ["queued": String(Limits.queuedRunsMax)])
    for _ in (Limits.queuedRunsMax + 1)..<Limits.activeRunsMax {
      _ = try lab.start(session, StartRequest(ifActive: .parallel))
    }
    #expect(lab.refusal(of: .start(StartRequest(ifActive: .parallel)), on: session)?.reason == "QUEUE_FULL")
  }

  @Test("Without a flow, and with inputs that do not fit, nothing is admitted")
  func refusedStarts() throws {
    let lab = Lab(config: Config(providers: []))
    let session = try lab.open("/w")
    let none = lab.refusal(of: .start(StartRequest()), on: session)
    #expect(none?.code == .failedPrecondition)
    #expect(none?.reason == "NO_FLOW_SELECTED")
    var flow = Flows.single("f")
    flow.inputs = [InputDefinition(name: "size", kind: .number, required: true)]
    lab.flows["f"] = .found(Flows.pinned(flow))
    _ = try lab.call(.setExecutedFlow(flow: "f", expected: Expected()), on: .session(session))
    for inputs: JSONValue in [
      .object([]), .object([.init("size", .string("big"))]), .object([.init("sise", .number("1"))]), .null,
    ] {
      let refusal = lab.refusal(of: .start(StartRequest(inputs: inputs)), on: session)
      #expect(refusal?.code == .invalidArgument)
      #expect(refusal?.reason == "INPUT_INVALID")
    }
    lab.flows["f"] = nil
    #expect(lab.refusal(of: .start(StartRequest()), on: session)?.reason == "FLOW_NOT_FOUND")
    #expect(lab.store.runs.isEmpty)
  }
}
