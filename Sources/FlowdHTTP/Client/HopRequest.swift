internal import FlowdModel

/// What one request of a call says; a redirect makes the next from it.
struct HopRequest: Equatable {
  var method: String
  var target: HTTPTarget
  var headers: [HTTPCall.Header]
  var body: HTTPCall.Body
  var auth: HTTPCall.Auth?
  /// Whether the client shows its certificate.
  var hasOwnCertificate: Bool
  private let bodyIsSecret: Bool

  /// The first request.
  ///
  /// - Throws: `.invalid` for what cannot be sent, `.policy` for another scheme.
  init(_ call: HTTPCall) throws(HTTPProblem) {
    method = call.method
    guard !method.isEmpty, method.utf8.count <= 32, method.utf8.allSatisfy(Self.isTokenByte), method != "CONNECT"
    else { throw HTTPProblem(.invalid, "\(quoted(method)) is not a method that can be sent") }
    let target = try HTTPTarget(call.url)
    try Self.checkScheme(of: target)
    self.target = target
    headers = call.headers
    for header in headers { try Self.check(header) }
    body = call.body
    auth = call.auth
    hasOwnCertificate = call.tls.certificate != nil
    bodyIsSecret = call.bodyIsSecret
    if auth == nil, !headers.contains(where: { $0.name.lowercased() == "authorization" }),
      let user = target.user ?? (target.password == nil ? nil : "")
    {
      auth = .basic(user: user, password: target.password ?? "")
    }
  }

  /// The request that follows a redirect, by the rules of RFC 9110 and of browsers (Fetch, HTTP-redirect fetch).
  ///
  /// To another origin go no credentials: neither `auth` nor `Authorization`, `Cookie` and secret headers, `Host`, nor
  /// the client's certificate; and a body with secrets does not go there at all.
  func redirected(by status: Int, to location: String) throws(HTTPProblem) -> HopRequest {
    var next = self
    do throws(HTTPProblem) {
      next.target = try HTTPTarget(location, relativeTo: target.text)
    } catch {
      throw HTTPProblem(.redirects, "\(target.authority) redirects to what is not a URL; \(error.message)")
    }
    try Self.checkScheme(of: next.target, redirectedBy: target)
    let becomesGet =
      status == 303 ? method != "GET" && method != "HEAD" : (status == 301 || status == 302) && method == "POST"
    if becomesGet {
      next.method = "GET"
      next.body = .none
      next.headers.removeAll { Self.contentHeaders.contains($0.name.lowercased()) }
    }
    if next.target.hasSameOrigin(as: target) { return next }
    guard next.body == .none || !bodyIsSecret else {
      throw HTTPProblem(
        .redirects,
        "\(target.authority) redirects a body with secrets to \(next.target.authority), where it is not sent; "
          + "use that address in the step if it is to be trusted")
    }
    next.auth = nil
    next.hasOwnCertificate = false
    next.headers.removeAll { $0.isSecret || Self.originHeaders.contains($0.name.lowercased()) }
    return next
  }

  private static func checkScheme(of target: HTTPTarget, redirectedBy from: HTTPTarget? = nil) throws(HTTPProblem) {
    guard target.scheme == "http" || target.scheme == "https" else {
      let found = quoted(String(target.scheme.prefix(32)))
      if let from {
        throw HTTPProblem(
          .policy, "\(from.authority) redirects to a URL with the scheme \(found); only http and https are followed")
      }
      throw HTTPProblem(.policy, "the URL's scheme is \(found); only http and https can be used")
    }
    guard !target.host.isEmpty else { throw HTTPProblem(.invalid, "the URL has no host") }
  }

  private static func check(_ header: HTTPCall.Header) throws(HTTPProblem) {
    guard !header.name.isEmpty, header.name.utf8.allSatisfy(isTokenByte) else {
      throw HTTPProblem(.invalid, "\(quoted(String(header.name.prefix(80)))) is not the name of a header")
    }
    guard header.value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f || $0 == 0x09 }) else {
      throw HTTPProblem(
        .invalid, "the value of the header \(header.name) has a line break or another control character")
    }
    guard !framingHeaders.contains(header.name.lowercased()) else {
      throw HTTPProblem(.invalid, "the header \(header.name) follows from the body; leave it out")
    }
  }

  /// RFC 9110, 5.6.2.
  private static func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
  }

  private static let contentHeaders: Set<String> = [
    "content-type", "content-encoding", "content-language", "content-location", "content-disposition",
  ]
  private static let originHeaders: Set<String> = ["authorization", "cookie", "cookie2", "host", "proxy-authorization"]
  private static let framingHeaders: Set<String> = ["content-length", "transfer-encoding"]
}
