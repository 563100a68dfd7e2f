public import FlowdModel
public import FlowdWire

/// Why a call or a watch failed.
public enum ClientError: Error, Equatable, Sendable {
  /// No connection could be made; nothing was sent.
  case unreachable(path: String, reason: String)
  /// The daemon answered with an error; nothing of the call was done, unless its code says so.
  case refused(CallRefusal)
  /// The connection ended before the reply: the call may have been carried out or not.
  case connectionLost(reason: String)
  /// No reply within the call's time: the call may have been carried out or not.
  case timedOut(method: String, after: Duration)
  /// The caller gave the call up.
  case cancelled
  /// The client holds as many unanswered calls or unsent bytes as it may; nothing was sent.
  case overloaded
  /// The peer does not speak the contract.
  case malformedReply(String)

  /// One sentence for a person.
  public var message: String {
    switch self {
    case .unreachable(let path, let reason): "cannot reach the daemon at \(path): \(reason)"
    case .refused(let refusal): refusal.message
    case .connectionLost(let reason): "the connection to the daemon ended before its reply: \(reason)"
    case .timedOut(let method, let time): "\(method) got no reply within \(time)"
    case .cancelled: "the call was given up"
    case .overloaded: "too many calls are waiting for the daemon"
    case .malformedReply(let why): "the daemon's reply cannot be read: \(why)"
    }
  }
}

/// An error that the daemon answered with.
public struct CallRefusal: Error, Equatable, Sendable {
  public var code: StatusCode
  public var message: String
  /// `ErrorInfo`'s, such as `FLOW_NOT_FOUND`; empty when the daemon gave none.
  public var reason: String
  /// `ErrorInfo`'s, such as `run_id`.
  public var metadata: [String: String]
  /// The session as it stands, with `ABORTED`.
  public var meta: API.SessionMeta?

  public init(
    code: StatusCode, message: String, reason: String = "", metadata: [String: String] = [:],
    meta: API.SessionMeta? = nil
  ) {
    self.code = code
    self.message = message
    self.reason = reason
    self.metadata = metadata
    self.meta = meta
  }

  /// Reads a status and its details; details of unknown types are passed over.
  init(_ status: API.Status) {
    self.init(code: StatusCode(rawValue: status.code) ?? .unknown, message: status.message)
    for detail in status.details {
      let name = detail.typeUrl.split(separator: "/").last.map(String.init) ?? ""
      // A detail that cannot be read is as good as absent: the code and the message still tell.
      if name == API.ErrorInfo.fullName, let info = try? API.ErrorInfo(decoding: detail.value) {
        reason = info.reason
        metadata = info.metadata
      } else if name == API.SessionMeta.fullName {
        meta = try? API.SessionMeta(decoding: detail.value)
      }
    }
  }
}
