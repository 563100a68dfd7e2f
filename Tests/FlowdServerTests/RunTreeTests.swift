import FlowdModel
import Testing

@testable import FlowdServer

@Suite struct RunTreeTests {
  private static let session = SessionID(UUIDv7(high: 1, low: 1))
  private static let root: Int64 = 1

  private static func id(_ run: Int64) -> RunID { RunID(UUIDv7(high: 2, low: UInt64(run))) }

  private static func event(_ run: Int64?, _ kind: EventKind) -> Event {
    Event(
      sessionKey: 1, sessionID: session, runKey: run, runID: run.map(id), sequence: 1, position: 1,
      at: Timestamp(microsecondsSince1970: 0), kind: kind)
  }

  private static func started(_ run: Int64, of parent: Int64?) -> Event {
    let snapshot = RunSnapshot(
      flowID: "f", definitionHash: "", providerID: "", modelID: "", mode: .batch, revision: 1)
    let above = parent.map { ParentRun(key: $0, id: id($0), step: 0, attempt: 1, stepName: "s", depth: 1) }
    let record = RunRecord(
      key: run, id: id(run), sessionKey: 1, sessionID: session, requestID: "", snapshot: snapshot, cwd: "/", inputs: [],
      waitsForOthers: false, admittedAt: Timestamp(microsecondsSince1970: 0), firstSequence: 1, parent: above)
    let flow = FlowDefinition(id: "f", name: "f", steps: [])
    return event(run, .runStarted(record, PinnedDefinition(flow: flow, hash: "", canonicalJSON: []), reused: []))
  }

  private static func paused(_ run: Int64) -> Event { event(run, .runPaused) }

  private static func ended(_ run: Int64) -> Event {
    event(run, .runFinished(.succeeded, report: "", error: "", outputs: []))
  }

  @Test func theRunsOfItsStepsBelongToARunAndOthersDoNot() {
    var tree = RunTree(root: Self.root)
    tree.add([])
    for (event, isPart) in [
      (Self.started(2, of: Self.root), true), (Self.started(3, of: 2), true), (Self.paused(3), true),
      (Self.started(4, of: nil), false), (Self.started(5, of: 4), false), (Self.paused(5), false),
      (Self.event(nil, .runPaused), false), (Self.ended(3), true), (Self.paused(3), false), (Self.paused(2), true),
    ] {
      let isIncluded = tree.includes(event)
      #expect(isIncluded == isPart, "\(event.kind) of \(event.runKey ?? 0)")
    }
  }

  @Test func whatBeganWhileTheStoreWasReadIsKnownAfterwards() {
    var tree = RunTree(root: Self.root)
    // 2 began before the watch; 3 is a step of it, 4 one of 3; 6 is another run's.
    for event in [Self.started(3, of: 2), Self.started(4, of: 3), Self.started(6, of: 5)] {
      let isIncluded = tree.includes(event)
      #expect(isIncluded)
    }
    tree.add([2])
    let included = ([2, 3, 4, 5, 6] as [Int64]).filter { tree.includes(Self.paused($0)) }
    #expect(included == [2, 3, 4])
  }
}
