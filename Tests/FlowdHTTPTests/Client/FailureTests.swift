import FlowdHTTP
import FlowdModel
import Glibc
import Testing

@Suite struct FailureTests {
  private func failure(
    _ change: (inout HTTPCall) -> Void = { _ in }, _ serve: @escaping @Sendable (Peer) -> Void
  ) throws -> CallRecord {
    let server = try ScriptedServer(serve)
    defer { server.stop() }
    let record = try ClientBench().get(server.url, change)
    #expect(record.endCount == 1 && record.eventsAfterEnd == 0)
    return record
  }

  @Test func aClosedPortIsRefused() throws {
    let server = try ScriptedServer { _ in }
    let url = server.url
    server.stop()
    let record = try ClientBench().get(url)
    #expect(record.failure == .refused)
    #expect(record.message == "cannot connect to 127.0.0.1:\(server.port): refused")
  }

  @Test func anUnknownNameIsOfTheDNS() throws {
    let record = try ClientBench().get("http://nowhere.invalid/")
    #expect(record.failure == .dns)
    #expect(record.message.contains("nowhere.invalid"))
  }

  @Test func aResetInMidBodyKeepsWhatCame() throws {
    let record = try failure { peer in
      guard peer.readRequest() != nil else { return }
      peer.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nsome")
      // A reset would drop what is not read yet.
      while !peer.isAllTaken { usleep(1_000) }
      peer.reset()
    }
    #expect(record.failure == .reset)
    #expect(record.text == "some")
    #expect(record.message.contains("after 4 bytes"))
  }

  @Test func aBodyThatEndsEarlyIsAReset() throws {
    let record = try failure { peer in
      _ = peer.readRequest()
      peer.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nsome")
    }
    #expect(record.failure == .reset)
  }

  @Test func aChunkedBodyThatEndsEarlyIsAReset() throws {
    let record = try failure { peer in
      _ = peer.readRequest()
      peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
    }
    #expect(record.failure == .reset)
  }

  @Test func aServerThatClosesWithoutAnAnswerIsAReset() throws {
    let record = try failure { _ = $0.readRequest() }
    #expect(record.failure == .reset)
    #expect(record.message.contains("without an answer"))
  }

  @Test(arguments: ["SSH-2.0-OpenSSH_9\r\n", "HTTP/1.1 abc\r\n\r\n", "\0\0\0\0\0\0\0\0\0\0"])
  func whatIsNotHTTPIsAProtocolError(answer: String) throws {
    let record = try failure { peer in
      _ = peer.readRequest()
      peer.write(answer)
    }
    #expect(record.failure == .protocolError, "\(record.message)")
    #expect(record.headCount == 0)
  }

  @Test func plainTextInPlaceOfTLSIsATLSFailure() throws {
    let server = try ScriptedServer { peer in
      _ = peer.readSome()
      peer.write("HTTP/1.1 400 Bad Request\r\n\r\n")
    }
    defer { server.stop() }
    let record = try ClientBench().get("https://127.0.0.1:\(server.port)/")
    #expect(record.failure == .tls)
  }

  @Test func endlessHeadersAreTooLarge() throws {
    let record = try failure { peer in
      _ = peer.readRequest()
      peer.write("HTTP/1.1 200 OK\r\n")
      while peer.write("X-Filler: \(String(repeating: "x", count: 4_000))\r\n") {}
    }
    #expect(record.failure == .tooLarge)
    #expect(record.message.contains("headers are longer"))
  }

  @Test func anEndlessHeaderIsTooLarge() throws {
    let record = try failure { peer in
      _ = peer.readRequest()
      peer.write("HTTP/1.1 200 OK\r\nX-Filler: ")
      while peer.write(String(repeating: "x", count: 4_000)) {}
    }
    #expect(record.failure == .tooLarge)
    #expect(record.message == "a header of the response is longer than 100 KiB")
  }

  @Test func manySmallHeadersAreTooLarge() throws {
    let record = try failure { peer in
      _ = peer.readRequest()
      peer.write("HTTP/1.1 200 OK\r\n")
      while peer.write("A: b\r\n") {}
    }
    #expect(record.failure == .tooLarge)
  }

