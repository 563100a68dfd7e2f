import FlowdModel
import TestSupport
import Testing

@testable import FlowdWire

@Suite struct MetaReadTests {
  private static let id = "01890a5d-ac96-774b-bcce-b302099a8057"

  private static func body(
    _ payload: [UInt8], service: String = "flowd.v1.SessionService", method: String = "GetCurrentMeta"
  ) -> [UInt8] {
    field(1, service) + field(2, method) + field(3, payload)
  }

  private func read(_ body: [UInt8]) -> SessionID? {
    body.withUnsafeBytes { body in
      guard let envelope = try? RequestEnvelope(decoding: body) else { return nil }
      return MetaRead.session(envelope)
    }
  }

  @Test func recognisesTheCanonicalForm() {
    #expect(read(Self.body(field(1, Self.id))) == SessionID(Self.id))
    #expect(read(Self.body(field(1, Self.id.uppercased()))) == SessionID(Self.id))
  }

  private static let others: [[UInt8]] = [
    body([]), body(field(1, "")), body(field(1, String(id.dropLast()))), body(field(1, id + "0")), body(field(2, id)),
    body(field(1, id) + field(3, varint: 1)), body(field(9, varint: 1) + field(1, id)),
    body(field(1, id.replacing("-", with: "+"))), body(field(1, "x" + id.dropFirst())),
    body(field(1, id), method: "Select"), body(field(1, id), service: "flowd.v1.FlowService"),
    body(field(1, id), service: "session", method: "getCurrentMeta"), body(field(1, id), method: "getCurrentMeta"),
    body(field(1, id), service: ""), body(field(1, id), method: ""),
  ]

  @Test(arguments: others)
  func leavesEverythingElseToTheFullDecoder(_ body: [UInt8]) {
    #expect(read(body) == nil)
  }

  /// Whatever is taken for a metadata read is one, of that very session, in the opinion of the general decoder.
  @Test func neverSaysOtherThanTheFullDecoder() throws {
    let original = Self.body(field(1, Self.id))
    var recognised = 0
    for seed: UInt64 in 1...5_000 {
      var random = SplitMix64(seed: seed)
      var bytes = original
      for _ in 0..<(1 + random.below(3)) {
        let place = random.below(bytes.count)
        switch random.below(4) {
        case 0: bytes[place] ^= UInt8(1 << random.below(8))
        case 1: bytes[place] = UInt8(random.below(256))
        case 2: bytes.remove(at: place)
        default: bytes.insert(UInt8(random.below(256)), at: place)
        }
      }
      guard let session = read(bytes) else { continue }
      recognised += 1
      let (method, payload) = try bytes.withUnsafeBytes { bytes in
        let envelope = try RequestEnvelope(decoding: bytes)
        return (MethodTable.find(service: envelope.service, method: envelope.method), Array(envelope.payload))
      }
      #expect(method == .sessionGetCurrentMeta, "seed \(seed)")
      let request = try API.SessionServiceGetCurrentMetaRequest(decoding: payload)
      guard case .sessionID(let text) = request.target else {
        Issue.record("seed \(seed): no session")
        return
      }
      #expect(SessionID(text) == session, "seed \(seed)")
    }
    #expect(recognised > 50)
  }
}
