internal import FlowdModel

extension RunMachine {
  /// The request of a step with every expression evaluated.
  func request(
    for index: Int, _ http: HTTPStep, timeout: Duration?, _ transaction: Transaction
  ) throws(ExpressionError) -> HTTPRequest {
    let renderer = renderer(index, transaction)
    let line = definition(of: index).line
    let method = try renderer.text(http.method)
    guard HTTPRequest.isToken(method) else {
      throw ExpressionError(.failed, "\(quoted(method)) is not an HTTP method", line: line)
    }
    var request = HTTPRequest(
      attempt: attemptID(of: index), cookieJar: http.usesCookies ? record.key : nil, runKey: record.key,
      method: method, url: try url(of: http, line, renderer))
    let isTrusted = try isTrusted(http, request, renderer)
    for header in http.headers {
      let value = try renderer.secretText(header.value)
      if header.isDefault, !isTrusted, HTTPRequest.isCredential(header.name) || !value.secrets.isEmpty { continue }
      guard !value.shown.unicodeScalars.contains(where: { $0 == "\r" || $0 == "\n" || $0 == "\0" }) else {
        throw ExpressionError(.failed, "the header \(header.name) would hold a line break", line: line)
      }
      request.headers.append(.init(header.name, value))
    }
    if let body = http.body { request.body = try self.body(body, renderer) }
    request.auth = try http.auth.map { auth throws(ExpressionError) in try self.auth(auth, renderer) }
    request.redirectsMax = http.redirectsMax
    request.tls = HTTPRequest.TLS(
      caFile: try path(http.tls.caFile, renderer), certificate: try path(http.tls.certificate, renderer),
      key: try path(http.tls.key, renderer), verifies: http.tls.verifies)
    if let proxy = http.proxy { request.proxy = try renderer.secretText(proxy) }
    request.version = http.version
    request.unixSocket = try path(http.unixSocket, renderer)
    request.decompresses = http.decompresses
    request.bodyBytesMax = http.bodyBytesMax
    request.saveTo = try path(http.saveTo, renderer)
    request.umask = record.umask
    request.timeout = timeout
    request.policies = [transaction.config.network] + (definition.flow.network.map { [$0] } ?? [])
    request.substitutions = try substitutions(of: definition(of: index).action, renderer)
    return request
  }

  /// Whether credentials among the flow's default headers may go where a request goes: the flow's author wrote the server
  /// down, in the step's URL or as `baseUrl`. Else an answer that names the next page could have them sent anywhere.
  private func isTrusted(
    _ http: HTTPStep, _ request: HTTPRequest, _ renderer: Renderer
  ) throws(ExpressionError) -> Bool {
    guard http.headers.contains(where: \.isDefault) else { return true }
    if case .text(let first)? = http.url.parts.first, HTTPRequest.isAbsolute(SecretText(first)) {
      let pieces = first.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
      // The authority ends before the first expression.
      if http.url.parts.count == 1 || pieces.last?.contains(where: { "/?#".contains($0) }) == true { return true }
    }
    guard let base = http.baseURL else { return false }
    return HTTPRequest.origin(of: try renderer.secretText(base).shown) == HTTPRequest.origin(of: request.url.shown)
  }

  private func url(of http: HTTPStep, _ line: Int, _ renderer: Renderer) throws(ExpressionError) -> SecretText {
    var url = try renderer.secretText(http.url)
    if !HTTPRequest.isAbsolute(url), let base = http.baseURL {
      let base = try renderer.secretText(base)
      let isJoined = base.shown.hasSuffix("/") || url.shown.hasPrefix("/") || url.shown.hasPrefix("?")
      if base.shown.hasSuffix("/"), url.shown.hasPrefix("/"), case .text(let first)? = url.parts.first {
        url.parts[0] = .text(String(first.dropFirst()))
      }
      url = SecretText(base.parts + (isJoined || url.parts.isEmpty ? [] : [.text("/")]) + url.parts)
    }
    guard HTTPRequest.isAbsolute(url) else {
      throw ExpressionError(
        .failed, "the url \(quoted(url.shown)) does not begin with http:// or https://", line: line)
    }
    let query = try renderer.secretForm(http.query)
    guard !query.parts.isEmpty else { return url }
    var fragment: [SecretText.Part] = []
    if case .text(let last)? = url.parts.last, let hash = last.firstIndex(of: "#") {
      url.parts[url.parts.count - 1] = .text(String(last[..<hash]))
      fragment = [.text(String(last[hash...]))]
    }
    return SecretText(url.parts + [.text(url.shown.contains("?") ? "&" : "?")] + query.parts + fragment)
  }

