import FlowdHTTP
import FlowdModel
import Testing

@Suite struct HTTP2Tests {
  /// RFC 9113, 4.1.
  private static func frame(_ type: UInt8, _ flags: UInt8, _ stream: UInt32, _ payload: [UInt8] = []) -> [UInt8] {
    let count = payload.count
    return [UInt8(count >> 16 & 0xff), UInt8(count >> 8 & 0xff), UInt8(count & 0xff), type, flags]
      + (0..<4).map { UInt8(stream >> (24 - 8 * $0) & 0xff) } + payload
  }

  /// Answers each request of a connection without TLS with 200 and a body.
  private static func serve(_ peer: Peer) {
    var bytes: [UInt8] = []
    var isGreeted = false
    while let more = peer.readSome() {
      bytes += more
      if !isGreeted {
        guard bytes.count >= 24 else { continue }
        guard bytes.starts(with: "PRI * HTTP/2.0".utf8) else { return }
        bytes.removeFirst(24)
        isGreeted = true
        peer.write(frame(4, 0, 0))
      }
      while bytes.count >= 9 {
        let length = Int(bytes[0]) << 16 | Int(bytes[1]) << 8 | Int(bytes[2])
        guard bytes.count >= 9 + length else { break }
        let stream = bytes[5..<9].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        // SETTINGS that is not an acknowledgement; HEADERS.
        if bytes[3] == 4, bytes[4] & 1 == 0 { peer.write(frame(4, 1, 0)) }
        if bytes[3] == 1 {
          // `:status: 200` is entry 8 of HPACK's static table.
          peer.write(frame(1, 4, stream, [0x88]) + frame(0, 1, stream, Array("over two".utf8)))
        }
        bytes.removeFirst(9 + length)
      }
    }
  }

  @Test func versionTwoIsSpokenWithoutTLSWhenAskedFor() throws {
    let server = try ScriptedServer { Self.serve($0) }
    defer { server.stop() }
    let bench = try ClientBench()
    for _ in 0..<3 {
      let record = bench.get(server.url) { $0.version = .http2 }
      #expect(record.text == "over two", "\(record.message)")
      #expect(record.head?.version == "2")
      #expect(record.status == 200)
    }
  }

  @Test func versionOneIsSpokenWithoutTLSOtherwise() throws {
    let server = try ScriptedServer.answering { response("200 OK", [], $0.line) }
    defer { server.stop() }
    let bench = try ClientBench()
    #expect(bench.get(server.url).text == "GET / HTTP/1.1")
    #expect(bench.get(server.url) { $0.version = .http1 }.text == "GET / HTTP/1.1")
  }

  @Test func aServerThatSpeaksOnlyOneIsAProtocolError() throws {
    let server = try ScriptedServer { peer in
      _ = peer.readSome()
      peer.write("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
    }
    defer { server.stop() }
    let record = try ClientBench().get(server.url) { $0.version = .http2 }
    #expect(record.failure == .protocolError || record.failure == .reset, "\(record.message)")
  }
}
