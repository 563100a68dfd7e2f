import FlowdModel
import FlowdWire
import Glibc
import Testing

@testable import FlowdClient

@Suite(.timeLimit(.minutes(1))) struct CallTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func client(timeout: Duration = .seconds(20)) throws -> FlowdClient {
    FlowdClient(socket: try SocketPath(folder.socket), options: .init(autoSpawn: nil, timeout: timeout))
  }

  @Test func requestsLeaveInTheOrderOfTheCalls() async throws {
    let arrived = Recorder<String>()
    let server = try TestServer(at: folder.socket) { call in
      guard let request = call.request(API.SessionServiceSetExecutedFlowRequest.self) else { return }
      arrived.add(request.flowID)
      call.reply(API.SessionServiceSetExecutedFlowResponse(meta: .init(executedFlowID: request.flowID)))
    }
    let client = try client()
    let replies = (0..<2000).map { number in
      client.send(API.SessionSetExecutedFlow.self, .init(sessionID: "s", flowID: String(number)))
    }
    for (number, reply) in replies.enumerated() {
      #expect(try await reply.value.meta?.executedFlowID == String(number))
    }
    #expect(arrived.all == (0..<2000).map(String.init))
    #expect(server.connectionCount == 1)
  }

  @Test func eachThreadsRequestsKeepTheirOrder() async throws {
    let arrived = Recorder<String>()
    let server = try TestServer(at: folder.socket) { call in
      guard let request = call.request(API.SessionServiceSetExecutedFlowRequest.self) else { return }
      arrived.add("\(request.sessionID) \(request.flowID)")
      call.reply(API.SessionServiceSetExecutedFlowResponse())
    }
    let client = try client()
    await withTaskGroup(of: Void.self) { group in
      for thread in 0..<8 {
        group.addTask {
          await Background.run {
            let replies = (0..<200).map { number in
              client.send(API.SessionSetExecutedFlow.self, .init(sessionID: "\(thread)", flowID: String(number)))
            }
            for reply in replies { _ = try? reply.wait() }
          }
        }
      }
    }
    for thread in 0..<8 {
      let own = arrived.all.filter { $0.hasPrefix("\(thread) ") }
      #expect(own == (0..<200).map { "\(thread) \($0)" })
    }
    server.stop()
  }

  @Test func repliesAreMatchedWhateverTheirOrder() async throws {
    let waiting = Recorder<TestServer.Call>()
    let server = try TestServer(at: folder.socket) { call in
      waiting.add(call)
      guard waiting.all.count == 3 else { return }
      for call in waiting.all.reversed() {
        let run = call.request(API.FlowServiceGetRunRequest.self)?.runID ?? ""
        call.reply(API.FlowServiceGetRunResponse(run: .init(runID: run)))
      }
    }
    let client = try client()
    let replies = ["a", "b", "c"].map { client.send(API.FlowGetRun.self, .init(runID: $0)) }
    for (name, reply) in zip(["a", "b", "c"], replies) { #expect(try await reply.value.run?.runID == name) }
    server.stop()
  }

  @Test func aRefusalCarriesReasonMetadataAndSession() async throws {
    let server = try TestServer(at: folder.socket) { call in
      let info = API.ErrorInfo(reason: "EXPECTATION_FAILED", domain: "flowd", metadata: ["field": "revision"])
      let meta = API.SessionMeta(sessionID: "s", revision: 9)
      call.refuse(
        .init(
          code: 10, message: "it is at 9",
          details: [
            .init(typeUrl: "type.googleapis.com/google.rpc.ErrorInfo", value: info.encoded),
            .init(typeUrl: "type.googleapis.com/flowd.v1.SessionMeta", value: meta.encoded),
            .init(typeUrl: "type.googleapis.com/flowd.v1.Unknown", value: [1]),
          ]))
    }
    let client = try client()
    let expected = CallRefusal(
      code: .aborted, message: "it is at 9", reason: "EXPECTATION_FAILED", metadata: ["field": "revision"],
      meta: .init(sessionID: "s", revision: 9))
    await #expect(throws: ClientError.refused(expected)) { try await client.session.setMode("s", mode: .batch) }
    server.stop()
  }

  @Test func aCallWithoutReplyTimesOutAndTheConnectionGoesOn() async throws {
    let server = try TestServer(at: folder.socket) { call in
      if call.method == .daemonStatus { call.reply(API.DaemonServiceStatusResponse(version: "1")) }
    }
    let client = try client()
    await #expect(throws: ClientError.timedOut(method: "provider.list", after: .milliseconds(50))) {
      try await client.call(API.ProviderList.self, .init(), timeout: .milliseconds(50))
    }
    #expect(try await client.daemon.status().version == "1")
    #expect(server.connectionCount == 1)
  }

  @Test func aCancelledTaskDoesNotWaitForItsReply() async throws {
    let server = try TestServer(at: folder.socket) { _ in }
    let client = try client()
    let task = Task { try await client.daemon.status() }
    await eventually("the call arrives") { server.connectionCount == 1 }
    task.cancel()
    await #expect(throws: ClientError.cancelled) { try await task.value }
  }

  @Test func nobodyListeningIsUnreachable() async throws {
    let client = try client()
    let reason = "no daemon is running (there is no socket)"
    await #expect(throws: ClientError.unreachable(path: folder.socket, reason: reason)) {
      try await client.daemon.status()
    }
  }

  @Test func aReplyThatIsNoMessageIsTold() async throws {
    let server = try TestServer(at: folder.socket) { call in
      var output: [UInt8] = []
      ResponseFrame.append(payload: [0xFF, 0xFF], stream: call.stream, to: &output)
      _ = call.write(output)
    }
    let client = try client()
    let error = await #expect(throws: ClientError.self) { try await client.daemon.status() }
    guard case .malformedReply? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    server.stop()
  }

  @Test func callsWithoutRepliesAreBounded() async throws {
    let server = try TestServer(at: folder.socket) { _ in }
    let client = try client()
    let replies = (0..<Limits.clientCallsMax).map { _ in client.send(API.DaemonStatus.self, .init()) }
    await #expect(throws: ClientError.overloaded) { try await client.daemon.status() }
    #expect(replies.count == Limits.clientCallsMax)
    server.stop()
  }

  @Test func requestsThatTheDaemonDoesNotReadAreBounded() async throws {
    let mayGoOn = Locked(false)
    let server = try TestServer(at: folder.socket) { _ in while !mayGoOn.withLock({ $0 }) { usleep(1000) } }
    defer { mayGoOn.withLock { $0 = true } }
    let client = try client()
    let content = Array(repeating: UInt8(ascii: "x"), count: 1_000_000)
    let outcomes = Recorder<ClientError?>()
    for _ in 0..<Limits.clientOutputBytesMax / 1_000_000 + 8 {
      let reply = client.send(API.FlowValidate.self, .init(source: .content(content)))
      reply.whenDone { result in
        if case .failure(let error) = result { outcomes.add(error) }
      }
    }
    #expect(outcomes.all.contains(.overloaded))
    #expect(outcomes.all.allSatisfy { $0 == .overloaded })
    server.stop()
  }

  @Test func aRequestOverAFrameIsRefusedHere() async throws {
    let client = try client()
    let request = API.FlowServiceValidateRequest(source: .content(Array(repeating: 0x20, count: Limits.frameBytesMax)))
    let error = await #expect(throws: ClientError.self) { try await client.flow.validate(request) }
    guard case .refused(let refusal)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(refusal.code == .resourceExhausted)
  }
}
