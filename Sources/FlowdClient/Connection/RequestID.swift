internal import FlowdModel
internal import FlowdWire
internal import Glibc

/// A request that the daemon carries out once, however often it arrives.
private protocol RepeatableRequest {
  var requestID: String { get set }
}

extension API.FlowServiceStartRequest: RepeatableRequest {}
extension API.FlowServiceCancelRequest: RepeatableRequest {}
extension API.FlowServiceRerunRequest: RepeatableRequest {}

enum RequestID {
  /// The request with an id of its own, where it can have one and has none.
  static func completing<Request: Message>(_ request: Request) -> Request {
    guard var repeatable = request as? any RepeatableRequest, repeatable.requestID.isEmpty else { return request }
    repeatable.requestID = new()
    return repeatable as? Request ?? request
  }

  static func new() -> String {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    let now = Timestamp(microsecondsSince1970: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
    return UUIDv7(at: now, random: (.random(in: .min ... .max), .random(in: .min ... .max))).text
  }
}
