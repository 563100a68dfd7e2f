/// One attempt of an `http` step, ready to be sent: every expression is evaluated.
package struct HTTPRequest: Equatable, Sendable {
  package var attempt: AttemptID
  /// Whose cookies are sent and kept; `nil`: none.
  package var cookieJar: Int64?
  /// The run, for bodies that are kept in files until it ends.
  package var runKey: Int64?
  package var method: String
  /// Absolute.
  package var url: SecretText
  package var headers: [Header]
  package var body: Body
  package var auth: Auth?
  package var redirectsMax: Int
  package var tls: TLS
  package var proxy: SecretText?
  package var version: HTTPVersion
  package var unixSocket: String?
  package var decompresses: Bool
  package var bodyBytesMax: Int
  /// Absolute.
  package var saveTo: String?
  /// Of the file at `saveTo`, when it is new.
  package var umask: FileMask
  package var timeout: Duration?
  /// All of them must allow an address.
  package var policies: [NetworkPolicy]
  /// Expressions of the request and what they became, for people; secrets are not among them.
  package var substitutions: [JSONValue.Member]
  /// Values that must not appear in anything that is reported, beside those of its own secrets.
  package var redacted: [String]
  /// Secrets whose values must not appear there either, if they have one: whoever executes the request looks them up.
  package var alsoRedacted: [Secret] = []

  package struct Header: Equatable, Sendable {
    package var name: String
    package var value: SecretText

    package init(_ name: String, _ value: SecretText) {
      self.name = name
      self.value = value
    }
  }

  package enum Body: Equatable, Sendable {
    case none
    /// `contentType` is sent unless `headers` has one.
    case text(SecretText, contentType: String?)
    /// Absolute path.
    case file(String)
    case multipart([Part])
  }

  package struct Part: Equatable, Sendable {
    package enum Content: Equatable, Sendable {
      case text(SecretText)
      /// Absolute path.
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
    case basic(user: SecretText, password: SecretText)
    case digest(user: SecretText, password: SecretText)
    case bearer(SecretText)
    /// Absolute path; `nil`: `~/.netrc`.
    case netrc(String?)
  }

  package struct TLS: Equatable, Sendable {
    /// Absolute paths.
    package var caFile: String?
    package var certificate: String?
    package var key: String?
    package var verifies: Bool

    package init(caFile: String? = nil, certificate: String? = nil, key: String? = nil, verifies: Bool = true) {
      self.caFile = caFile
      self.certificate = certificate
      self.key = key
      self.verifies = verifies
    }
  }

  package init(
    attempt: AttemptID, cookieJar: Int64? = nil, runKey: Int64? = nil, method: String = "GET", url: SecretText,
    headers: [Header] = [],
    body: Body = .none, auth: Auth? = nil, redirectsMax: Int = Limits.redirectsDefault, tls: TLS = TLS(),
    proxy: SecretText? = nil, version: HTTPVersion = .any, unixSocket: String? = nil, decompresses: Bool = true,
    bodyBytesMax: Int = Limits.httpBodyBytesDefault, saveTo: String? = nil, umask: FileMask = .ownerOnly,
    timeout: Duration? = nil, policies: [NetworkPolicy] = [NetworkPolicy()], substitutions: [JSONValue.Member] = [],
    redacted: [String] = []
  ) {
    self.attempt = attempt
    self.cookieJar = cookieJar
    self.runKey = runKey
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    self.auth = auth
    self.redirectsMax = redirectsMax
    self.tls = tls
    self.proxy = proxy
    self.version = version
    self.unixSocket = unixSocket
    self.decompresses = decompresses
    self.bodyBytesMax = bodyBytesMax
    self.saveTo = saveTo
    self.umask = umask
    self.timeout = timeout
    self.policies = policies
    self.substitutions = substitutions
    self.redacted = redacted
  }
}

extension HTTPRequest {
  /// Whether a header says who asks.
  package static func isCredential(_ name: String) -> Bool { credentialHeaders.contains(name.lowercased()) }

  private static let credentialHeaders: Set<String> = [
    "authorization", "proxy-authorization", "cookie", "x-api-key", "api-key", "x-auth-token",
  ]
}
