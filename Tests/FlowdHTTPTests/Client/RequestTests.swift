import FlowdHTTP
import FlowdModel
import Glibc
import Testing

@Suite struct RequestTests {
  @Test(arguments: ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PURGE"])
  func everyMethodIsSentAsItIsWritten(method: String) throws {
    let server = try ScriptedServer.answering { response("200 OK", [], $0.method) }
    defer { server.stop() }
    let record = try ClientBench().run(HTTPCall(method: method, url: server.url))
    #expect(record.text == method)
    let hasLength = ["POST", "PUT", "PATCH"].contains(method)
    #expect(server.requests.first?["content-length"] == (hasLength ? "0" : nil))
    #expect(server.requests.first?["content-type"] == nil)
  }

  @Test(arguments: ["GET", "DELETE", "POST"])
  func aBodyIsSentWithEveryMethod(method: String) throws {
    let server = try ScriptedServer.answering { response("200 OK", [], $0.text) }
    defer { server.stop() }
    let record = try ClientBench().run(HTTPCall(method: method, url: server.url, body: .bytes(Array("b\0c".utf8))))
    #expect(record.body == Array("b\0c".utf8))
    #expect(server.requests.first?.method == method)
  }

  @Test func aHeadRequestHasNoBody() throws {
    let server = try ScriptedServer.answering { _ in "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n" }
    defer { server.stop() }
    let record = try ClientBench().run(HTTPCall(method: "HEAD", url: server.url))
    #expect(record.end?.result == .completed)
    #expect(record.body.isEmpty)
  }

  @Test(arguments: [
    ("", "is empty"), ("example.com/a", "http://"), ("http://", "not valid"), ("http://a b/", "not valid"),
    ("http://h:99999/", "not valid"), ("http://h/\u{1}", "control character"), ("http://[::1/", "not valid"),
    ("http://h/" + String(repeating: "a", count: Limits.urlBytesMax), "longer than"),
  ])
  func aURLThatIsNoneIsRefused(url: String, expected: String) throws {
    let record = try ClientBench().get(url)
    #expect(record.failure == .invalid)
    #expect(record.message.contains(expected), "\(record.message)")
  }

  @Test(arguments: ["ftp://h/a", "file:///etc/passwd", "gopher://h/", "ws://h/"])
  func otherSchemesAreRefused(url: String) throws {
    let record = try ClientBench().get(url)
    #expect(record.failure == .policy)
    #expect(record.message.contains("only http and https"))
  }

  @Test(arguments: [
    ("A: b", "x"), ("", "x"), ("A", "x\r\nB: y"), ("A", "x\ny"), ("A", "x\0"), ("Content-Length", "5"),
    ("Transfer-Encoding", "chunked"),
  ])
  func headersThatWouldChangeTheMessageAreRefused(name: String, value: String) throws {
    let server = try ScriptedServer.answering { _ in response() }
    defer { server.stop() }
    let record = try ClientBench().get(server.url) { $0.headers = [.init(name, value)] }
    #expect(record.failure == .invalid)
    #expect(server.requests.isEmpty)
  }

  @Test(arguments: ["", "GE T", "CONNECT", "G\r\n"])
  func methodsThatCannotBeSentAreRefused(method: String) throws {
    let record = try ClientBench().run(HTTPCall(method: method, url: "http://127.0.0.1/"))
    #expect(record.failure == .invalid)
  }

  @Test func spacesAndOtherLettersOfAURLAreEncoded() throws {
    let server = try ScriptedServer.answering { _ in response() }
    defer { server.stop() }
    #expect(try ClientBench().get(server.url + "/a b/é?q=ü#part").status == 200)
    #expect(server.requests.first?.path == "/a%20b/%c3%a9?q=%c3%bc")
  }

  @Test func aFileIsSentFromTheDisk() throws {
    let folder = try TemporaryFolder()
    let content = String(repeating: "0123456789", count: 100_000)
    let path = try folder.write(content, to: "body")
    let server = try ScriptedServer.answering { response("200 OK", [], "\($0.body.count)") }
    defer { server.stop() }
    let record = try ClientBench().run(HTTPCall(method: "PUT", url: server.url, body: .file(path)))
    #expect(record.text == "1000000")
    #expect(server.requests.first?.text == content)
  }

  @Test func aFileThatIsMissingOrNoneIsNamed() throws {
    let bench = try ClientBench()
    let missing = bench.run(HTTPCall(method: "PUT", url: "http://127.0.0.1:1/", body: .file("/nowhere/a")))
    #expect(missing.failure == .invalid)
    #expect(missing.message.contains("/nowhere/a"))
    let folder = bench.run(HTTPCall(method: "PUT", url: "http://127.0.0.1:1/", body: .file("/tmp")))
    #expect(folder.failure == .invalid)
    #expect(folder.message.contains("not a regular file"))
  }

  @Test func aPipeInPlaceOfAFileDoesNotHoldTheThread() throws {
    let folder = try TemporaryFolder()
    mkfifo(folder.path + "/pipe", 0o600)
    let record = try ClientBench().run(
      HTTPCall(method: "PUT", url: "http://127.0.0.1:1/", body: .file(folder.path + "/pipe")))
    #expect(record.failure == .invalid)
  }

  @Test func partsAreSentAsFormData() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("file content", to: "notes.txt")
    let server = try ScriptedServer.answering { _ in response() }
    defer { server.stop() }
    let record = try ClientBench().run(
      HTTPCall(
        method: "POST", url: server.url,
        body: .multipart([
          .init("a", .bytes(Array("1".utf8))), .init("f", .file(path), contentType: "text/plain"),
          .init("g", .file(path), filename: "other.bin"),
        ])))
    #expect(record.status == 200)
    let sent = try #require(server.requests.first)
    #expect(sent["content-type"]?.hasPrefix("multipart/form-data; boundary=") == true)
    #expect(sent.text.contains("name=\"a\"\r\n\r\n1\r\n"))
    #expect(sent.text.contains("name=\"f\"; filename=\"notes.txt\"\r\nContent-Type: text/plain\r\n\r\nfile content"))
    #expect(sent.text.contains("filename=\"other.bin\""))
  }

  @Test func theEnvironmentsProxyIsNotUsed() throws {
    setenv("http_proxy", "http://127.0.0.1:1", 1)
    setenv("all_proxy", "http://127.0.0.1:1", 1)
    defer {
      unsetenv("http_proxy")
      unsetenv("all_proxy")
    }
    let server = try ScriptedServer.answering { _ in response() }
    defer { server.stop() }
    #expect(try ClientBench().get(server.url).status == 200)
  }

  @Test func aUnixSocketIsReached() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/s"
    let server = try ScriptedServer(path: path) { peer in
      while peer.readRequest() != nil { peer.write(response("200 OK", [], "local")) }
    }
    defer { server.stop() }
    let bench = try ClientBench()
    let record = bench.get("http://docker/info") { $0.unixSocket = path }
    #expect(record.text == "local")
    #expect(server.requests.first?["host"] == "docker")
    let refused = bench.get("http://docker/info") {
      $0.unixSocket = path
      $0.policies = [NetworkPolicy(allowsLoopback: false)]
    }
    #expect(refused.failure == .policy)
    let missing = bench.get("http://docker/info") { $0.unixSocket = folder.path + "/none" }
    #expect(missing.failure == .refused, "\(missing.message)")
  }
}
