/// `uses: http` as the flow file says it, the flow's `defaults` merged in.
package struct HTTPStep: Equatable, Sendable {
  package var method: Template
  /// Absolute, or relative to `baseURL`.
  package var url: Template
  package var baseURL: Template?
  /// In file order; a list repeats the name, null leaves it out.
  package var query: [NamedValue]
  /// In file order, names as they are written.
  package var headers: [HTTPHeaderTemplate]
  package var body: HTTPBodyTemplate?
  package var auth: HTTPAuthTemplate?
  /// Whether the run's cookies are sent, and those of the response kept for it.
  package var usesCookies: Bool
  /// Redirects that are followed; 0: none.
  package var redirectsMax: Int
  package var tls: HTTPTLSTemplate
  package var proxy: Template?
  package var version: HTTPVersion
  /// The server's socket; the host of `url` is sent and not looked up.
  package var unixSocket: Template?
  /// Whether a compressed body is asked for and unpacked.
  package var decompresses: Bool
  /// Of the body, unpacked, in bytes; a longer one fails the attempt.
  package var bodyBytesMax: Int
  /// A file that the body is written to; relative to the run's directory.
  package var saveTo: Template?

  package init(
    method: Template = Template("GET"), url: Template, baseURL: Template? = nil, query: [NamedValue] = [],
    headers: [HTTPHeaderTemplate] = [], body: HTTPBodyTemplate? = nil, auth: HTTPAuthTemplate? = nil,
    usesCookies: Bool = true, redirectsMax: Int = Limits.redirectsDefault, tls: HTTPTLSTemplate = HTTPTLSTemplate(),
    proxy: Template? = nil, version: HTTPVersion = .any, unixSocket: Template? = nil, decompresses: Bool = true,
    bodyBytesMax: Int = Limits.httpBodyBytesDefault, saveTo: Template? = nil
  ) {
    self.method = method
    self.url = url
    self.baseURL = baseURL
    self.query = query
    self.headers = headers
    self.body = body
    self.auth = auth
    self.usesCookies = usesCookies
    self.redirectsMax = redirectsMax
    self.tls = tls
    self.proxy = proxy
    self.version = version
    self.unixSocket = unixSocket
    self.decompresses = decompresses
    self.bodyBytesMax = bodyBytesMax
    self.saveTo = saveTo
  }
}

package struct HTTPHeaderTemplate: Equatable, Sendable {
  package var name: String
  package var value: Template
  /// It comes from the flow's `defaults`.
  package var isDefault: Bool

  package init(_ name: String, _ value: Template, isDefault: Bool = false) {
    self.name = name
    self.value = value
    self.isDefault = isDefault
  }
}

package enum HTTPBodyTemplate: Equatable, Sendable {
  case json(ValueTemplate)
  /// `application/x-www-form-urlencoded`; values as in `query`.
  case form([NamedValue])
  case multipart([Field])
  case text(Template)
  /// A file's content; relative to the run's directory.
  case file(Template)

  /// A field of a multipart body: a value, or a file's content.
  package struct Field: Equatable, Sendable {
    package enum Content: Equatable, Sendable {
      case value(Template)
      case file(Template)
    }

    package var name: String
    package var content: Content
    package var filename: Template?
    package var contentType: String?

    package init(_ name: String, _ content: Content, filename: Template? = nil, contentType: String? = nil) {
      self.name = name
      self.content = content
      self.filename = filename
      self.contentType = contentType
    }
  }
}

package enum HTTPAuthTemplate: Equatable, Sendable {
  case basic(user: Template, password: Template)
  case digest(user: Template, password: Template)
  case bearer(Template)
  /// A netrc file; `nil`: `~/.netrc`.
  case netrc(Template?)
}

package struct HTTPTLSTemplate: Equatable, Sendable {
  package var caFile: Template?
  package var certificate: Template?
  package var key: Template?
  /// `false` only by name: `verify: false`.
  package var verifies: Bool

  package init(
    caFile: Template? = nil, certificate: Template? = nil, key: Template? = nil, verifies: Bool = true
  ) {
    self.caFile = caFile
    self.certificate = certificate
    self.key = key
    self.verifies = verifies
  }
}

package enum HTTPVersion: String, Equatable, Sendable, CaseIterable {
  /// HTTP/2 with TLS where the server has it, else HTTP/1.1.
  case any
  case http1 = "1.1"
  case http2 = "2"
}
