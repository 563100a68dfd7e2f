internal import FlowdModel
internal import FlowdSchema

extension FlowReader {
  /// `with` of `uses: http`.
  mutating func http(_ fields: Fields, _ place: ExpressionPlace) -> HTTPStep? {
    let sent = place.withSecrets
    guard let node = fields["url"], let url = template(node, "'url'", sent) else { return nil }
    check(url: url, at: node.start)
    var step = HTTPStep(url: url, baseURL: defaults.baseURL)
    if let node = fields["method"] { step.method = method(node, place) ?? step.method }
    if let node = fields["query"] { step.query = httpFields(node, "'query'", sent) }
    step.body = body(fields, sent)
    if let node = fields["auth"] { step.auth = auth(node, place) }
    let own = fields["headers"].map { headers($0, sent) } ?? []
    checkHeaders(own, of: step, at: fields.position(of: "headers") ?? node.start)
    step.headers = headers(own, of: step, at: node.start)
    readTransfer(fields, place, into: &step)
    if let node = fields["tls"] { step.tls = tls(node, place) }
    return step
  }

  /// How the request is sent and the response taken.
  private mutating func readTransfer(_ fields: Fields, _ place: ExpressionPlace, into step: inout HTTPStep) {
    if let node = fields["cookies"] { step.usesCookies = nodes.boolean(node, "'cookies'") ?? true }
    if let node = fields["redirects"] { step.redirectsMax = redirects(node) ?? step.redirectsMax }
    if let node = fields["proxy"] { step.proxy = proxy(node, place.withSecrets) }
    if let node = fields["version"] {
      let word = nodes.choice(node, "'version'", among: HTTPVersion.allCases.map(\.rawValue))
      step.version = word.flatMap(HTTPVersion.init) ?? step.version
    }
    if let node = fields["unix-socket"] { step.unixSocket = socket(node, place) }
    if let node = fields["decompress"] { step.decompresses = nodes.boolean(node, "'decompress'") ?? true }
    if let node = fields["max-body"] {
      step.bodyBytesMax = nodes.size(node, "'max-body'", in: 1...Limits.httpBodyBytesMax) ?? step.bodyBytesMax
    }
    if let node = fields["save-to"] { step.saveTo = path(node, "'save-to'", place) }
  }

  private mutating func method(_ node: YAMLNode, _ place: ExpressionPlace) -> Template? {
    guard let method = template(node, "'method'", place) else { return nil }
    guard let text = method.constant else { return method }
    let usual = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY"]
    if !HTTPToken.isToken(text) || text.utf8.count > Limits.methodBytesMax {
      nodes.report("\(quoted(text)) is not a method; write one such as GET or POST", at: node.start)
    } else if text.uppercased() == "CONNECT" {
      nodes.report("'CONNECT' is for proxies; write 'proxy'", at: node.start)
    } else if !usual.contains(text), usual.contains(text.uppercased()) {
      let message = "a method is sent as it is written; did you mean \(quoted(text.uppercased()))?"
      nodes.warn(message, at: node.start)
    }
    return method
  }

  private mutating func redirects(_ node: YAMLNode) -> Int? {
    if case .scalar(let text, .plain) = node.content, case .bool(let follows) = CoreValue(plain: text) {
      return follows ? Limits.redirectsDefault : 0
    }
    return nodes.integer(node, "'redirects'", in: 0...Limits.redirectsMax)
  }

  // MARK: addresses

  /// `defaults.baseUrl`.
  mutating func baseURL(_ node: YAMLNode) -> Template? {
    guard let url = template(node, "'baseUrl'", ExpressionPlace.defaults().withSecrets) else { return nil }
    guard let text = beginning(of: url, "'baseUrl'", at: node.start) else { return url }
    if let mistake = AddressText.mistake(in: text, isWhole: url.parts.count == 1) {
      nodes.report("'baseUrl' \(mistake)", at: node.start)
    } else if text.utf8.contains(where: { "?#".utf8.contains($0) }) {
      nodes.report("'baseUrl' must not hold '?' or '#', as a path is put behind it", at: node.start)
    }
    return url
  }

  private mutating func check(url: Template, at position: SourcePosition) {
    guard let text = beginning(of: url, "'url'", at: position) else { return }
    let isWhole = url.parts.count == 1
    if AddressText.scheme(of: text) != nil {
      if let mistake = AddressText.mistake(in: text, isWhole: isWhole) {
        nodes.report("'url' \(mistake)", at: position)
      }
    } else if text.hasPrefix("//") {
      nodes.report("'url' must begin with http:// or https://, or be a path behind 'baseUrl'", at: position)
    } else if text.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }) {
      nodes.report("'url' must not hold white space or control characters; write %20 for a space", at: position)
    } else if defaults.baseURL == nil, !defaults.baseURLIsWrong {
      nodes.report(
        "'url' must begin with http:// or https://, as 'defaults' has no 'baseUrl'; found \(quoted(text))", at: position
      )
    }
  }

  /// The text before the first expression; `nil` where an expression comes first.
  private mutating func beginning(of url: Template, _ name: String, at position: SourcePosition) -> String? {
    guard let first = url.parts.first else {
      nodes.report("\(name) must not be empty", at: position)
      return nil
    }
    if case .text(let text) = first { return text }
    return nil
  }

  private mutating func proxy(_ node: YAMLNode, _ place: ExpressionPlace) -> Template? {
    guard let url = template(node, "'proxy'", place) else { return nil }
    guard let text = beginning(of: url, "'proxy'", at: node.start) else { return url }
    if let mistake = AddressText.mistake(in: text, isWhole: url.parts.count == 1) {
      nodes.report("'proxy' \(mistake)", at: node.start)
    }
    return url
  }

  private mutating func socket(_ node: YAMLNode, _ place: ExpressionPlace) -> Template? {
    guard let path = path(node, "'unix-socket'", place) else { return nil }
    if case .text(let text)? = path.parts.first, !text.hasPrefix("/") {
      nodes.report("'unix-socket' must be an absolute path, found \(quoted(text))", at: node.start)
    }
    if let text = path.constant, text.utf8.count > Limits.socketPathBytesMax {
      nodes.report("'unix-socket' has more than \(Limits.socketPathBytesMax) bytes", at: node.start)
    }
    return path
  }

  // MARK: files

  private mutating func tls(_ node: YAMLNode, _ place: ExpressionPlace) -> HTTPTLSTemplate {
    var tls = HTTPTLSTemplate()
    guard let fields = nodes.fields(node, Language.tls) else { return tls }
    if let node = fields["ca"] { tls.caFile = path(node, "'ca'", place) }
    if let node = fields["certificate"] { tls.certificate = path(node, "'certificate'", place) }
    if let node = fields["key"] {
      tls.key = path(node, "'key'", place)
      if fields["certificate"] == nil {
        nodes.report("'key' needs a 'certificate' beside it", at: fields.position(of: "key") ?? node.start)
      }
    }
    if let node = fields["verify"] { tls.verifies = nodes.boolean(node, "'verify'") ?? true }
    return tls
  }

  /// A path, which is absolute or relative to the run's directory.
  mutating func path(_ node: YAMLNode, _ name: String, _ place: ExpressionPlace) -> Template? {
    guard let path = template(node, name, place) else { return nil }
    if path.parts.isEmpty { nodes.report("\(name) must not be empty", at: node.start) }
    return path
  }
}

extension Template {
  /// The parts that are constant.
  var texts: [String] { parts.compactMap { if case .text(let text) = $0 { text } else { nil } } }
}
