import FlowdHTTP
import FlowdModel
import Testing

@Suite struct EncodingTests {
  /// A gzip file of blocks that are stored, not compressed: enough to be unpacked.
  private static func stored(_ text: String) -> [UInt8] {
    let bytes = Array(text.utf8)
    let length = UInt16(bytes.count)
    var file: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff, 1]
    file += [UInt8(length & 0xff), UInt8(length >> 8), UInt8(~length & 0xff), UInt8(~length >> 8)] + bytes
    file += littleEndian(checksum(bytes)) + littleEndian(UInt32(bytes.count))
    return file
  }

  private static func littleEndian(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(value >> (8 * $0) & 0xff) } }

  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    var sum: UInt32 = 0xffff_ffff
    for byte in bytes {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xedb8_8320 : sum >> 1 }
    }
    return ~sum
  }

  /// A gzip file without end that unpacks to zeros, 159 for a byte.
  private static func bomb(matches: Int) -> [UInt8] {
    var writer = DeflateWriter(after: DeflateWriter.gzipHeader)
    writer.literal(0)
    for _ in 0..<matches { writer.repeated(distance: 1) }
    return writer.bytes
  }

  /// A gzip file without end of a bomb, which repeats itself every 13 bytes: both together unpack to 21,000 for a byte.
  private static func packedBomb(matches: Int) -> [UInt8] {
    var writer = DeflateWriter(after: DeflateWriter.gzipHeader)
    for byte in bomb(matches: 100).prefix(26 + 12) { writer.literal(byte) }
    for _ in 0..<matches { writer.repeated(distance: 13) }
    return writer.bytes
  }

  /// A zlib stream (RFC 1950) of zeros.
  private static func zeros(matches: Int) -> [UInt8] {
    var writer = DeflateWriter(after: [0x78, 0x9c])
    writer.literal(0)
    for _ in 0..<matches { writer.repeated(distance: 1) }
    writer.finish()
    let sum = UInt32((1 + 258 * matches) % 65_521) << 16 | 1
    return writer.bytes + littleEndian(sum).reversed()
  }

  private func get(
    _ encoding: String, _ body: [UInt8], _ change: (inout HTTPCall) -> Void = { _ in }
  ) throws -> (CallRecord, ScriptedServer.Request?) {
    let server = try ScriptedServer { peer in
      while peer.readRequest() != nil {
        peer.write("HTTP/1.1 200 OK\r\nContent-Encoding: \(encoding)\r\nContent-Length: \(body.count)\r\n\r\n")
        peer.write(body)
      }
    }
    defer { server.stop() }
    let record = try ClientBench().get(server.url, change)
    return (record, server.requests.first)
  }

  @Test func aPackedBodyIsAskedForAndUnpacked() throws {
    let (record, request) = try get("gzip", Self.stored("unpacked"))
    #expect(record.text == "unpacked")
    #expect(record.end?.info.bodyBytes == 8)
    for coding in ["gzip", "deflate", "br", "zstd"] {
      #expect(request?["accept-encoding"]?.contains(coding) == true)
    }
  }

  @Test func withoutDecompressionTheBodyStaysAsItCame() throws {
    let body = Self.stored("unpacked")
    let (record, request) = try get("gzip", body) { $0.decompresses = false }
    #expect(record.body == body)
    #expect(request?["accept-encoding"] == nil)
  }

  @Test func aBodyThatCannotBeUnpackedIsAProtocolError() throws {
    let (record, _) = try get("gzip", Array("this is not gzip at all".utf8))
    #expect(record.failure == .protocolError)
  }

  @Test func aBombIsStoppedEarly() throws {
    let body = Self.packedBomb(matches: 5_000)
    #expect(body.count < 10_000)
    let (record, _) = try get("gzip, gzip", body) { $0.bodyBytesMax = 1 << 40 }
    #expect(record.failure == .tooLarge, "\(record.message)")
    #expect(record.message.contains("unpacks to more than"))
    // One read buffer is granted.
    #expect(record.body.count <= (body.count + 16_384) * Limits.inflationRatioMax + 16_384)
  }

  @Test func aBombInATransferCodingIsStoppedToo() throws {
    let body = Self.packedBomb(matches: 5_000)
    let server = try ScriptedServer { peer in
      _ = peer.readRequest()
      peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, gzip, chunked\r\n\r\n")
      peer.write(Array("\(String(body.count, radix: 16))\r\n".utf8) + body + Array("\r\n0\r\n\r\n".utf8))
      peer.waitForEnd()
    }
    defer { server.stop() }
    let record = try ClientBench().get(server.url) { $0.bodyBytesMax = 1 << 40 }
    #expect(record.failure == .tooLarge || record.body.count <= body.count, "\(record.message)")
  }

  @Test func aBombThatNobodyTakesOverIsStoppedToo() throws {
    let body = Self.packedBomb(matches: 5_000)
    let server = try ScriptedServer { peer in
      while peer.readRequest() != nil {
        peer.write("HTTP/1.1 200 OK\r\nContent-Encoding: gzip, gzip\r\nContent-Length: \(body.count)\r\n\r\n")
        peer.write(body)
      }
    }
    defer { server.stop() }
    let bench = try ClientBench()
    let record = bench.start(HTTPCall(url: server.url, timeout: .seconds(1)), acknowledges: false)
    record.waitForEnd()
    #expect(record.failure == .tooLarge, "\(record.message)")
    #expect(record.body.count <= (body.count + 16_384) * Limits.inflationRatioMax + 16_384)
  }

  @Test func aLongBombIsStoppedAsEarly() throws {
    let body = Self.packedBomb(matches: 150_000)
    #expect(body.count > 200_000)
    let (record, _) = try get("gzip, gzip", body) { $0.bodyBytesMax = 1 << 40 }
    #expect(record.failure == .tooLarge, "\(record.message)")
    // A few reads' worth, however much waits to be read.
    #expect(record.body.count <= 4 * 16_384 * Limits.inflationRatioMax)
  }

  @Test func aBombIsStoppedByTheBoundOfTheBodyToo() throws {
    let (record, _) = try get("gzip", Self.bomb(matches: 10_000)) { $0.bodyBytesMax = 2_000_000 }
    #expect(record.failure == .tooLarge, "\(record.message)")
    #expect(record.body.count <= 2_000_000)
  }

  @Test func aBodyThatPacksWellIsNoBomb() throws {
    let (record, _) = try get("deflate", Self.zeros(matches: 40_000))
    #expect(record.end?.result == .completed, "\(record.message)")
    #expect(record.body.count == 1 + 258 * 40_000)
  }
}
