import FlowdModel
import FlowdSteps
import Glibc
import Testing

@testable import FlowdAgents
@testable import FlowdHTTP

/// Streams that are faster than who takes them.
@Suite struct OpenAIFlowTests {
  /// Chunks of one stream. `FLOWD_BENCHMARK=1000000` measures; without it, few keep the benchmark alive.
  private static let chunkCount = getenv("FLOWD_BENCHMARK").flatMap { Int(String(cString: $0)) } ?? 20_000

  @Test func aServerWaitsUntilItsOutputIsAcknowledged() async throws {
    let chats = try Chats()
    let sent = Locked(0)
    let piece = String(repeating: "x", count: 8_192)
    let total = 1_600
    let server = try ChatServer { _, peer in
      peer.beginStream()
      for _ in 0..<total {
        guard peer.send("data: \(delta(piece))\n\n") else { return false }
        sent.withLock { $0 += 1 }
      }
      peer.send("data: [DONE]\n\n")
      return false
    }
    let chat = chats.start(server, acknowledges: false) { _ in
    } _: {
      $0.outputBytesMax = 64 << 20
    }
    try await eventually("as much is reported as may be") {
      chat.log.chunks.map(\.text.count).reduce(0, +) >= Limits.unacknowledgedOutputBytesMax
    }
    // Meanwhile others go on.
    let other = try ChatServer.streaming([delta("x", finish: "stop"), "[DONE]"])
    #expect(try await chats.start(other).result().outcome == .answered)
    let reported = chat.log.chunks.map(\.text.count).reduce(0, +)
    // What may be reported, what the call may hand over beside it, and two reads.
    #expect(reported <= 2 * Limits.unacknowledgedOutputBytesMax + 2 * 16_384)
    #expect(sent.withLock { $0 } < total)
    chat.log.acknowledgeAll()
    let result = try await chat.result()
    #expect(result.outcome == .answered)
    #expect(result.stdout.count == total * piece.utf8.count)
  }

  @Test func tinyChunksAreParsedAndGatheredFasterThanAnyModelWritesThem() throws {
    let count = Self.chunkCount
    let answer = "tok "
    let line = Array("data: \(delta(answer))\n\n".utf8)
    var body: [UInt8] = []
    for _ in 0..<64 { body += line }
    let provider = OpenAIProvider(baseURL: "http://127.0.0.1/v1")
    let run = RunID(UUIDv7(at: Timestamp(microsecondsSince1970: 1_700_000_000_000_000), random: (1, 2)))
    let request = AgentRequest(
      attempt: AttemptID(run: run, step: 1, attempt: 1), provider: ProviderDefinition(id: "p", kind: .openAI(provider)),
      model: "m", prompt: "p", outputBytesMax: 64 << 20, workingDirectory: "/")
    var attempt = ChatAttempt(
      request, provider, ChatAttempt.Access(redactor: Redactor(["a-secret-value"])), clock: { .now })
    var sizes: [Int] = []
    var chunks = 0
    let time = ContinuousClock().measure {
      _ = attempt.start(now: .now)
      _ = attempt.take(.head(head), now: .now)
      var taken = 0
      while taken < count {
        let pieces = body.count / 16_384 + 1
        for index in 0..<pieces {
          let piece = Array(body[(body.count * index / pieces)..<(body.count * (index + 1) / pieces)])
          for case .report(.output(let chunk)) in attempt.take(.body(piece), now: .now) {
            sizes.append(chunk.text.count)
            chunks += 1
            _ = attempt.acknowledge(bytes: chunk.text.count)
          }
        }
        taken += 64
      }
    }
    let rate = Double(count) / (Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18)
    if getenv("FLOWD_BENCHMARK") != nil {
      print("\(Int(rate)) chunks/s parsed, redacted and gathered; \(count) chunks became \(chunks) reports")
      #expect(rate > 100_000)
    }
    #expect(chunks < count / 16)
  }

  private var head: HTTPHead {
    HTTPHead(
      status: 200, version: "1.1", headers: [.init("Content-Type", "text/event-stream")], url: "http://127.0.0.1/v1")
  }
}
