internal import CHTTP
internal import FlowdModel

/// An absolute URL, taken apart.
struct HTTPTarget: Equatable {
  /// Lower-case.
  let scheme: String
  /// Lower-case ASCII, without brackets and without the dot that may end it.
  let host: String
  let port: Int
  let user: String?
  let password: String?
  /// Without fragment, user and password.
  let text: String

  /// Takes a URL apart.
  ///
  /// - Parameter base: What a relative one is relative to.
  /// - Throws: `.invalid`, with a message that shows nothing of the URL but what is wrong.
  init(_ url: String, relativeTo base: String? = nil) throws(HTTPProblem) {
    guard !url.isEmpty else { throw HTTPProblem(.invalid, "the URL is empty") }
    guard url.utf8.count <= Limits.urlBytesMax else {
      throw HTTPProblem(.invalid, "the URL is longer than \(Limits.urlBytesMax) bytes")
    }
    guard url.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else {
      throw HTTPProblem(.invalid, "the URL has a control character")
    }
    var why: UnsafePointer<CChar>?
    let parsed = Self.withBase(base) { chttp_url_parse(url, $0, &why) }
    guard let parsed else {
      let reason = why.map { String(cString: $0).lowercased() } ?? "it cannot be read"
      let hint = url.contains("://") ? "" : "; write it with http:// or https://"
      throw HTTPProblem(.invalid, "the URL is not valid: \(reason)\(hint)")
    }
    defer { chttp_url_destroy(parsed) }
    scheme = Self.part(CHTTP_URL_SCHEME, of: parsed)?.lowercased() ?? ""
    host = Self.bare(Self.part(CHTTP_URL_HOST, of: parsed) ?? "")
    port = Self.part(CHTTP_URL_PORT, of: parsed).flatMap(Int.init) ?? 0
    user = Self.part(CHTTP_URL_USER, of: parsed)
    password = Self.part(CHTTP_URL_PASSWORD, of: parsed)
    text = Self.part(CHTTP_URL_WHOLE, of: parsed) ?? ""
  }

  /// `host:port`, for people.
  var authority: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

  var isEncrypted: Bool { scheme == "https" }

  /// RFC 6454.
  func hasSameOrigin(as other: HTTPTarget) -> Bool {
    scheme == other.scheme && host == other.host && port == other.port
  }

  private static func withBase<Result>(
    _ base: String?, _ body: (UnsafePointer<CChar>?) -> Result
  ) -> Result {
    guard let base else { return body(nil) }
    return base.withCString(body)
  }

  private static func part(_ part: chttp_url_part, of url: OpaquePointer) -> String? {
    guard let text = chttp_url_part(url, part) else { return nil }
    defer { chttp_free(text) }
    return String(cString: text)
  }

  private static func bare(_ host: String) -> String {
    var bare = Substring(host.lowercased())
    if bare.hasPrefix("["), bare.hasSuffix("]") { bare = bare.dropFirst().dropLast() }
    if bare.hasSuffix(".") { bare = bare.dropLast() }
    return String(bare)
  }
}
