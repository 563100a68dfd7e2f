import FlowdHTTP
import FlowdModel
import Testing

@Suite struct AuthTests {
  @Test func basicAndBearerAreSentAtOnce() throws {
    let server = try ScriptedServer.answering { response("200 OK", [], $0["authorization"] ?? "") }
    defer { server.stop() }
    let bench = try ClientBench()
    let basic = bench.get(server.url) { $0.auth = .basic(user: "Aladdin", password: "open sesame") }
    #expect(basic.text == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==")
    #expect(bench.get(server.url) { $0.auth = .bearer("token") }.text == "Bearer token")
    #expect(bench.get(server.url).text == "")
  }

  @Test func digestAnswersTheChallengeWithTheBody() throws {
    let server = try ScriptedServer.answering { request in
      guard let authorization = request["authorization"], authorization.hasPrefix("Digest ") else {
        return response(
          "401 Unauthorized", ["WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\", algorithm=SHA-256"],
          "who are you")
      }
      return response("200 OK", [], request.text)
    }
    defer { server.stop() }
    let record = try ClientBench().run(
      HTTPCall(
        method: "POST", url: server.url, body: .bytes(Array("body".utf8)),
        auth: .digest(user: "me", password: "canary")))
    #expect(record.status == 200, "\(record.message)")
    #expect(record.text == "body")
    #expect(record.headCount == 1)
    #expect(server.requests.allSatisfy { !($0["authorization"] ?? "").contains("canary") })
  }

  @Test func aDigestThatIsRefusedIsTheAnswer() throws {
    let server = try ScriptedServer.answering { _ in
      response("401 Unauthorized", ["WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\""], "no")
    }
    defer { server.stop() }
    let record = try ClientBench().get(server.url) { $0.auth = .digest(user: "me", password: "wrong") }
    #expect(record.status == 401)
    #expect(record.text == "no")
    #expect(server.requests.count == 2)
  }

  @Test func aProxyIsAskedForTheWholeURL() throws {
    let proxy = try ScriptedServer.answering { response("200 OK", [], $0.line) }
    defer { proxy.stop() }
    let record = try ClientBench().get("http://example.test/a") {
      $0.proxy = "http://user:word@127.0.0.1:\(proxy.port)"
    }
    #expect(record.text == "GET http://example.test/a HTTP/1.1")
    #expect(proxy.requests.first?["proxy-authorization"] == "Basic dXNlcjp3b3Jk")
  }

  @Test func aProxyThatRefusesOrIsNotThereIsAProxyFailure() throws {
    let proxy = try ScriptedServer.answering { _ in response("403 Forbidden") }
    let bench = try ClientBench()
    let refused = bench.get("https://example.test/a") { $0.proxy = proxy.url }
    #expect(refused.failure == .proxy, "\(refused.message)")
    proxy.stop()
    let gone = bench.get("https://example.test/a") { $0.proxy = "127.0.0.1:1" }
    #expect(gone.failure == .proxy)
    #expect(gone.message.contains("cannot connect to the proxy: refused"))
  }

  @Test func aProxysAddressIsCheckedAndTheTargetsName() throws {
    let proxy = try ScriptedServer.answering { _ in response() }
    defer { proxy.stop() }
    let bench = try ClientBench()
    func failure(_ url: String, _ policy: NetworkPolicy) -> HTTPFailure? {
      bench.get(url) {
        $0.proxy = proxy.url
        $0.policies = [policy]
      }.failure
    }
    #expect(failure("http://example.test/", NetworkPolicy(allowsLoopback: false)) == .policy)
    #expect(failure("http://169.254.169.254/", NetworkPolicy()) == .policy)
    #expect(failure("http://metadata.google.internal/", NetworkPolicy()) == .policy)
    #expect(failure("http://example.test/", NetworkPolicy(deny: ["*.test"])) == .policy)
    #expect(failure("http://example.test/", NetworkPolicy(allow: ["127.0.0.1"])) == .policy)
    #expect(proxy.requests.isEmpty)
    #expect(failure("http://example.test/", NetworkPolicy(allow: ["127.0.0.1", "*.test"])) == nil)
  }
}
