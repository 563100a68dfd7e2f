import FlowdHTTP
import FlowdModel
import Testing

@Suite struct RedirectTests {
  struct Rule: CustomTestStringConvertible {
    var status: Int
    var method: String
    var becomes: String
    var keepsBody: Bool
    var testDescription: String { "\(status) \(method)" }
  }

  static let rules = [
    Rule(status: 301, method: "GET", becomes: "GET", keepsBody: true),
    Rule(status: 301, method: "POST", becomes: "GET", keepsBody: false),
    Rule(status: 301, method: "PUT", becomes: "PUT", keepsBody: true),
    Rule(status: 302, method: "POST", becomes: "GET", keepsBody: false),
    Rule(status: 302, method: "DELETE", becomes: "DELETE", keepsBody: true),
    Rule(status: 303, method: "POST", becomes: "GET", keepsBody: false),
    Rule(status: 303, method: "PUT", becomes: "GET", keepsBody: false),
    Rule(status: 303, method: "HEAD", becomes: "HEAD", keepsBody: true),
    Rule(status: 307, method: "POST", becomes: "POST", keepsBody: true),
    Rule(status: 308, method: "PATCH", becomes: "PATCH", keepsBody: true),
  ]

  @Test(arguments: rules)
  func methodAndBodyFollowTheRules(rule: Rule) throws {
    let server = try ScriptedServer.answering { request in
      request.path == "/a" ? response("\(rule.status) Moved", ["Location: /b"]) : response("200 OK")
    }
    defer { server.stop() }
    let record = try ClientBench().run(
      HTTPCall(
        method: rule.method, url: server.url + "/a", headers: [.init("Content-Type", "text/plain"), .init("X-A", "b")],
        body: rule.method == "HEAD" ? .none : .bytes(Array("body".utf8))))
    #expect(record.status == 200, "\(record.message)")
    #expect(record.head?.url == server.url + "/b")
    #expect(record.end?.info.redirects == 1)
    let last = try #require(server.requests.last)
    #expect(last.method == rule.becomes)
    #expect(last["x-a"] == "b")
    if rule.method != "HEAD" {
      #expect(last.text == (rule.keepsBody ? "body" : ""))
      #expect((last["content-type"] == nil) == !rule.keepsBody)
    }
  }

  @Test(arguments: [300, 304, 305, 306])
  func otherStatusesAreNotFollowed(status: Int) throws {
    let server = try ScriptedServer.answering { _ in response("\(status) X", ["Location: /b"]) }
    defer { server.stop() }
    #expect(try ClientBench().get(server.url).status == status)
  }

  @Test func aRedirectWithoutPlaceIsTheAnswer() throws {
    let server = try ScriptedServer.answering { _ in response("302 Found", [], "here") }
    defer { server.stop() }
    #expect(try ClientBench().get(server.url).text == "here")
  }

  @Test func withNoRedirectsAllowedTheFirstIsTheAnswer() throws {
    let server = try ScriptedServer.answering { _ in response("302 Found", ["Location: /b"], "here") }
    defer { server.stop() }
    let record = try ClientBench().get(server.url) { $0.redirectsMax = 0 }
    #expect(record.status == 302)
    #expect(record.text == "here")
  }

  @Test func aLoopEndsAtTheBound() throws {
    let server = try ScriptedServer.answering { _ in response("302 Found", ["Location: /"]) }
    defer { server.stop() }
    let record = try ClientBench().get(server.url) { $0.redirectsMax = 3 }
    #expect(record.failure == .redirects)
    #expect(server.requests.count == 4)
    #expect(record.headCount == 0)
  }

  @Test(arguments: [
    ("http://169.254.169.254/latest/meta-data/", "169.254.169.254 is a link-local address"),
    ("http://[::ffff:169.254.169.254]/", "is a link-local address"),
    ("http://2852039166/", "169.254.169.254 is a link-local address"),
    ("http://0xa9.0xfe.0xa9.0xfe/", "169.254.169.254 is a link-local address"),
    ("http://metadata.google.internal/", "metadata service"),
    ("http://0.0.0.0:1/", "an unspecified address"),
    ("file:///etc/passwd", "only http and https"), ("ftp://127.0.0.1/", "only http and https"),
    ("gopher://127.0.0.1:25/_x", "only http and https"),
  ])
  func aRedirectToARefusedPlaceFails(location: String, expected: String) throws {
    let server = try ScriptedServer.answering { _ in response("302 Found", ["Location: \(location)"], "secret") }
    defer { server.stop() }
    let record = try ClientBench().get(server.url)
    #expect(record.failure == .policy, "\(record.message)")
    #expect(record.message.contains(expected), "\(record.message)")
    #expect(record.headCount == 0 && record.body.isEmpty)
  }

