import FlowdHTTP
import FlowdModel
import Glibc
import Testing

@Suite struct CookieTests {
  private let folder: TemporaryFolder
  private let directory: String

  init() throws {
    folder = try TemporaryFolder()
    directory = folder.path + "/http"
  }

  /// Sets a cookie at `/set?NAME=VALUE`, and tells those that it is sent.
  private func cookieServer() throws -> ScriptedServer {
    try ScriptedServer.answering { request in
      let cookie = request["cookie"] ?? "none"
      guard request.path.hasPrefix("/set?") else { return response("200 OK", [], cookie) }
      let pair = request.path.dropFirst(5)
      return response("200 OK", ["Set-Cookie: \(pair); Path=/; HttpOnly"], cookie)
    }
  }

  private func get(_ bench: ExecutorBench, _ url: String, jar: Int64?) -> StepResult {
    bench.get(url) { $0.cookieJar = jar }
  }

  @Test func cookiesOfARunAreSentAgainAndOthersNot() throws {
    let server = try cookieServer()
    defer { server.stop() }
    let bench = try ExecutorBench(directory)
    let first = get(bench, server.url + "/set?a=1", jar: 1)
    #expect(first.text == "none")
    #expect(first.details.exchange?.cookies == [.init("a", "1")])
    #expect(get(bench, server.url + "/set?b=2", jar: 1).text == "a=1")
    let third = get(bench, server.url, jar: 1)
    #expect(third.text.split(separator: "; ").sorted() == ["a=1", "b=2"])
    #expect(third.details.exchange?.cookies == [])
    #expect(third.details.exchange?.requestHeaders.first { $0.name == "Cookie" }?.value == "[secret]")
    #expect(get(bench, server.url, jar: 2).text == "none")
    #expect(get(bench, server.url, jar: nil).text == "none")
  }

  @Test func anotherExecutorReadsTheCookiesOfARun() throws {
    let server = try cookieServer()
    defer { server.stop() }
    do {
      let bench = try ExecutorBench(directory)
      _ = get(bench, server.url + "/set?session=abc", jar: 5)
    }
    var status = stat()
    #expect(stat(directory + "/cookies/5", &status) == 0)
    #expect(status.st_mode & 0o777 == 0o600)
    #expect(stat(directory + "/cookies", &status) == 0)
    #expect(status.st_mode & 0o777 == 0o700)
    let second = try ExecutorBench(directory)
    #expect(get(second, server.url, jar: 5).text == "session=abc")
  }

  @Test func cookiesAreOnDiskBeforeTheAttemptIsReported() throws {
    let server = try cookieServer()
    defer { server.stop() }
    let bench = try ExecutorBench(directory)
    for number in 0..<20 {
      _ = get(bench, server.url + "/set?n=\(number)", jar: 1)
      let file = String(decoding: try #require(TemporaryFolder.read(directory + "/cookies/1")), as: UTF8.self)
      #expect(file.hasSuffix("n\t\(number)\n"))
    }
  }

  @Test func cookiesOfRedirectsAreKeptAndSent() throws {
    let server = try ScriptedServer.answering { request in
      request.path == "/login"
        ? response("302 Found", ["Set-Cookie: s=1; Path=/", "Location: /home"])
        : response("200 OK", [], request["cookie"] ?? "none")
    }
    defer { server.stop() }
    let result = get(try ExecutorBench(directory), server.url + "/login", jar: 1)
    #expect(result.text == "s=1")
    #expect(result.details.exchange?.cookies == [.init("s", "1")])
  }

  @Test func cookiesAreNotSentToOtherHosts() throws {
    let server = try cookieServer()
    defer { server.stop() }
    let bench = try ExecutorBench(directory)
    _ = get(bench, server.url + "/set?a=1", jar: 1)
    #expect(get(bench, "http://localhost:\(server.port)/", jar: 1).text == "none")
  }

  @Test func aDeletedCookieIsGone() throws {
    let server = try cookieServer()
    defer { server.stop() }
    let bench = try ExecutorBench(directory)
    _ = get(bench, server.url + "/set?a=1", jar: 1)
    _ = get(bench, server.url + "/set?a=;Max-Age=0", jar: 1)
    #expect(get(bench, server.url, jar: 1).text == "none")
    #expect(TemporaryFolder.read(directory + "/cookies/1") == [])
  }

  @Test func attemptsOfARunAtOneTimeShareTheirCookies() throws {
    let server = try cookieServer()
    defer { server.stop() }
    let bench = try ExecutorBench(directory)
    let requests = (0..<16).map { number in
      bench.request(server.url + "/set?c\(number)=1") { $0.cookieJar = 1 }
    }
    for request in requests { bench.executor.start(request) }
    for request in requests { #expect(bench.result(of: request.attempt).status == 200) }
    #expect(get(bench, server.url, jar: 1).text.split(separator: "; ").count == 16)
    let file = String(decoding: try #require(TemporaryFolder.read(directory + "/cookies/1")), as: UTF8.self)
    #expect(file.split(separator: "\n").count == 16)
  }

  @Test func theCookiesOfARunAreBounded() throws {
    let server = try ScriptedServer.answering { request in
      let name = request.path.dropFirst()
      let cookies = (0..<25).map { "Set-Cookie: \(name)-\($0)=\(String(repeating: "x", count: 4_000)); Path=/\(name)" }
      return response("200 OK", cookies, "")
    }
    defer { server.stop() }
    let bench = try ExecutorBench(directory)
    for number in 0..<6 { #expect(get(bench, server.url + "/p\(number)", jar: 1).status == 200) }
    let file = try #require(TemporaryFolder.read(directory + "/cookies/1"))
    #expect(file.count <= Limits.cookieBytesMax)
    #expect(file.count > Limits.cookieBytesMax - 10_000)
  }

  @Test func cookiesOfManyRunsAreReadAgain() throws {
    let server = try cookieServer()
    defer { server.stop() }
    let bench = try ExecutorBench(directory)
    let keys = 1...Int64(Limits.cookieJarsInMemoryMax + 20)
    for key in keys { _ = get(bench, server.url + "/set?run=\(key)", jar: key) }
    for key in [1, 2, keys.upperBound] { #expect(get(bench, server.url, jar: key).text == "run=\(key)") }
  }

  @Test func aForgottenRunLeavesNothing() throws {
    let server = try cookieServer()
    defer { server.stop() }
    let bench = try ExecutorBench(directory)
    _ = get(bench, server.url + "/set?a=1", jar: 1)
    _ = get(bench, server.url + "/set?a=2", jar: 2)
    bench.executor.forget(run: 1)
    #expect(get(bench, server.url, jar: 1).text == "none")
    #expect(get(bench, server.url, jar: 2).text == "a=2")
    bench.executor.forget(run: 1)
    bench.executor.forget(run: 2)
    _ = get(bench, server.url, jar: nil)
    #expect(TemporaryFolder.names(in: directory + "/cookies") == [])
  }

  @Test func aCookieFileThatCannotBeWrittenFailsTheAttempt() throws {
    let server = try cookieServer()
    defer { server.stop() }
    _ = try folder.write("in the way", to: "http")
    let result = get(try ExecutorBench(directory), server.url + "/set?a=1", jar: 1)
    #expect(result.failure == .file, "\(result.outcome)")
  }
}
