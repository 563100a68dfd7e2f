internal import CHTTP
internal import FlowdModel
internal import Glibc

/// What the end of a request means for its call.
extension ActiveCall {
  func transferEnded(_ failure: chttp_failure) -> Next {
    measure()
    if let problem { return .end(.failed(problem.failure, problem.message)) }
    if nextHop != nil, failure == CHTTP_OK || failure == CHTTP_ABORTED {
      info.redirects += 1
      return .redirect
    }
    if failure == CHTTP_OK { return .end(.completed) }
    if let refusal, failure == CHTTP_CONNECT || failure == CHTTP_PROXY {
      return .end(.failed(refusal.failure, refusal.message))
    }
    let (kind, message) = describe(failure)
    return .end(.failed(kind, message))
  }

  private func describe(_ failure: chttp_failure) -> (HTTPFailure, String) {
    let words = transfer?.message ?? ""
    let host = hop?.target.host ?? ""
    switch failure {
    case CHTTP_RESOLVE:
      return (.dns, "cannot find the address of \(host); check the name and the network")
    case CHTTP_RESOLVE_PROXY:
      return (.dns, "cannot find the address of the proxy; check its name and the network")
    case CHTTP_CONNECT: return describeConnect()
    case CHTTP_PROXY: return (.proxy, "the proxy does not connect to \(place): \(words)")
    case CHTTP_TIMEOUT:
      return (.timeout, "cannot connect to \(place) within \(Limits.connectTimeout)")
    case CHTTP_CERTIFICATE: return (.tls, describeCertificate(words))
    case CHTTP_TLS:
      return (.tls, "cannot agree on encryption with \(place): \(words)")
    case CHTTP_OWN_CERTIFICATE:
      return (.tls, "the certificate or key of the step cannot be used: \(words)")
    case CHTTP_CA_FILE: return (.tls, "the file of `tls.ca` cannot be used: \(words)")
    case CHTTP_NO_ANSWER: return (.reset, "\(place) closed the connection without an answer")
    case CHTTP_RESET:
      if let status = refusalByProxy {
        return (.proxy, "the proxy refuses to connect to \(place): it answers \(status)")
      }
      let received = info.bodyBytes > 0 ? " after \(info.bodyBytes) bytes of the body" : ""
      return (.reset, "the connection to \(place) ended early\(received)")
    case CHTTP_MEMORY where !head.isComplete:
      // The bound is libcurl's own.
      return (.tooLarge, "a header of the response is longer than 100 KiB")
    case CHTTP_MEMORY where isPaused:
      // While a call is paused libcurl keeps what the bytes that it has read unpack to, 64 MiB at most.
      return (.tooLarge, inflationMessage)
    case CHTTP_ENCODING: return (.protocolError, "the body of \(place) cannot be unpacked: \(words)")
    case CHTTP_INVALID: return (.invalid, "the request cannot be sent: \(words)")
    case CHTTP_PROTOCOL: return describeProtocol(words)
    default: return (.protocolError, "the request to \(place) failed: \(words)")
    }
  }

  /// What the proxy answered to CONNECT, if that is why there is no connection.
  private var refusalByProxy: Int64? {
    guard call.proxy != nil, head.status == 0, let status = transfer?.measure(CHTTP_PROXY_CONNECT_STATUS) else {
      return nil
    }
    return status >= 300 ? status : nil
  }

  private func describeConnect() -> (HTTPFailure, String) {
    let code = Int32(truncatingIfNeeded: transfer?.measure(CHTTP_OS_ERROR) ?? 0)
    let place = call.unixSocket ?? (call.proxy == nil ? self.place : "the proxy")
    let kind: HTTPFailure = call.proxy == nil ? .unreachable : .proxy
    switch code {
    case ECONNREFUSED where call.proxy == nil: return (.refused, "cannot connect to \(place): refused")
    case ECONNREFUSED: return (.proxy, "cannot connect to the proxy: refused")
    case ENOENT: return (.refused, "cannot connect to \(place): there is no such socket")
    case 0: return (kind, "cannot connect to \(place)")
    default: return (kind, "cannot connect to \(place): \(SystemText.sentence(code))")
    }
  }

  private func describeProtocol(_ words: String) -> (HTTPFailure, String) {
    let hint = words.contains("HTTP/0.9") ? "the answer does not begin as one" : words
    return (.protocolError, "\(place) does not speak HTTP as expected: \(hint)")
  }

  private func describeCertificate(_ words: String) -> String {
    let host = hop?.target.host ?? ""
    if words.contains("subject name") || words.contains("alternative") {
      return "the certificate of \(host) does not fit its name; use the name that it is for"
    }
    if words.contains("expired") { return "the certificate of \(host) has expired" }
    if words.contains("self-signed") || words.contains("self signed") || words.contains("local issuer") {
      return "the certificate of \(host) is not signed by an authority that is trusted here; name it in `tls.ca`"
    }
    return "the certificate of \(host) cannot be verified: \(words)"
  }
}
