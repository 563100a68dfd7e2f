import FlowdHTTP
import FlowdModel
import Glibc
import Testing

@Suite struct BodyFileTests {
  private let folder: TemporaryFolder
  private let bench: ExecutorBench

  init() throws {
    folder = try TemporaryFolder()
    bench = try ExecutorBench(folder.path + "/http", secrets: ["TOKEN": "canary-token"])
  }

  private func server(_ body: String, status: String = "200 OK") throws -> ScriptedServer {
    try ScriptedServer.answering { _ in response(status, [], body) }
  }

  @Test func aLongBodyIsAsAWholeInAPrivateFile() throws {
    let body = String(repeating: "0123456789", count: 150_000)
    let server = try server(body)
    defer { server.stop() }
    let result = bench.get(server.url)
    #expect(result.status == 200)
    #expect(result.stdout.count == Limits.capturedOutputBytesMax)
    #expect(result.stdoutTruncated)
    let exchange = try #require(result.details.exchange)
    #expect(exchange.bodyBytes == 1_500_000)
    #expect(exchange.file == bench.directory + "/bodies/7/3-1")
    let file = try #require(exchange.file)
    #expect(TemporaryFolder.read(file) == Array(body.utf8))
    var status = stat()
    #expect(stat(file, &status) == 0)
    #expect(status.st_mode & 0o777 == 0o600)
    bench.executor.forget(run: 7)
    _ = bench.get("http://127.0.0.1:1")
    #expect(TemporaryFolder.read(file) == nil)
    #expect(TemporaryFolder.names(in: bench.directory + "/bodies") == [])
  }

  @Test func aBodyAsLongAsIsKeptHasNoFile() throws {
    let server = try server(String(repeating: "x", count: Limits.capturedOutputBytesMax))
    defer { server.stop() }
    let result = bench.get(server.url)
    #expect(result.stdout.count == Limits.capturedOutputBytesMax)
    #expect(!result.stdoutTruncated)
    #expect(result.details.exchange?.file == nil)
  }

  @Test func secretsAreNotInAFileOfTheDaemonWhereverTheyAreCut() throws {
    let filler = String(repeating: "y", count: 13_371)
    let server = try server(String(repeating: filler + "canary-token", count: 120))
    defer { server.stop() }
    let result = bench.get(server.url) { $0.headers = [.init("A", .secret("TOKEN"))] }
    let file = try #require(result.details.exchange?.file)
    let text = String(decoding: try #require(TemporaryFolder.read(file)), as: UTF8.self)
    #expect(text == String(repeating: filler + "[secret]", count: 120))
    #expect(!result.text.contains("canary"))
  }

  @Test func aBodyIsSavedAsItCame() throws {
    let path = try folder.write("old", to: "out")
    let server = try server("new canary-token")
    defer { server.stop() }
    let result = bench.get(server.url) {
      $0.headers = [.init("A", .secret("TOKEN"))]
      $0.saveTo = path
    }
    #expect(TemporaryFolder.read(path) == Array("new canary-token".utf8))
    #expect(result.text == "new [secret]")
    #expect(result.details.exchange?.file == path)
    #expect(folder.names == ["http", "out"] || folder.names == ["out"])
  }

  @Test func theOldFileStaysUntilTheNewIsWhole() throws {
    let path = try folder.write("old", to: "out")
    let mayEnd = Semaphore()
    let isOnTheWay = Semaphore()
    let server = try ScriptedServer { peer in
      _ = peer.readRequest()
      peer.write("HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\n" + String(repeating: "n", count: 1_000_000))
      isOnTheWay.signal()
      mayEnd.wait()
      peer.write(String(repeating: "n", count: 1_000_000))
      peer.waitForEnd()
    }
    defer { server.stop() }
    let request = bench.request(server.url) { $0.saveTo = path }
    bench.executor.start(request)
    isOnTheWay.wait()
    #expect(TemporaryFolder.read(path) == Array("old".utf8))
    mayEnd.signal()
    #expect(bench.result(of: request.attempt).status == 200)
    #expect(TemporaryFolder.read(path)?.count == 2_000_000)
    #expect(folder.names.filter { $0.hasSuffix(".part") }.isEmpty)
  }

  @Test func aBodyThatBreaksOffLeavesTheOldFile() throws {
    let path = try folder.write("old", to: "out")
    let server = try ScriptedServer { peer in
      _ = peer.readRequest()
      peer.write("HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\n" + String(repeating: "n", count: 1_000_000))
    }
    defer { server.stop() }
    let result = bench.get(server.url) { $0.saveTo = path }
    #expect(result.failure == .reset)
    #expect(result.stdout.count == 1_000_000)
    #expect(result.details.exchange?.file == nil)
    #expect(TemporaryFolder.read(path) == Array("old".utf8))
    #expect(folder.names.filter { $0.hasSuffix(".part") }.isEmpty)
  }

  @Test func anErrorPageDoesNotTakeTheFilesPlace() throws {
    let path = try folder.write("old", to: "out")
    let server = try server("not here", status: "404 Not Found")
    defer { server.stop() }
    let result = bench.get(server.url) { $0.saveTo = path }
    #expect(result.status == 404)
    #expect(result.text == "not here")
    #expect(result.details.exchange?.file == nil)
    #expect(TemporaryFolder.read(path) == Array("old".utf8))
  }

  @Test func anEmptyBodyMakesAnEmptyFile() throws {
    let server = try server("")
    defer { server.stop() }
    #expect(bench.get(server.url) { $0.saveTo = folder.path + "/empty" }.status == 200)
    #expect(TemporaryFolder.read(folder.path + "/empty") == [])
  }

  @Test func aFileThatCannotBeWrittenIsNamed() throws {
    let server = try server("x")
    defer { server.stop() }
    let result = bench.get(server.url) { $0.saveTo = "/nowhere/out" }
    #expect(result.outcome == .requestFailed(.file, "cannot write /nowhere/out: no such file or directory"))
    let folderInPlace = bench.get(server.url) { $0.saveTo = folder.path }
    #expect(folderInPlace.failure == .file)
  }

  @Test func aTooLongBodyKeepsItsBeginning() throws {
    let server = try server(String(repeating: "x", count: 5_000))
    defer { server.stop() }
    let result = bench.get(server.url) { $0.bodyBytesMax = 1_000 }
    #expect(result.failure == .tooLarge)
    #expect(result.message.contains("max-body"))
  }
}
