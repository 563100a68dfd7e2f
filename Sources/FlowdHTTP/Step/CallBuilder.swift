internal import FlowdModel
internal import Glibc

/// A request with its secrets in place, and how to keep them out of reports.
struct PreparedCall {
  var call: HTTPCall
  let redactor: Redactor
  /// Of the body that is sent, redacted.
  let bodyPreview: String
}

/// Puts secrets into requests.
struct CallBuilder {
  private let secrets: any SecretSource
  private var values: [String] = []

  init(_ secrets: any SecretSource) { self.secrets = secrets }

  /// - Throws: `.invalid`: a secret that is not set, a file that cannot be read.
  consuming func prepare(_ request: HTTPRequest) throws(HTTPProblem) -> PreparedCall {
    values = request.redacted + secrets.values(of: request.alsoRedacted)
    var call = HTTPCall(method: request.method, url: try text(request.url), recordsRequest: true)
    for header in request.headers {
      call.headers.append(
        .init(header.name, try text(header.value), isSecret: !header.value.secrets.isEmpty))
    }
    call.body = try body(request.body)
    call.bodyIsSecret = Self.hasSecrets(request.body)
    if case .text(_, let type?) = request.body, !request.hasHeader("content-type") {
      call.headers.append(.init("Content-Type", type))
    }
    call.auth = try auth(request.auth, for: call.url)
    if let proxy = request.proxy { call.proxy = try text(proxy) }
    for file in [request.tls.caFile, request.tls.certificate, request.tls.key] {
      if let file { try Self.checkReadable(file) }
    }
    call.redirectsMax = request.redirectsMax
    call.tls = request.tls
    call.version = request.version
    call.unixSocket = request.unixSocket
    call.decompresses = request.decompresses
    call.bodyBytesMax = request.bodyBytesMax
    call.timeout = request.timeout ?? Limits.httpTimeoutDefault
    call.policies = request.policies
    let redactor = Redactor(values)
    return PreparedCall(call: call, redactor: redactor, bodyPreview: Self.preview(of: call.body, redactor))
  }

  private mutating func text(_ text: SecretText) throws(HTTPProblem) -> String {
    do throws(SecretError) {
      let resolved = try secrets.resolve(text)
      values += resolved.values
      return resolved.text
    } catch {
      throw HTTPProblem(.invalid, error.message)
    }
  }

  private mutating func body(_ body: HTTPRequest.Body) throws(HTTPProblem) -> HTTPCall.Body {
    switch body {
    case .none: return .none
    case .text(let content, _): return .bytes(Array(try text(content).utf8))
    case .file(let path): return .file(path)
    case .multipart(let parts):
      var sent: [HTTPCall.Part] = []
      for part in parts {
        let content: HTTPCall.Part.Content
        switch part.content {
        case .text(let value): content = .bytes(Array(try text(value).utf8))
        case .file(let path): content = .file(path)
        }
        sent.append(.init(part.name, content, filename: part.filename, contentType: part.contentType))
      }
      return .multipart(sent)
    }
  }

  private mutating func auth(_ auth: HTTPRequest.Auth?, for url: String) throws(HTTPProblem) -> HTTPCall.Auth? {
    switch auth {
    case .basic(let user, let password)?: return .basic(user: try text(user), password: try text(password))
    case .digest(let user, let password)?: return .digest(user: try text(user), password: try text(password))
    case .bearer(let token)?: return .bearer(try text(token))
    case .netrc(let path)?:
      guard let entry = try Netrc.read(path).entry(for: try HTTPTarget(url).host) else { return nil }
      values.append(entry.password)
      return .basic(user: entry.login, password: entry.password)
    case nil: return nil
    }
  }

  private static func hasSecrets(_ body: HTTPRequest.Body) -> Bool {
    switch body {
    case .none, .file: false
    case .text(let text, _): !text.secrets.isEmpty
    case .multipart(let parts):
      parts.contains { part in
        if case .text(let text) = part.content { !text.secrets.isEmpty } else { false }
      }
    }
  }

  private static func checkReadable(_ path: String) throws(HTTPProblem) {
    guard access(path, R_OK) == 0 else {
      throw HTTPProblem(.invalid, "cannot read \(path): \(SystemText.sentence(errno))")
    }
  }

  private static func preview(of body: HTTPCall.Body, _ redactor: Redactor) -> String {
    switch body {
    case .none: return ""
    case .bytes(let bytes): return shown(bytes, redactor)
    case .file(let path): return redactor.redact("<\(path)>")
    case .multipart(let parts):
      let lines = parts.map { part in
        switch part.content {
        case .bytes(let bytes): "\(part.name): \(shown(bytes, redactor))"
        case .file(let path): "\(part.name): <\(path)>"
        }
      }
      return shown(Array(lines.joined(separator: "\n").utf8), redactor)
    }
  }

  /// What is redacted is longer than what is shown, so that no beginning of a value is left at the cut.
  private static func shown(_ bytes: [UInt8], _ redactor: Redactor) -> String {
    let redacted = redactor.redact(Array(bytes.prefix(Limits.previewBytesMax + Limits.secretBytesMax)))
    return String(decoding: redacted.prefix(Limits.previewBytesMax), as: UTF8.self)
  }
}

extension HTTPRequest {
  /// - Parameter name: In lower case.
  fileprivate func hasHeader(_ name: String) -> Bool { headers.contains { $0.name.lowercased() == name } }
}
