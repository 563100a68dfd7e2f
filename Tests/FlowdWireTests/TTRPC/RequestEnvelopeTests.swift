import FlowdModel
import Testing

@testable import FlowdWire

@Suite struct RequestEnvelopeTests {
  /// The parts of an envelope as values.
  private struct Parts: Equatable {
    var service = ""
    var method = ""
    var payload: [UInt8] = []
    var timeout: Int64 = 0
  }

  private static func decode(_ body: [UInt8]) -> Result<Parts, WireError> {
    body.withUnsafeBytes { body in
      do throws(WireError) {
        let envelope = try RequestEnvelope(decoding: body)
        return .success(
          Parts(
            service: String(decoding: envelope.service, as: UTF8.self),
            method: String(decoding: envelope.method, as: UTF8.self), payload: Array(envelope.payload),
            timeout: envelope.timeoutNanoseconds))
      } catch {
        return .failure(error)
      }
    }
  }

  private static func pair(_ key: [UInt8], _ value: [UInt8]) -> [UInt8] { field(5, field(1, key) + field(2, value)) }

  private static let accepted: [([UInt8], Parts)] = [
    ([], Parts()),
    (field(1, "s") + field(2, "m") + field(3, [0, 255]), Parts(service: "s", method: "m", payload: [0, 255])),
    (field(3, [1]) + field(2, "m") + field(1, "s"), Parts(service: "s", method: "m", payload: [1])),
    (field(4, varint: 5), Parts(timeout: 5)),
    (field(4, varint: UInt64(bitPattern: -1)), Parts(timeout: -1)),
    (field(4, varint: UInt64(bitPattern: .min)), Parts(timeout: .min)),
    (field(4, varint: UInt64(Int64.max)), Parts(timeout: .max)),
    // Of a scalar given twice the last counts.
    (field(1, "a") + field(1, "b") + field(3, [1]) + field(3, []), Parts(service: "b")),
    (pair([], []) + pair(Array("k".utf8), Array("v".utf8)) + field(5, []) + field(1, "s"), Parts(service: "s")),
    // Unknown fields of every wire type, at the top and in metadata.
    (
      field(6, varint: 1) + field(99, [1, 2]) + [7 << 3 | 5, 1, 2, 3, 4] + [8 << 3 | 1, 1, 2, 3, 4, 5, 6, 7, 8], Parts()
    ),
    (field(5, field(3, varint: 9) + field(4, [255])), Parts()),
    // Names nobody has are looked up later; what they hold is not checked here.
    (field(1, [255, 0]), Parts(service: "\u{FFFD}\0")),
  ]

  @Test(arguments: accepted.indices)
  func takesWhatIsWellFormed(_ row: Int) throws {
    let (body, parts) = Self.accepted[row]
    #expect(try Self.decode(body).get() == parts)
  }

  private static let refused: [[UInt8]] = [
    field(1, varint: 1), field(2, varint: 1), field(3, varint: 1), field(4, "1"), field(5, varint: 1),
    [1 << 3 | 5, 0, 0, 0, 0], [4 << 3 | 1, 0, 0, 0, 0, 0, 0, 0, 0], [1 << 3 | 3], [1 << 3 | 4], [1 << 3 | 6],
    [1 << 3 | 7],
    [0], [0, 1], [0x80], [8], [10, 5, 1], [10, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F],
    [10, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], [32] + [UInt8](repeating: 0x80, count: 10) + [1],
    [32] + [UInt8](repeating: 0xFF, count: 9) + [2], [0x80, 0x80, 0x80, 0x80, 0x10, 1],
    pair([255], []), pair([], [0xC0, 0x80]), pair([0], []), field(5, field(1, varint: 1)), field(5, [10, 9]),
  ]

  @Test(arguments: refused)
  func refusesWhatIsMalformed(_ body: [UInt8]) {
    #expect(Self.decode(body).isMalformed)
    #expect(Self.decode(field(1, "service") + body).isMalformed)
  }

  @Test func refusesEveryCutButThoseBetweenFields() {
    let fields = [
      field(1, "service"), field(2, "method"), field(4, varint: 300), Self.pair([65], [66]), field(3, [1, 2, 3]),
    ]
    let body = fields.flatMap { $0 }
    var ends: Set<Int> = [0]
    for field in fields { ends.insert((ends.max() ?? 0) + field.count) }
    for cut in 0...body.count {
      let result = Self.decode(Array(body.prefix(cut)))
      #expect(result.isSuccess == ends.contains(cut), "cut at \(cut)")
      #expect(result.isMalformed != ends.contains(cut), "cut at \(cut)")
    }
  }

  @Test func boundsItsFields() {
    let field = field(5, [])
    #expect(Self.decode((0..<1024).flatMap { _ in field }).isSuccess)
    #expect(Self.decode((0..<1025).flatMap { _ in field }).isTooLarge)
  }

  @Test(arguments: API.Method.allCases)
  func readsWhatAClientWrites(_ method: API.Method) throws {
    for timeout: Int64 in [0, 1, -1, .max, .min] {
      for payload in [[], [1], [UInt8](repeating: 3, count: 300)] {
        var body: [UInt8] = []
        RequestEnvelope.append(method: method, payload: payload, timeoutNanoseconds: timeout, to: &body)
        let parts = Parts(service: method.service, method: method.name, payload: payload, timeout: timeout)
        #expect(try Self.decode(body).get() == parts)
        var frame: [UInt8] = []
        RequestFrame.append(method: method, payload: payload, timeoutNanoseconds: timeout, stream: 7, to: &frame)
        let header = FrameHeader(
          length: UInt32(body.count), stream: 7, type: 1, flags: method.isServerStreaming ? 1 : 0)
        #expect(frames(of: [frame[...]]) == [.frame(header, body: body)])
      }
    }
  }
}