  @Test func endlessInterimResponsesAreTooLarge() throws {
    let record = try failure { peer in
      _ = peer.readRequest()
      while peer.write("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n") {}
    }
    #expect(record.failure == .tooLarge)
  }

  @Test func aFewInterimResponsesAreNotTold() throws {
    let server = try ScriptedServer.answering { _ in
      "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" + response("200 OK", ["X: y"], "b")
    }
    defer { server.stop() }
    let record = try ClientBench().get(server.url)
    #expect(record.headCount == 1)
    #expect(record.head?.headers.map(\.name) == ["Content-Length", "X"])
  }

  @Test func anEndlessBodyIsTooLarge() throws {
    let record = try failure({ $0.bodyBytesMax = 100_000 }) { peer in
      _ = peer.readRequest()
      peer.write("HTTP/1.1 200 OK\r\n\r\n")
      while peer.write(String(repeating: "x", count: 10_000)) {}
    }
    #expect(record.failure == .tooLarge)
    #expect(record.body.count == 100_000)
  }

  @Test func aBodyThatSaysItIsTooLongIsNotRead() throws {
    let record = try failure({ $0.bodyBytesMax = 10 }) { peer in
      _ = peer.readRequest()
      peer.write("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n")
      peer.waitForEnd()
    }
    #expect(record.failure == .tooLarge)
    #expect(record.body.isEmpty)
  }

  @Test func aBodyAsLongAsAllowedIsRead() throws {
    let server = try ScriptedServer.answering { _ in response("200 OK", [], "0123456789") }
    defer { server.stop() }
    #expect(try ClientBench().get(server.url) { $0.bodyBytesMax = 10 }.text == "0123456789")
  }

  @Test func aServerThatNeverAnswersTimesOut() throws {
    let record = try failure({ $0.timeout = .milliseconds(100) }) { $0.waitForEnd() }
    #expect(record.end?.result == .timedOut)
  }

  @Test func drippedBytesDoNotMoveTheTimeout() throws {
    let record = try failure({ $0.timeout = .seconds(2) }) { peer in
      _ = peer.readRequest()
      peer.write("HTTP/1.1 200 OK\r\n\r\n")
      while peer.write("x") { usleep(5_000) }
    }
    #expect(record.end?.result == .timedOut)
    #expect(!record.body.isEmpty)
  }

  @Test func silenceEndsACallButBytesDoNot() throws {
    let record = try failure({ $0.silence = .seconds(2) }) { peer in
      _ = peer.readRequest()
      peer.write("HTTP/1.1 200 OK\r\n\r\n")
      for _ in 0..<40 where peer.write("x") { usleep(60_000) }
      peer.waitForEnd()
    }
    #expect(record.failure == .timeout)
    #expect(record.body.count == 40)
    #expect(record.message.contains("has sent nothing for"))
  }

  @Test func aPostIsNotSentTwiceWhenAnIdleConnectionTurnsOutToBeClosed() throws {
    let server = try ScriptedServer { peer in
      guard peer.readRequest() != nil else { return }
      peer.write(response("200 OK", [], "first"))
      _ = peer.readRequest()
    }
    defer { server.stop() }
    let bench = try ClientBench()
    #expect(bench.get(server.url).text == "first")
    let record = bench.run(HTTPCall(method: "POST", url: server.url, body: .bytes([0x61])))
    #expect(record.failure == .reset)
    #expect(server.requests.map(\.method) == ["GET", "POST"])
  }

  @Test func aGetIsSentAgainWhenAnIdleConnectionTurnsOutToBeClosed() throws {
    let server = try ScriptedServer { peer in
      guard peer.readRequest() != nil else { return }
      peer.write(response("200 OK", [], "one"))
      _ = peer.readRequest()
    }
    defer { server.stop() }
    let bench = try ClientBench()
    #expect(bench.get(server.url).text == "one")
    #expect(bench.get(server.url).text == "one")
    #expect(server.requests.count == 3)
  }
}
