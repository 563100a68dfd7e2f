import FlowdModel
import TestSupport
import Testing

@testable import FlowdAgents

@Suite struct ChatStreamTests {
  private func read(_ bytes: [UInt8], _ contentType: String = "text/event-stream", cut most: Int, seed: UInt64) throws
    -> (pieces: [ChatStream.Piece], stream: ChatStream)
  {
    var random = SplitMix64(seed: seed)
    var stream = ChatStream(contentType: contentType) { Timestamp(microsecondsSince1970: 0) }
    var pieces: [ChatStream.Piece] = []
    for piece in bytes.cut(upTo: most, using: &random) { try stream.push(piece, to: &pieces) }
    try stream.finish(to: &pieces)
    return (pieces, stream)
  }

  private let body = """
    : hello\r
    data: {"model": "m-1", "choices": [{"delta": {"role": "assistant", "content": ""}}]}\r
    \r
    data: {"choices": [{"delta": {"reasoning": "höm"}}]}\r
    \r
    data: {"choices": [{"index": 1, "delta": {"content": "another choice"}}]}\r
    \r
    data: {"choices": [{"index": 0, "delta": {"content": "a€"}}]}\r
    \r
    data: {"choices": [{"delta": {"content": "🌍"}, "finish_reason": "stop"}], "usage": null}\r
    \r
    data: {"choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 2}}\r
    \r
    data: [DONE]\r
    \r
    data: {"choices": [{"delta": {"content": "too late"}}]}\r
    \r

    """

  @Test(arguments: 1...100)
  func anyWayOfCuttingTheSameBytesGivesTheSamePieces(seed: Int) throws {
    let (pieces, stream) = try read(Array(body.utf8), cut: 1 + seed, seed: UInt64(seed))
    #expect(pieces == [.thought("höm"), .text("a€"), .text("🌍")])
    #expect(stream.model == "m-1")
    #expect(stream.finishReason == "stop")
    #expect(stream.usage == TokenCount(input: 1, output: 2))
    #expect(stream.isDone)
  }

  @Test func whatAServerSendsIsTakenByItsFirstByteWhenItDoesNotNameIt() throws {
    let whole = Array(#" {"choices": [{"message": {"content": "x"}}]}"#.utf8)
    #expect(try read(whole, "", cut: 3, seed: 1).pieces == [.text("x")])
    #expect(try read(Array(body.utf8), "", cut: 3, seed: 1).pieces.count == 3)
    #expect(try read(Array(body.utf8), "application/json", cut: 3, seed: 1).pieces.count == 3)
  }

  @Test func whatCameBeforeAnErrorIsKept() throws {
    let bytes = Array(
      (#"data: {"choices": [{"delta": {"content": "x"}}]}"# + "\n\ndata: {\"error\": \"gone\"}\n\n").utf8)
    var stream = ChatStream(contentType: "text/event-stream") { Timestamp(microsecondsSince1970: 0) }
    var pieces: [ChatStream.Piece] = []
    #expect(throws: AgentError(.failed, "gone")) { try stream.push(bytes, to: &pieces) }
    #expect(pieces == [.text("x")])
  }

  @Test(arguments: [
    (#"\ud83c\udf0d"#, "🌍"), (#"a\ud83cb"#, "a\u{FFFD}b"), (#"\udf0d"#, "\u{FFFD}"),
    (#"\ud83c\ud83c\udf0d"#, "\u{FFFD}🌍"),
    (#"\\ud83c"#, "\\ud83c"), (#"\ud83c\n"#, "\u{FFFD}\n"), (#"\ud83c\\"#, "\u{FFFD}\\"),
    (#"\u00e9\ud83c"#, "é\u{FFFD}"),
  ])
  func halvesOfSurrogatePairsAreReplaced(escaped: String, text: String) throws {
    let bytes = Array("data: {\"choices\": [{\"delta\": {\"content\": \"\(escaped)\"}}]}\n\n".utf8)
    #expect(try read(bytes, cut: 1000, seed: 1).pieces == [.text(text)])
  }
}
