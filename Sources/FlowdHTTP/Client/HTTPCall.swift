package import FlowdModel

/// One request as `HTTPClient` sends it: no expression and no secret is left to be looked up.
package struct HTTPCall: Sendable {
  package struct Header: Equatable, Sendable {
    package var name: String
    package var value: String
    /// Not sent any more once a redirect leads to another origin.
    package var isSecret: Bool

    package init(_ name: String, _ value: String, isSecret: Bool = false) {
      self.name = name
      self.value = value
      self.isSecret = isSecret
    }
  }

  package enum Body: Equatable, Sendable {
    case none
    case bytes([UInt8])
    /// The content of a regular file; absolute path.
    case file(String)
    /// `multipart/form-data`.
    case multipart([Part])
  }

  package struct Part: Equatable, Sendable {
    package enum Content: Equatable, Sendable {
      case bytes([UInt8])
      /// The content of a regular file; absolute path.
      case file(String)
    }

    package var name: String
    package var content: Content
    package var filename: String?
    package var contentType: String?

    package init(_ name: String, _ content: Content, filename: String? = nil, contentType: String? = nil) {
      self.name = name
      self.content = content
      self.filename = filename
      self.contentType = contentType
    }
  }

  package enum Auth: Equatable, Sendable {
    case basic(user: String, password: String)
    case digest(user: String, password: String)
    case bearer(String)
  }

  package var method: String
  /// Absolute; a user and password in it become `auth` when there is none.
  package var url: String
  /// In the order in which they are sent; no `Content-Length` and no `Transfer-Encoding`.
  package var headers: [Header]
  package var body: Body
  /// A redirect to another origin that would send the body there fails the call.
  package var bodyIsSecret: Bool
  package var auth: Auth?
  /// Redirects that are followed; with 0 the first response is the answer, whatever its status.
  package var redirectsMax: Int
  package var tls: HTTPRequest.TLS
  package var proxy: String?
  package var version: HTTPVersion
  /// Absolute path.
  package var unixSocket: String?
  /// Whether a compressed body is asked for and unpacked.
  package var decompresses: Bool
  /// Of the body, unpacked; one more byte fails the call.
  package var bodyBytesMax: Int
  /// From the moment the call is under way until its last byte; `nil`: no bound.
  package var timeout: Duration?
  /// Without a byte from the other side for so long, the call fails; `nil`: no bound.
  package var silence: Duration?
  /// All of them must allow an address; none allows all.
  package var policies: [NetworkPolicy]
  package var cookies: HTTPCookieJar?
  /// Whether `HTTPInfo.requestHeaders` is wanted.
  package var recordsRequest: Bool
  /// Body bytes that may be handed over and not acknowledged; past it nothing more is read.
  package var unacknowledgedBytesMax: Int

  package init(
    method: String = "GET", url: String, headers: [Header] = [], body: Body = .none, bodyIsSecret: Bool = false,
    auth: Auth? = nil, redirectsMax: Int = Limits.redirectsDefault, tls: HTTPRequest.TLS = HTTPRequest.TLS(),
    proxy: String? = nil, version: HTTPVersion = .any, unixSocket: String? = nil, decompresses: Bool = true,
    bodyBytesMax: Int = Limits.httpBodyBytesDefault, timeout: Duration? = nil, silence: Duration? = nil,
    policies: [NetworkPolicy] = [NetworkPolicy()], cookies: HTTPCookieJar? = nil, recordsRequest: Bool = false,
    unacknowledgedBytesMax: Int = Limits.unacknowledgedOutputBytesMax
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    self.bodyIsSecret = bodyIsSecret
    self.auth = auth
    self.redirectsMax = redirectsMax
    self.tls = tls
    self.proxy = proxy
    self.version = version
    self.unixSocket = unixSocket
    self.decompresses = decompresses
    self.bodyBytesMax = bodyBytesMax
    self.timeout = timeout
    self.silence = silence
    self.policies = policies
    self.cookies = cookies
    self.recordsRequest = recordsRequest
    self.unacknowledgedBytesMax = unacknowledgedBytesMax
  }
}
