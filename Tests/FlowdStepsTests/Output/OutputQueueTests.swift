import FlowdModel
import Testing

@testable import FlowdSteps

struct OutputQueueTests {
  private let start = MonotonicInstant.now
  private let delay = Duration.milliseconds(Limits.outputGatheringMilliseconds)

  @Test func aLineGoesOutAtOnceWhenNoneWentOutLately() {
    var queue = OutputQueue()
    queue.append(piece("line\n"), of: .standardOutput, now: start)
    #expect(queue.dueAt == start)
  }

  @Test func aBurstIsGatheredForOneDelay() {
    var queue = OutputQueue()
    queue.append(piece("a\n"), of: .standardOutput, now: start)
    #expect(queue.takeChunks(now: start).count == 1)
    for at in 1..<10 {
      queue.append(piece("b\n", at: UInt64(at) * 2), of: .standardOutput, now: start + .milliseconds(at))
    }
    #expect(queue.dueAt == start + delay)
    #expect(queue.takeChunks(now: start + delay).map(\.text.count) == [18])
    #expect(queue.dueAt == .never)
  }

  @Test func anUnfinishedLineWaitsOneDelay() {
    var queue = OutputQueue()
    queue.append(piece("Password: "), of: .standardOutput, now: start)
    #expect(queue.dueAt == start + delay)
  }

  @Test func muchGoesOutAtOnce() {
    var queue = OutputQueue()
    let text = String(repeating: "x", count: OutputQueue.gatheredBytesMax)
    queue.append(piece(text), of: .standardOutput, now: start)
    #expect(queue.dueAt == start)
  }

  @Test func chunksAreCutBetweenScalarsAndTellTheirOffsets() {
    var queue = OutputQueue()
    let text = String(repeating: "€", count: 20_000)
    queue.append(piece(text, at: 7), of: .standardOutput, now: start)
    let chunks = queue.takeChunks(now: start)
    #expect(chunks.allSatisfy { $0.text.count <= Limits.outputChunkBytesMax && $0.text.count % 3 == 0 })
    var offset: UInt64 = 7
    for chunk in chunks {
      #expect(chunk.offset == offset)
      offset += UInt64(chunk.text.count)
    }
    #expect(chunks.flatMap(\.text) == Array(text.utf8))
  }

  @Test func streamsKeepTheirOrder() {
    var queue = OutputQueue()
    for at in 0..<4 {
      queue.append(piece("\(at)"), of: at % 2 == 0 ? .standardOutput : .standardError, now: start)
    }
    let chunks = queue.takeChunks(now: start)
    #expect(chunks.map { String(decoding: $0.text, as: UTF8.self) } == ["0", "1", "2", "3"])
    #expect(chunks.map(\.stream) == [.standardOutput, .standardError, .standardOutput, .standardError])
  }

  @Test func aTruncationIsMarkedOnTheRightStream() {
    var queue = OutputQueue()
    queue.append(piece("out"), of: .standardOutput, now: start)
    queue.append(.init(text: [], offset: 9, truncated: true), of: .standardError, now: start)
    #expect(
      queue.takeChunks(now: start) == [
        OutputChunk(stream: .standardOutput, text: Array("out".utf8), offset: 0),
        OutputChunk(stream: .standardError, text: [], offset: 9, truncated: true),
      ])
  }

  @Test func onlyWhatWasHandedOnCanBeAcknowledged() {
    var queue = OutputQueue()
    queue.append(piece("12345"), of: .standardOutput, now: start)
    queue.acknowledge(100)
    #expect(queue.unacknowledgedBytes == 5)
    _ = queue.takeChunks(now: start)
    queue.acknowledge(2)
    #expect(queue.unacknowledgedBytes == 3)
    queue.acknowledge(-7)
    queue.acknowledge(100)
    #expect(queue.unacknowledgedBytes == 0)
  }

  private func piece(_ text: String, at offset: UInt64 = 0) -> StreamOutput.Piece {
    StreamOutput.Piece(text: Array(text.utf8)[...], offset: offset, truncated: false)
  }
}
