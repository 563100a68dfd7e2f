internal import FlowdModel

extension ErrorClassification {
  /// What a response's status means, before checks look at it: from 400 on it is an error.
  ///
  /// The server's trouble, and what says "not now", may pass: 408, 409, 425, 429 and 5xx but 501 and 505.
  static func classify(status: Int) -> StepError? {
    guard status >= 400 else { return nil }
    switch status {
    case 408, 409, 425, 429: return StepError(.recoverable, "the server answered \(status)\(name(of: status))")
    case 501, 505: return StepError(.fatal, "the server answered \(status)\(name(of: status))")
    case 500...: return StepError(.recoverable, "the server answered \(status)\(name(of: status))")
    default: return StepError(.fatal, "the server answered \(status)\(name(of: status))")
    }
  }

  /// What it means that there is no response.
  static func errorClass(of failure: HTTPFailure) -> StepError.Class {
    switch failure {
    case .refused, .unreachable, .dns, .reset, .timeout, .proxy, .protocolError: .recoverable
    case .tls, .tooLarge, .redirects, .policy, .invalid, .file: .fatal
    }
  }

  private static func name(of status: Int) -> String {
    switch status {
    case 400: " (bad request)"
    case 401: " (unauthorized)"
    case 403: " (forbidden)"
    case 404: " (not found)"
    case 405: " (method not allowed)"
    case 408: " (request timeout)"
    case 409: " (conflict)"
    case 410: " (gone)"
    case 422: " (unprocessable content)"
    case 425: " (too early)"
    case 429: " (too many requests)"
    case 500: " (internal server error)"
    case 501: " (not implemented)"
    case 502: " (bad gateway)"
    case 503: " (service unavailable)"
    case 504: " (gateway timeout)"
    default: ""
    }
  }
}
