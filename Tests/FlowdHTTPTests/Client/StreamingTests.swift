import FlowdHTTP
import FlowdModel
import Testing

@Suite struct StreamingTests {
  @Test func aGetTellsHeadBodyAndEndOnce() throws {
    let server = try ScriptedServer.answering { _ in response("200 OK", ["X-A: 1", "x-a: 2"], "hello") }
    defer { server.stop() }
    let record = try ClientBench().get(server.url + "/a?b=c")
    #expect(record.end?.result == .completed)
    #expect(record.status == 200)
    #expect(record.head?.version == "1.1")
    #expect(record.head?.headers.filter { $0.name.lowercased() == "x-a" }.map(\.value) == ["1", "2"])
    #expect(record.text == "hello")
    #expect(record.headCount == 1 && record.endCount == 1 && record.eventsAfterEnd == 0)
    #expect(server.requests.first?.line == "GET /a?b=c HTTP/1.1")
    #expect(record.end?.info.bodyBytes == 5)
    #expect((record.end?.info.timings.total ?? 0) > 0)
  }

  @Test func aPostSendsItsBodyAndHeaders() throws {
    let server = try ScriptedServer.answering { response("201 Created", [], $0.text) }
    defer { server.stop() }
    let record = try ClientBench().run(
      HTTPCall(
        method: "POST", url: server.url, headers: [.init("Content-Type", "application/json"), .init("X-Empty", "")],
        body: .bytes(Array("{\"a\":1}".utf8))))
    #expect(record.status == 201)
    #expect(record.text == "{\"a\":1}")
    #expect(server.requests.first?["content-type"] == "application/json")
    #expect(server.requests.first?["x-empty"] == "")
    #expect(server.requests.first?["expect"] == nil)
    #expect(server.requests.first?["user-agent"] == "flowd")
  }

  @Test func piecesArriveWhileTheResponseGoesOn() throws {
    let mayGoOn = Semaphore()
    let server = try ScriptedServer { peer in
      guard peer.readRequest() != nil else { return }
      peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n")
      mayGoOn.wait()
      peer.write("6\r\nsecond\r\n0\r\n\r\n")
      peer.waitForEnd()
    }
    defer { server.stop() }
    let bench = try ClientBench()
    let record = bench.start(HTTPCall(url: server.url))
    record.waitForBody { $0.count == 5 }
    #expect(record.text == "first")
    #expect(record.endCount == 0)
    mayGoOn.signal()
    record.waitForEnd()
    #expect(record.text == "firstsecond")
  }

  @Test func connectionsAreUsedAgain() throws {
    let server = try ScriptedServer.answering { _ in response("200 OK", [], "x") }
    defer { server.stop() }
    let bench = try ClientBench()
    for _ in 0..<5 { #expect(bench.get(server.url).status == 200) }
    #expect(server.connectionCount == 1)
  }

  @Test func aLongChunkedBodyIsReadAndItsTrailersAreNotAHead() throws {
    let piece = String(repeating: "x", count: 10_000)
    let server = try ScriptedServer { peer in
      _ = peer.readRequest()
      peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
      for _ in 0..<1_000 { peer.write("2710\r\n\(piece)\r\n") }
      peer.write("0\r\nX-Sum: 1\r\nHTTP/1.1 302 Found: x\r\nLocation: /\r\n\r\n")
      peer.waitForEnd()
    }
    defer { server.stop() }
    let record = try ClientBench().get(server.url)
    #expect(record.end?.result == .completed, "\(record.message)")
    #expect(record.body.count == 10_000_000)
    #expect(record.status == 200)
    #expect(record.head?.headers.count == 1)
    #expect(server.requests.count == 1)
  }
}
