import FlowdModel
import FlowdWire
import Glibc
import Testing

@testable import FlowdClient

@Suite(.timeLimit(.minutes(1))) struct LostConnectionTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func client() throws -> FlowdClient {
    FlowdClient(socket: try SocketPath(folder.socket), options: .init(autoSpawn: nil, timeout: .seconds(20)))
  }

  @Test func aStartIsRepeatedOnceWithTheSameRequestID() async throws {
    let ids = Recorder<String>()
    let server = try TestServer(at: folder.socket) { call in
      ids.add(call.request(API.FlowServiceStartRequest.self)?.requestID ?? "")
      if call.connection == 1 {
        call.breakConnection()
      } else {
        call.reply(API.FlowServiceStartResponse(runID: "r", existing: true))
      }
    }
    let client = try client()
    #expect(try await client.flow.start(.init(sessionID: "s")).runID == "r")
    #expect(ids.all.count == 2)
    #expect(ids.all[0] == ids.all[1])
    #expect(UUIDv7(ids.all[0]) != nil)
    server.stop()
  }

  @Test func aRepeatIsTriedOnlyOnce() async throws {
    let calls = Recorder<Int>()
    let server = try TestServer(at: folder.socket) { call in
      calls.add(call.connection)
      call.breakConnection()
    }
    let client = try client()
    await #expect(throws: ClientError.connectionLost(reason: "the daemon closed it")) {
      try await client.flow.start(.init(sessionID: "s"))
    }
    #expect(calls.all == [1, 2])
    server.stop()
  }

  @Test func aChangeIsNotRepeated() async throws {
    let calls = Recorder<Int>()
    let server = try TestServer(at: folder.socket) { call in
      calls.add(call.connection)
      call.breakConnection()
    }
    let client = try client()
    await #expect(throws: ClientError.connectionLost(reason: "the daemon closed it")) {
      try await client.session.setExecutedFlow("s", flow: "f")
    }
    #expect(calls.all == [1])
    server.stop()
  }

  @Test func aStartBehindALostChangeIsNotRepeated() async throws {
    let calls = Recorder<API.Method>()
    let server = try TestServer(at: folder.socket) { call in
      calls.add(call.method)
      if call.method == .flowStart { call.breakConnection() }
    }
    let client = try client()
    let change = client.send(API.SessionSetExecutedFlow.self, .init(sessionID: "s", flowID: "f"))
    let start = client.send(API.FlowStart.self, .init(sessionID: "s"))
    await #expect(throws: ClientError.self) { try await change.value }
    await #expect(throws: ClientError.self) { try await start.value }
    #expect(calls.all == [.sessionSetExecutedFlow, .flowStart])
    server.stop()
  }

  @Test func aNewConnectionIsMadeAfterTheOldOneEnded() async throws {
    let server = try TestServer(at: folder.socket) { call in
      call.reply(API.DaemonServiceStatusResponse(pid: Int32(call.connection)))
      if call.connection == 1 { call.breakConnection() }
    }
    let client = try client()
    #expect(try await client.daemon.status().pid == 1)
    await eventually("the server saw the end") { server.endedCount == 1 }
    #expect(try await client.daemon.status().pid == 2)
  }

  @Test func aReplyComesThoughTheClientIsLetGoOf() async throws {
    let server = try TestServer(at: folder.socket) { call in
      usleep(20_000)
      call.reply(API.DaemonServiceStatusResponse(pid: 5))
    }
    let reply = try client().send(API.DaemonStatus.self, .init())
    #expect(try await reply.value.pid == 5)
    await eventually("the connection ended") { server.endedCount == 1 }
  }

  @Test func theConnectionEndsWithTheClient() async throws {
    let server = try TestServer(at: folder.socket) { $0.reply(API.DaemonServiceStatusResponse()) }
    do {
      let client = try client()
      _ = try await client.daemon.status()
    }
    await eventually("the client has gone") { server.endedCount == 1 }
  }

  @Test func activityTellsWhatHasNoReplyYet() async throws {
    let held = Recorder<TestServer.Call>()
    let server = try TestServer(at: folder.socket) { held.add($0) }
    let client = try client()
    let change = client.send(API.SessionSetMode.self, .init(sessionID: "s", mode: .batch))
    let start = client.send(API.FlowStart.self, .init(sessionID: "s"))
    #expect(client.activity.isMetadataPending(sessionID: "s"))
    #expect(!client.activity.isMetadataPending(sessionID: "other"))
    #expect(client.activity.actionInFlight("s") == .flowStart)
    await eventually("both calls arrive") { held.all.count == 2 }
    held.all[0].reply(API.SessionServiceSetModeResponse())
    _ = try await change.value
    #expect(!client.activity.isMetadataPending(sessionID: "s"))
    held.all[1].reply(API.FlowServiceStartResponse())
    _ = try await start.value
    #expect(client.activity.actionInFlight("s") == nil)
    server.stop()
  }
}
