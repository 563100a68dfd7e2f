import FlowdHTTP
import FlowdModel
import Glibc
import Testing

@Suite struct ExecutorTests {
  private let folder: TemporaryFolder
  private let bench: ExecutorBench

  init() throws {
    folder = try TemporaryFolder()
    bench = try ExecutorBench(folder.path + "/http", secrets: ["TOKEN": "canary-token", "P": "canary-password"])
  }

  @Test func oneReportTellsResponseAndExchange() throws {
    let server = try ScriptedServer.answering { _ in response("201 Created", ["X-A: b"], "{\"ok\":true}") }
    defer { server.stop() }
    let result = bench.get(server.url + "/things?q=1") {
      $0.method = "POST"
      $0.headers = [.init("X-Who", SecretText("me"))]
      $0.body = .text(SecretText("{\"a\":1}"), contentType: "application/json")
      $0.substitutions = [.init("inputs.q", .string("1"))]
    }
    #expect(result.outcome == .responded(status: 201, retryAfter: nil))
    #expect(result.text == "{\"ok\":true}")
    #expect(!result.stdoutTruncated)
    let exchange = try #require(result.details.exchange)
    #expect(exchange.method == "POST")
    #expect(exchange.url == server.url + "/things?q=1")
    #expect(exchange.requestHeaders.contains(.init("X-Who", "me")))
    #expect(exchange.requestHeaders.contains(.init("Content-Type", "application/json")))
    #expect(exchange.requestHeaders.contains(.init("Host", "127.0.0.1:\(server.port)")))
    #expect(exchange.requestBody == "{\"a\":1}")
    #expect(exchange.substitutions == [.init("inputs.q", .string("1"))])
    #expect(exchange.status == 201)
    #expect(exchange.version == "1.1")
    #expect(exchange.headers == [.init("Content-Length", "11"), .init("X-A", "b")])
    #expect(exchange.bodyBytes == 11)
    #expect(exchange.file == nil)
    #expect(exchange.timings.total > 0 && exchange.timings.firstByte <= exchange.timings.total)
    #expect(bench.reportCount == 1)
    #expect(server.requests.count == 1)
  }

  @Test func aContentTypeOfTheStepStands() throws {
    let server = try ScriptedServer.answering { response("200 OK", [], $0["content-type"] ?? "none") }
    defer { server.stop() }
    let own = bench.get(server.url) {
      $0.method = "POST"
      $0.headers = [.init("content-TYPE", SecretText("text/x"))]
      $0.body = .text(SecretText("a"), contentType: "application/json")
    }
    #expect(own.text == "text/x")
    let none = bench.get(server.url) {
      $0.method = "POST"
      $0.body = .text(SecretText("a"), contentType: nil)
    }
    #expect(none.text == "none")
  }

  @Test(arguments: [
    ("Retry-After: 7", Duration.seconds(7)), ("retry-after: 0", .zero), ("Retry-After: 999999", Limits.retryAfterMax),
    ("retry-after-ms: 250", .milliseconds(250)), ("Retry-After: 1.5", .milliseconds(1500)),
    ("Retry-After: Sun, 06 Nov 1994 08:49:37 GMT", .zero), ("Retry-After: soon", nil), ("X: y", nil),
  ])
  func anErrorStatusIsAResponseWithItsWait(header: String, expected: Duration?) throws {
    let server = try ScriptedServer.answering { _ in response("503 Unavailable", [header], "later") }
    defer { server.stop() }
    let result = bench.get(server.url)
    #expect(result.outcome == .responded(status: 503, retryAfter: expected))
    #expect(result.text == "later")
  }

  @Test func aFailureKeepsTheRequest() throws {
    let result = bench.get("http://127.0.0.1:1/a") {
      $0.headers = [.init("Authorization", .secret("TOKEN", before: "Bearer ")), .init("X-A", SecretText("b"))]
    }
    #expect(result.outcome == .requestFailed(.refused, "cannot connect to 127.0.0.1:1: refused"))
    let exchange = try #require(result.details.exchange)
    #expect(exchange.url == "http://127.0.0.1:1/a")
    #expect(exchange.status == 0)
    #expect(exchange.requestHeaders == [.init("Authorization", "[secret]"), .init("X-A", "b")])
  }

  @Test func aMissingSecretIsNamedAndNothingIsSent() throws {
    let server = try ScriptedServer.answering { _ in response() }
    defer { server.stop() }
    let result = bench.get(server.url) { $0.headers = [.init("A", .secret("NONE"))] }
    #expect(result.outcome == .requestFailed(.invalid, "the secret NONE is not set"))
    #expect(server.connectionCount == 0)
    #expect(result.details.exchange?.url == server.url)
  }

