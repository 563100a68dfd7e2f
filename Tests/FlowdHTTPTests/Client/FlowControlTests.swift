import FlowdHTTP
import FlowdModel
import Testing

@Suite struct FlowControlTests {
  private func endlessServer(bytes: Int) throws -> ScriptedServer {
    try ScriptedServer { peer in
      while let request = peer.readRequest() {
        guard request.path == "/long" else {
          peer.write(response())
          continue
        }
        peer.write("HTTP/1.1 200 OK\r\nContent-Length: \(bytes)\r\n\r\n")
        peer.write([UInt8](repeating: 0x78, count: bytes))
      }
    }
  }

  @Test func whatIsNotAcknowledgedStopsTheTransferUntilItIs() throws {
    let total = 8_000_000
    let server = try endlessServer(bytes: total)
    defer { server.stop() }
    let bench = try ClientBench()
    let record = bench.start(HTTPCall(url: server.url + "/long"), acknowledges: false)
    let bound = Limits.unacknowledgedOutputBytesMax
    record.waitForBody { $0.count >= bound }
    // The client's thread has turned many times when these have ended.
    for _ in 0..<20 { #expect(bench.get(server.url + "/short").status == 200) }
    // Past the bound comes what one more read brings, and what is looked at to know that it is one more.
    #expect(record.body.count <= bound + 2 * 16_384)
    #expect(record.endCount == 0)
    var acknowledged = 0
    while record.endCount == 0 {
      let count = record.body.count
      let id = try #require(record.id)
      bench.client.acknowledge(id, bytes: count - acknowledged)
      acknowledged = count
      record.waitForBody { $0.count > acknowledged }
    }
    #expect(record.end?.result == .completed)
    #expect(record.body.count == total)
  }

  @Test func aPausedCallStillTimesOutAndCanBeCancelled() throws {
    let server = try endlessServer(bytes: 2_000_000)
    defer { server.stop() }
    let bench = try ClientBench()
    let late = bench.start(HTTPCall(url: server.url + "/long", timeout: .seconds(4)), acknowledges: false)
    let cancelled = bench.start(HTTPCall(url: server.url + "/long", silence: .seconds(2)), acknowledges: false)
    cancelled.waitForBody { $0.count >= Limits.unacknowledgedOutputBytesMax }
    late.waitForEnd()
    #expect(late.end?.result == .timedOut)
    let id = try #require(cancelled.id)
    bench.client.cancel(id)
    cancelled.waitForEnd()
    #expect(cancelled.end?.result == .cancelled)
  }

  @Test func aCancelledCallEndsOnceWithWhatCame() throws {
    let server = try ScriptedServer { peer in
      _ = peer.readRequest()
      peer.write("HTTP/1.1 200 OK\r\n\r\nsome")
      peer.waitForEnd()
    }
    defer { server.stop() }
    let bench = try ClientBench()
    let record = bench.start(HTTPCall(url: server.url))
    record.waitForBody { $0.count == 4 }
    let id = try #require(record.id)
    bench.client.cancel(id)
    bench.client.cancel(id)
    record.waitForEnd()
    #expect(record.end?.result == .cancelled)
    #expect(record.end?.info.bodyBytes == 4)
    #expect(bench.get("http://127.0.0.1:1").endCount == 1)
    #expect(record.endCount == 1)
  }

  @Test func callsBeyondTheBoundWaitAndAllEnd() throws {
    let mayAnswer = Semaphore()
    let server = try ScriptedServer { peer in
      while peer.readRequest() != nil {
        mayAnswer.wait()
        peer.write(response("200 OK", ["Connection: close"], "x"))
      }
    }
    defer { server.stop() }
    let bench = try ClientBench()
    let count = Limits.httpRequestsMax + 44
    let records = (0..<count).map { _ in bench.start(HTTPCall(url: server.url)) }
    let waiting = try #require(records.last?.id)
    bench.client.cancel(waiting)
    records.last?.waitForEnd()
    #expect(records.last?.end?.result == .cancelled)
    #expect(server.connectionCount <= Limits.httpRequestsMax)
    for _ in records { mayAnswer.signal() }
    for record in records.dropLast() {
      record.waitForEnd()
      #expect(record.status == 200, "\(record.message)")
    }
  }

  @Test func callsBeyondWhatMayWaitAreRefused() throws {
    let server = try ScriptedServer { $0.waitForEnd() }
    defer { server.stop() }
    let bench = try ClientBench()
    let refused = CallRecord()
    let call = HTTPCall(url: server.url)
    for _ in 0..<(Limits.httpRequestsMax + Limits.waitingRequestsMax + 1) {
      bench.client.start(call) { event in
        if case .end = event { refused.note(event) }
      }
    }
    refused.waitForEnd()
    #expect(refused.failure == .invalid)
    #expect(refused.message.contains("\(Limits.waitingRequestsMax) requests wait already"))
  }

  @Test func shutdownEndsWithCallsUnderWayAndTellsNothing() throws {
    let server = try ScriptedServer { $0.waitForEnd() }
    defer { server.stop() }
    let client = try HTTPClient()
    let record = CallRecord()
    let id = client.start(HTTPCall(url: server.url)) { record.note($0) }
    client.shutdown()
    client.cancel(id)
    client.start(HTTPCall(url: server.url)) { record.note($0) }
    #expect(record.endCount == 0)
  }

  @Test func aCallMayBeMadeAndCancelledFromAnEvent() throws {
    let server = try ScriptedServer.answering { _ in response("200 OK", [], "x") }
    defer { server.stop() }
    let bench = try ClientBench()
    let second = CallRecord()
    let first = CallRecord()
    let client = bench.client
    let url = server.url
    client.start(HTTPCall(url: url)) { event in
      first.note(event)
      if case .end = event { client.start(HTTPCall(url: url)) { second.note($0) } }
    }
    first.waitForEnd()
    second.waitForEnd()
    #expect(second.text == "x")
  }
}
