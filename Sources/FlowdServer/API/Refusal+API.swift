internal import FlowdModel
internal import FlowdWire

extension API.Status {
  /// The one place where a refusal becomes what crosses the wire.
  init(_ refusal: Refusal) {
    let info = API.ErrorInfo(reason: refusal.reason, domain: "flowd", metadata: refusal.metadata)
    var details = [API.AnyMessage(typeUrl: "type.googleapis.com/google.rpc.ErrorInfo", value: info.encoded)]
    if let meta = refusal.meta {
      details.append(
        API.AnyMessage(typeUrl: "type.googleapis.com/flowd.v1.SessionMeta", value: API.SessionMeta(meta).encoded))
    }
    var message = refusal.message
    if message.utf8.count > Limits.statusMessageBytesMax {
      message = String(decoding: message.utf8.prefix(Limits.statusMessageBytesMax), as: UTF8.self) + "…"
    }
    self.init(code: refusal.code.rawValue, message: message, details: details)
  }
}

extension Refusal {
  /// A request that is not a message of its method.
  init(_ error: WireError) {
    switch error {
    case .malformed(let why): self.init(.invalidArgument, "MESSAGE_MALFORMED", why)
    case .tooLarge(let why): self.init(.resourceExhausted, "MESSAGE_TOO_LARGE", why)
    }
  }
}
