import FlowdModel
import Testing

@testable import FlowdSteps

struct OutputBoundsTests {
  private func take(_ text: String, in stream: inout StreamOutput) -> StreamOutput.Piece? {
    Array(text.utf8).withUnsafeBytes { stream.take($0) }
  }

  @Test func eachExecutorHasItsOwnBounds() throws {
    var stream = StreamOutput(capturedBytesMax: 4, streamedBytesMax: 8)
    let piece = try #require(take("0123456789", in: &stream))
    #expect(piece.text == Array("01234567".utf8)[...] && piece.truncated)
    #expect(stream.captured == Array("0123".utf8) && stream.isCapturedTruncated && stream.isCapped)
  }

  @Test func nothingNeedsToBeKept() throws {
    var stream = StreamOutput(capturedBytesMax: 0, streamedBytesMax: .max)
    #expect(try #require(take("abc", in: &stream)).text == Array("abc".utf8)[...])
    #expect(stream.captured.isEmpty && stream.isCapturedTruncated && !stream.isCapped)
  }

  @Test func withoutGatheringEachReadIsDueAtOnce() throws {
    var queue = OutputQueue(gathering: .zero)
    let now = MonotonicInstant.now
    for text in ["no newline", "line\n"] {
      queue.append(.init(text: Array(text.utf8)[...], offset: 0, truncated: false), of: .standardOutput, now: now)
      #expect(queue.dueAt == now)
      #expect(queue.takeChunks(now: now).map(\.text) == [Array(text.utf8)])
    }
  }
}
