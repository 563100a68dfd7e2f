import FlowdModel
import Testing

@testable import FlowdSteps

struct StreamOutputTests {
  @Test func bytesUpToTheCapAreStreamedAndNothingIsMarked() {
    var stream = StreamOutput()
    let pieces = feed(&stream, bytes: Limits.streamedOutputBytesMax, of: [UInt8](repeating: 0x78, count: 16_384))
    #expect(pieces.reduce(0) { $0 + $1.text.count } == Limits.streamedOutputBytesMax)
    #expect(!pieces.contains { $0.truncated })
    #expect(!stream.isCapped)
    let end = stream.finish()
    #expect(end == nil)
  }

  @Test func theFirstByteBeyondTheCapMarksOnePieceAndEndsTheStream() {
    var stream = StreamOutput()
    _ = feed(&stream, bytes: Limits.streamedOutputBytesMax, of: [UInt8](repeating: 0x78, count: 16_384))
    let last = take(&stream, [0x79])
    #expect(last == StreamOutput.Piece(text: [], offset: UInt64(Limits.streamedOutputBytesMax), truncated: true))
    #expect(stream.isCapped)
    let beyond = take(&stream, [0x79])
    #expect(beyond == nil)
    let end = stream.finish()
    #expect(end == nil)
  }

  @Test func capsLieBetweenScalars() {
    let euro = Array("€".utf8)
    var stream = StreamOutput()
    let many = Array(repeatElement(euro, count: 5_000).joined())
    let pieces = feed(&stream, bytes: Limits.streamedOutputBytesMax + 100_000, of: many)
    let total = pieces.reduce(0) { $0 + $1.text.count }
    #expect(total == Limits.streamedOutputBytesMax / 3 * 3)
    #expect(pieces.last?.truncated == true)
    #expect(stream.captured.count == Limits.capturedOutputBytesMax / 3 * 3)
    #expect(stream.isCapturedTruncated)
  }

  @Test func aSequenceCutOffByTheEndIsReplaced() {
    var stream = StreamOutput()
    let first = take(&stream, [0x41, 0xE2, 0x82])
    #expect(first?.text == [0x41])
    let end = stream.finish()
    #expect(end == StreamOutput.Piece(text: [0xEF, 0xBF, 0xBD], offset: 1, truncated: false))
    #expect(stream.captured == [0x41, 0xEF, 0xBF, 0xBD])
  }

  private func take(_ stream: inout StreamOutput, _ bytes: [UInt8]) -> StreamOutput.Piece? {
    bytes.withUnsafeBytes { stream.take($0) }
  }

  private func feed(_ stream: inout StreamOutput, bytes: Int, of block: [UInt8]) -> [StreamOutput.Piece] {
    var pieces: [StreamOutput.Piece] = []
    var left = bytes
    while left > 0 {
      if let piece = take(&stream, Array(block.prefix(left))) { pieces.append(piece) }
      left -= block.count
    }
    return pieces
  }
}
