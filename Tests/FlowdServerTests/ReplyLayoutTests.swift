import FlowdModel
import FlowdWire
import Testing

@testable import FlowdServer

@Suite struct ReplyLayoutTests {
  private let meta = API.SessionMeta(
    SessionMeta(
      sessionID: SessionID(UUIDv7(high: 1, low: 2)), workspace: "/w", title: "t", executedFlowID: "f",
      lastUsedFlowID: "g", providerID: "p", modelID: "m", mode: .hybrid, revision: 7,
      createdAt: Timestamp(microsecondsSince1970: 1_500_000), updatedAt: Timestamp(microsecondsSince1970: -1)))

  /// The daemon encodes one of them for all.
  @Test func allAnswersWithMetadataHaveTheSameBytes() {
    let expected = API.SessionServiceSetProviderModelResponse(meta: meta).encoded
    #expect(API.SessionServiceNewResponse(meta: meta).encoded == expected)
    #expect(API.SessionServiceSelectResponse(meta: meta).encoded == expected)
    #expect(API.SessionServiceCloseResponse(meta: meta).encoded == expected)
    #expect(API.SessionServiceSetExecutedFlowResponse(meta: meta).encoded == expected)
    #expect(API.SessionServiceSetModeResponse(meta: meta).encoded == expected)
  }

  /// The hub puts stored events into responses without decoding them.
  @Test func aWatchResponseIsItsEventBehindATagAndALength() {
    let event = API.Event(sessionID: "s", seq: 3, kind: .sessionMetaChanged(API.SessionMetaChanged(meta: meta)))
    var message: [UInt8] = []
    ProtobufWriter.append(field: 1, bytes: event.encoded, to: &message)
    #expect(message == API.EventServiceWatchResponse(event: event).encoded)
  }

  @Test func timesBeforeTheEpochRoundDown() {
    #expect(meta.createdAt == API.Timestamp(seconds: 1, nanos: 500_000_000))
    #expect(meta.updatedAt == API.Timestamp(seconds: -1, nanos: 999_999_000))
  }
}