  @Test func secretsAreSentAndNeverReported() throws {
    let server = try ScriptedServer.answering { request in
      let echo = request.line + request.headers.map { "\($0.name)=\($0.value)" }.joined(separator: "&") + request.text
      return response("200 OK", ["X-Echo: \(request["x-key"] ?? "")", "Set-Cookie: c=canary-token"], echo)
    }
    defer { server.stop() }
    var url = SecretText(server.url + "/a?key=")
    url.parts.append(.secret(Secret("TOKEN")))
    let result = bench.get("") {
      $0.method = "POST"
      $0.cookieJar = 7
      $0.url = url
      $0.headers = [.init("X-Key", .secret("TOKEN")), .init("X-Other", SecretText("canary-client"))]
      $0.body = .text(.secret("P", before: "{\"p\":\"", after: "\"}"), contentType: "application/json")
      $0.auth = .basic(user: SecretText("me"), password: .secret("P"))
      $0.substitutions = [.init("steps.a.text", .string("canary-client"))]
      $0.redacted = ["canary-client"]
    }
    let sent = try #require(server.requests.first)
    #expect(sent.path == "/a?key=canary-token")
    #expect(sent["x-key"] == "canary-token")
    #expect(sent["authorization"] == "Basic bWU6Y2FuYXJ5LXBhc3N3b3Jk")
    #expect(sent.text == "{\"p\":\"canary-password\"}")
    #expect(result.status == 200)
    let reported = "\(result)" + result.text
    for hidden in ["canary", "bWU6Y2FuYXJ5LXBhc3N3b3Jk", "Y2FuYXJ5LXBhc3N3b3Jk"] {
      #expect(!reported.contains(hidden), "\(hidden) in \(reported)")
    }
    #expect(result.details.exchange?.requestBody == "{\"p\":\"[secret]\"}")
    #expect(result.details.exchange?.url == server.url + "/a?key=[secret]")
    #expect(result.text.contains("[secret]"))
  }

  @Test func aSecretInAFailuresSentenceIsRedacted() throws {
    let result = bench.get("") { $0.url = .secret("TOKEN", before: "http://", after: ".invalid/") }
    #expect(result.failure == .dns)
    #expect(!"\(result)".contains("canary"))
  }

  @Test func aTimeoutKeepsWhatCame() throws {
    let server = try ScriptedServer { peer in
      _ = peer.readRequest()
      peer.write("HTTP/1.1 200 OK\r\n\r\nsome")
      peer.waitForEnd()
    }
    defer { server.stop() }
    let result = bench.get(server.url) { $0.timeout = .seconds(2) }
    #expect(result.outcome == .timedOut)
    #expect(result.text == "some")
    #expect(result.details.exchange?.status == 200)
  }

  @Test func aTerminatedAttemptKeepsWhatCame() throws {
    let isThere = Semaphore()
    let server = try ScriptedServer { peer in
      _ = peer.readRequest()
      peer.write("HTTP/1.1 200 OK\r\n\r\nsome")
      while !peer.isAllTaken { usleep(1_000) }
      isThere.signal()
      peer.waitForEnd()
    }
    defer { server.stop() }
    let request = bench.request(server.url)
    bench.executor.start(request)
    isThere.wait()
    bench.executor.terminate(request.attempt)
    bench.executor.terminate(request.attempt)
    let result = bench.result(of: request.attempt)
    #expect(result.outcome == .cancelled)
    #expect(result.details.exchange?.method == "GET")
    bench.executor.terminate(request.attempt)
    #expect(bench.get("http://127.0.0.1:1").failure == .refused)
    #expect(bench.reportCount == 2)
  }

  @Test func partsAndFilesAreSentFromTheDisk() throws {
    let path = try folder.write("content", to: "a.txt")
    let server = try ScriptedServer.answering { response("200 OK", [], $0.text) }
    defer { server.stop() }
    let result = bench.get(server.url) {
      $0.method = "POST"
      $0.body = .multipart([.init("t", .text(.secret("TOKEN"))), .init("f", .file(path))])
    }
    #expect(server.requests.first?.text.contains("canary-token") == true)
    #expect(result.text.contains("filename=\"a.txt\""))
    #expect(result.details.exchange?.requestBody == "t: [secret]\nf: <\(path)>")
    let missing = bench.get(server.url) {
      $0.method = "PUT"
      $0.body = .file(folder.path + "/none")
    }
    #expect(missing.failure == .invalid)
    #expect(missing.message == "cannot read \(folder.path)/none: no such file or directory")
  }

  @Test func aMissingCertificateIsNamed() throws {
    let result = bench.get("https://127.0.0.1:1/") { $0.tls.caFile = "/nowhere/ca.pem" }
    #expect(result.failure == .invalid)
    #expect(result.message == "cannot read /nowhere/ca.pem: no such file or directory")
  }

  @Test func aNetrcFileGivesTheLogin() throws {
    let path = try folder.write(
      "# mine\nmachine other.test login x password y\nmachine 127.0.0.1\n login me\n password \"canary netrc\"\n",
      to: "n")
    let server = try ScriptedServer.answering { response("200 OK", [], $0["authorization"] ?? "none") }
    defer { server.stop() }
    let result = bench.get(server.url) { $0.auth = .netrc(path) }
    #expect(server.requests.first?["authorization"] == "Basic bWU6Y2FuYXJ5IG5ldHJj")
    #expect(!"\(result)\(result.text)".contains("bmV0cmM"))
    let other = bench.get("http://localhost:\(server.port)/") { $0.auth = .netrc(path) }
    #expect(other.text == "none")
    #expect(bench.get(server.url) { $0.auth = .netrc("/nowhere/netrc") }.failure == .invalid)
  }

  @Test func shutdownReportsNothing() throws {
    let server = try ScriptedServer { $0.waitForEnd() }
    defer { server.stop() }
    let other = try ExecutorBench(folder.path + "/other")
    other.executor.start(other.request(server.url))
    other.executor.shutdown()
    other.executor.terminate(other.request("").attempt)
    #expect(other.reportCount == 0)
  }
}