  private func body(
    _ body: HTTPBodyTemplate, _ renderer: Renderer
  ) throws(ExpressionError) -> HTTPRequest.Body {
    switch body {
    case .json(let value): return .text(try renderer.secretJSON(value), contentType: "application/json")
    case .form(let fields):
      return .text(try renderer.secretForm(fields), contentType: "application/x-www-form-urlencoded")
    case .text(let template): return .text(try renderer.secretText(template), contentType: nil)
    case .file(let template): return .file(absolute(try renderer.text(template)))
    case .multipart(let fields):
      var parts: [HTTPRequest.Part] = []
      for field in fields {
        let content: HTTPRequest.Part.Content =
          switch field.content {
          case .value(let template): .text(try renderer.secretText(template))
          case .file(let template): .file(absolute(try renderer.text(template)))
          }
        parts.append(
          HTTPRequest.Part(
            field.name, content,
            filename: try field.filename.map { name throws(ExpressionError) in
              try renderer.text(name)
            }, contentType: field.contentType))
      }
      return .multipart(parts)
    }
  }

  private func auth(_ auth: HTTPAuthTemplate, _ renderer: Renderer) throws(ExpressionError) -> HTTPRequest.Auth {
    switch auth {
    case .basic(let user, let password):
      .basic(user: try renderer.secretText(user), password: try renderer.secretText(password))
    case .digest(let user, let password):
      .digest(user: try renderer.secretText(user), password: try renderer.secretText(password))
    case .bearer(let token): .bearer(try renderer.secretText(token))
    case .netrc(let file): .netrc(try path(file, renderer))
    }
  }

  private func path(_ template: Template?, _ renderer: Renderer) throws(ExpressionError) -> String? {
    guard let template else { return nil }
    return absolute(try renderer.text(template))
  }

  private func absolute(_ path: String) -> String { path.hasPrefix("/") ? path : "\(record.cwd)/\(path)" }

  /// What each expression of `with` became, each once; a secret is concealed. Long values are cut.
  private func substitutions(
    of action: StepAction, _ renderer: Renderer
  ) throws(ExpressionError) -> [JSONValue.Member] {
    var found: [JSONValue.Member] = []
    for expression in action.expressions where found.count < Limits.outputsMax {
      if found.contains(where: { $0.name == expression.source }) { continue }
      if let path = expression.path, secret(at: path) != nil {
        found.append(.init(expression.source, .string(Redactor.mark)))
        continue
      }
      let text = Renderer.text(try renderer.value(of: expression))
      let isLong = text.utf8.count > Limits.checkSeenBytesMax
      found.append(
        .init(
          expression.source,
          .string(isLong ? String(decoding: text.utf8.prefix(Limits.checkSeenBytesMax), as: UTF8.self) + "…" : text)))
    }
    return found
  }
}

extension HTTPRequest {
  /// RFC 9110, section 5.6.2.
  static func isToken(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 32
      && text.utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
          || "!#$%&'*+-.^_`|~".utf8.contains(byte)
      }
  }

  /// Also of a URL that begins with a secret, such as that of a web hook: whoever puts it in looks at its scheme.
  static func isAbsolute(_ url: SecretText) -> Bool {
    if case .secret? = url.parts.first { return true }
    let start = url.shown.prefix(8).lowercased()
    return start.hasPrefix("http://") || start.hasPrefix("https://")
  }

  /// What fails together, for the circuit: the server's socket, or its authority with the proxy that leads there.
  var circuit: String {
    if let unixSocket { return "unix \(unixSocket)" }
    let host = HTTPRequest.authority(of: url.shown)
    guard let proxy else { return host }
    return "\(host) by proxy \(HTTPRequest.authority(of: proxy.shown))"
  }

  /// Scheme and authority of a URL, to compare (RFC 6454).
  static func origin(of url: String) -> String {
    "\(url.prefix { $0 != ":" }.lowercased())://\(authority(of: url))"
  }

  /// `host:port` in lower case, without user and password, and without a port that the scheme implies.
  static func authority(of url: String) -> String {
    let rest = url.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false).last ?? ""
    let whole = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    let authority = String(whole.split(separator: "@").last ?? whole).lowercased()
    let port = url.lowercased().hasPrefix("https:") ? ":443" : ":80"
    return authority.hasSuffix(port) ? String(authority.dropLast(port.count)) : authority
  }
}
