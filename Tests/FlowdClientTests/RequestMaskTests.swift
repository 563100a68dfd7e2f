import FlowdModel
import FlowdWire
import Glibc
import Testing

@testable import FlowdClient

@Suite struct RequestMaskTests {
  @Test func theMaskIsReadWithoutBeingChanged() throws {
    let own = try #require(ProcessMask.current)
    // This sets it as it is: no thread notices.
    #expect(umask(own) == own)
  }

  @Test func startsAndRerunsCarryTheMaskOfThisProcessUnlessTheySayAnother() throws {
    let own = try #require(ProcessMask.current)
    #expect(RequestMask.completing(API.FlowServiceStartRequest(sessionID: "s")).umask == own)
    #expect(RequestMask.completing(API.FlowServiceRerunRequest(runID: "r")).umask == own)
    #expect(RequestMask.completing(API.FlowServiceStartRequest(umask: 0)).umask == 0)
    #expect(RequestMask.completing(API.FlowServiceRerunRequest(umask: 0o777)).umask == 0o777)
  }

  @Test(.timeLimit(.minutes(1))) func aStartThatIsSentHasIt() async throws {
    let folder = try TemporaryFolder()
    let masks = Recorder<UInt32?>()
    let server = try TestServer(at: folder.socket) { call in
      masks.add(call.request(API.FlowServiceStartRequest.self)?.umask)
      call.reply(API.FlowServiceStartResponse(runID: "r"))
    }
    let client = FlowdClient(socket: try SocketPath(folder.socket), options: .init(autoSpawn: nil))
    _ = try await client.flow.start(.init(sessionID: "s"))
    #expect(masks.all == [ProcessMask.current])
    server.stop()
  }
}
