import FlowdHTTP
import FlowdModel
import Testing

@Suite struct PolicyAtWorkTests {
  @Test func aNameIsJudgedByWhatItResolvesTo() throws {
    let server = try ScriptedServer.answering { _ in response() }
    defer { server.stop() }
    let bench = try ClientBench()
    let url = "http://localhost:\(server.port)/"
    #expect(bench.get(url).status == 200)
    let refused = bench.get(url) { $0.policies = [NetworkPolicy(allowsLoopback: false)] }
    #expect(refused.failure == .policy)
    #expect(refused.message.contains("localhost resolves to"), "\(refused.message)")
    #expect(refused.message.contains("a loopback address, which the network policy refuses"))
    #expect(server.requests.count == 1)
  }

  @Test func aConnectionOfAnotherCallIsJudgedAgain() throws {
    let server = try ScriptedServer.answering { _ in response() }
    defer { server.stop() }
    let bench = try ClientBench()
    let url = "http://localhost:\(server.port)/"
    #expect(bench.get(url).status == 200)
    let denied = bench.get(url) { $0.policies = [NetworkPolicy(deny: ["127.0.0.0/8", "::1"])] }
    #expect(denied.failure == .policy)
    #expect(server.requests.count == 1)
    #expect(bench.get(url).status == 200)
  }

  @Test(arguments: [
    "http://127.0.0.1", "http://127.1", "http://0x7f000001", "http://2130706433", "http://017700000001",
    "http://[::ffff:127.0.0.1]", "http://LOCALHOST",
  ])
  func everySpellingOfLoopbackIsRefused(host: String) throws {
    let server = try ScriptedServer.answering { _ in response() }
    defer { server.stop() }
    let record = try ClientBench().get("\(host):\(server.port)/") {
      $0.policies = [NetworkPolicy(allowsLoopback: false)]
    }
    #expect(record.failure == .policy, "\(record.message)")
    #expect(server.connectionCount == 0)
  }

  @Test func aLiteralIsRefusedByItsKind() throws {
    let record = try ClientBench().get("http://169.254.169.254/latest/meta-data/")
    #expect(record.failure == .policy)
    #expect(record.message == "169.254.169.254 is a link-local address, which the network policy refuses")
  }
}
