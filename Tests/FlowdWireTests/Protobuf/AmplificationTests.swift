import FlowdModel
import Testing

@testable import FlowdWire

@Suite struct AmplificationTests {
  @Test(arguments: [field(900, varint: 0), field(1, []), field(1, field(1, []))])
  func boundsTheFieldsOfAMessage(_ some: [UInt8]) {
    // The last kind counts twice.
    let count = Limits.messageFieldsMax / (some == field(1, field(1, [])) ? 2 : 1)
    let allowed = (0..<count).flatMap { _ in some }
    let repeated = decode(API.FlowServiceListResponse.self, allowed)
    #expect(!repeated.isTooLarge, "\(count) fields: \(repeated)")
    #expect(decode(API.FlowServiceListResponse.self, allowed + some).isTooLarge)
  }

  /// Four MiB of the smallest fields, which protobuf-c alone would turn into hundreds of megabytes.
  @Test(arguments: [[0x08, 0], [0x0A, 0], [0xA0, 0x38, 0], [0x3A, 0]] as [[UInt8]])
  func refusesAFrameFullOfTinyFieldsAtOnce(_ tiny: [UInt8]) {
    let count = Limits.frameBytesMax / tiny.count
    let bytes = (0..<count).flatMap { _ in tiny }
    let types: [any Message.Type] = [
      API.FlowServiceStartRequest.self, API.DaemonServiceHelloRequest.self, API.Event.self,
    ]
    let began = ContinuousClock.now
    for type in types {
      do throws(WireError) {
        _ = try type.init(decoding: bytes)
        Issue.record("\(type.fullName) took \(count) fields")
      } catch {
        #expect(error.message.isEmpty == false)
      }
    }
    #expect(ContinuousClock.now - began < .seconds(60))
  }

  @Test func refusesMoreThanAFrame() {
    let bytes = field(1, [UInt8](repeating: 0x61, count: Limits.frameBytesMax))
    #expect(decode(API.SessionServiceListRequest.self, bytes).isTooLarge)
  }

  @Test func takesOneStringOfAWholeFrame() throws {
    let text = [UInt8](repeating: 0x61, count: Limits.frameBytesMax - 5)
    let request = try API.SessionServiceListRequest(decoding: field(1, text))
    #expect(request.workspace.utf8.count == text.count)
  }

  /// An environment with as many short entries as are allowed.
  @Test func takesTheLargestEnvironmentWithTheShortestEntries() throws {
    var request = API.FlowServiceStartRequest(sessionID: "s")
    for number in 0..<Limits.environmentEntriesMax { request.env[String(number, radix: 36)] = "" }
    #expect(try API.FlowServiceStartRequest(decoding: request.encoded) == request)
  }

  private func needs(of step: Int) -> [String] {
    (0..<Limits.flowNeedsMax / Limits.flowStepsMax).map { "s\((step + $0) % Limits.flowStepsMax)" }
  }

  /// A run of the longest flow with the most needs, as a client sees it: each step with its times.
  @Test func takesARunOfTheLongestFlow() throws {
    let steps = (0..<Limits.flowStepsMax).map { number in
      API.Step(
        stepID: "s\(number)", label: "s\(number)", kind: "run", status: .succeeded, attempt: 1,
        startedAt: API.Timestamp(seconds: 1_700_000_000, nanos: 1),
        finishedAt: API.Timestamp(seconds: 1_700_000_001, nanos: 1),
        exitCode: 0, needs: needs(of: number))
    }
    let response = API.FlowServiceGetRunResponse(run: API.Run(runID: "r", steps: steps))
    #expect(try API.FlowServiceGetRunResponse(decoding: response.encoded) == response)
  }

  @Test func takesTheLargestRoster() throws {
    let steps = (0..<Limits.flowStepsMax).map { number in
      API.Step(
        stepID: "s\(number)", label: "s\(number)", kind: "run", status: .pending,
        needs: needs(of: number))
    }
    let event = API.Event(sessionID: "s", seq: 1, kind: .runStarted(API.RunStarted(roster: steps, cwd: "/")))
    let response = API.EventServiceWatchResponse(event: event)
    #expect(try API.EventServiceWatchResponse(decoding: response.encoded) == response)
  }

  @Test func anArenaGivesWhatItMayAndThenNothing() {
    let arena = Arena(limit: 100_000)
    var blocks: [UnsafeMutableRawPointer] = []
    while let block = arena.allocate(bytes: 1_000) {
      #expect(Int(bitPattern: block) % 16 == 0)
      block.initializeMemory(as: UInt8.self, repeating: UInt8(truncatingIfNeeded: blocks.count), count: 1_000)
      blocks.append(block)
    }
    #expect(blocks.count == 100_000 / 1_008)
    for (index, block) in blocks.enumerated() {
      #expect(block.load(fromByteOffset: 999, as: UInt8.self) == UInt8(truncatingIfNeeded: index))
    }
    #expect(arena.allocate(bytes: .max) == nil && arena.allocate(bytes: -1) == nil)
    arena.reset(limit: 50_000)
    #expect(arena.allocate(bytes: 50_001) == nil)
    #expect(arena.allocate(bytes: 50_000) != nil)
    #expect(arena.allocate(bytes: 1) == nil)
    #expect(arena.allocate(bytes: 0) != nil)
  }

  @Test func refusesUnknownNestingNotItsDepth() {
    var deep: [UInt8] = []
    for _ in 0..<2_000 { deep = field(900, deep) }
    #expect(decode(API.SessionServiceListRequest.self, deep).isSuccess)
  }
}
