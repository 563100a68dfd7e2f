internal import FlowdWire

/// A request for a run, whose files get the permissions that this process's would get.
private protocol MaskedRequest {
  var umask: UInt32? { get set }
}

extension API.FlowServiceStartRequest: MaskedRequest {}
extension API.FlowServiceRerunRequest: MaskedRequest {}

enum RequestMask {
  /// The request with this process's mask, where it can have one and has none.
  static func completing<Request: Message>(_ request: Request) -> Request {
    guard var masked = request as? any MaskedRequest, masked.umask == nil else { return request }
    masked.umask = ProcessMask.current
    return masked as? Request ?? request
  }
}