  @Test func aRedirectToWhatIsNoURLFails() throws {
    let server = try ScriptedServer.answering { _ in response("302 Found", ["Location: http://:x/"]) }
    defer { server.stop() }
    #expect(try ClientBench().get(server.url).failure == .redirects)
  }

  @Test func credentialsStayWithTheirOrigin() throws {
    let other = try ScriptedServer.answering { _ in response("200 OK", [], "other") }
    defer { other.stop() }
    let location = other.url + "/there"
    let server = try ScriptedServer.answering { request in
      request.path == "/same"
        ? response("302 Found", ["Location: /elsewhere"]) : response("302 Found", ["Location: \(location)"])
    }
    defer { server.stop() }
    let record = try ClientBench().get(server.url + "/same") {
      $0.auth = .bearer("canary-1")
      $0.headers = [
        .init("Cookie", "canary-2"), .init("X-Key", "canary-3", isSecret: true), .init("X-Plain", "stays"),
        .init("Host", "canary-4"), .init("Proxy-Authorization", "canary-5"),
      ]
    }
    #expect(record.text == "other")
    for request in server.requests {
      #expect(request["authorization"] == "Bearer canary-1")
      #expect(request["x-key"] == "canary-3")
      #expect(request["host"] == "canary-4")
    }
    let last = try #require(other.requests.first)
    #expect(!last.headers.contains { $0.value.contains("canary") })
    #expect(last["x-plain"] == "stays")
    #expect(last["host"] == "127.0.0.1:\(other.port)")
  }

  @Test func credentialsOfAURLAreSentToItsOriginOnly() throws {
    let other = try ScriptedServer.answering { _ in response() }
    defer { other.stop() }
    let location = "http://user:password@127.0.0.1:\(other.port)/"
    let server = try ScriptedServer.answering { _ in response("302 Found", ["Location: \(location)"]) }
    defer { server.stop() }
    let record = try ClientBench().get("http://me:it%20is@127.0.0.1:\(server.port)/")
    #expect(record.status == 200)
    #expect(server.requests.first?["authorization"] == "Basic bWU6aXQgaXM=")
    #expect(other.requests.first?["authorization"] == nil)
    #expect(record.end?.info.url == "http://127.0.0.1:\(other.port)/")
  }

  @Test func aBodyWithSecretsIsNotSentElsewhere() throws {
    let other = try ScriptedServer.answering { _ in response() }
    defer { other.stop() }
    let location = other.url
    let server = try ScriptedServer.answering { _ in response("307 X", ["Location: \(location)"]) }
    defer { server.stop() }
    let bench = try ClientBench()
    var call = HTTPCall(method: "POST", url: server.url, body: .bytes(Array("canary".utf8)), bodyIsSecret: true)
    let record = bench.run(call)
    #expect(record.failure == .redirects)
    #expect(other.requests.isEmpty)
    call.bodyIsSecret = false
    #expect(bench.run(call).status == 200)
    #expect(other.requests.first?.text == "canary")
  }

  @Test func theBodyOfARedirectDoesNotHoldTheCall() throws {
    let server = try ScriptedServer { peer in
      while let request = peer.readRequest() {
        if request.path == "/b" {
          peer.write(response("200 OK", [], "there"))
          continue
        }
        peer.write("HTTP/1.1 302 Found\r\nLocation: /b\r\n\r\n")
        while peer.write(String(repeating: "x", count: 10_000)) {}
      }
    }
    defer { server.stop() }
    #expect(try ClientBench().get(server.url).text == "there")
  }

  @Test func theTimeoutCountsAllRedirects() throws {
    let server = try ScriptedServer { peer in
      while peer.readRequest() != nil {
        Semaphore().waitBriefly()
        peer.write(response("302 Found", ["Location: /"]))
      }
    }
    defer { server.stop() }
    let record = try ClientBench().get(server.url) {
      $0.redirectsMax = 50
      $0.timeout = .milliseconds(1_500)
    }
    #expect(record.end?.result == .timedOut)
    #expect(server.requests.count > 1)
  }
}

extension Semaphore {
  /// A server that takes its time.
  fileprivate func waitBriefly() { _ = wait(milliseconds: 100) }
}
