internal import FlowdModel

/// Makes what is kept of a request and its response, without secrets.
struct ExchangeBuilder {
  private let request: HTTPRequest
  private let prepared: PreparedCall

  init(_ request: HTTPRequest, _ prepared: PreparedCall) {
    self.request = request
    self.prepared = prepared
  }

  /// - Parameter head: `nil`: there was no response.
  func exchange(_ info: HTTPInfo, _ head: HTTPHead?, file: String?) -> HTTPExchange {
    let redactor = prepared.redactor
    let wasBegun = !info.url.isEmpty
    return HTTPExchange(
      method: info.method, url: redactor.redact(wasBegun ? info.url : request.url.shown),
      requestHeaders: info.requestHeaders.isEmpty ? unsentHeaders(info) : info.requestHeaders.map(masked),
      requestBody: wasBegun && !info.sentBody ? "" : prepared.bodyPreview,
      substitutions: request.substitutions.map { .init(redactor.redact($0.name), redact($0.value)) },
      status: head?.status ?? 0, version: head?.version ?? "", headers: head?.headers.map(redacted) ?? [],
      cookies: info.cookiesSet.map(redacted), redirects: info.redirects, bodyBytes: info.bodyBytes, file: file,
      timings: info.timings)
  }

  /// Of a request that did not get as far as to be sent.
  private func unsentHeaders(_ info: HTTPInfo) -> [HTTPExchange.Header] {
    guard info.redirects == 0 else { return [] }
    return prepared.call.headers.map { masked(HTTPExchange.Header($0.name, $0.value)) }
  }

  private func masked(_ header: HTTPExchange.Header) -> HTTPExchange.Header {
    HTTPRequest.isCredential(header.name) ? HTTPExchange.Header(header.name, Redactor.mark) : redacted(header)
  }

  private func redacted(_ header: HTTPExchange.Header) -> HTTPExchange.Header {
    HTTPExchange.Header(prepared.redactor.redact(header.name), prepared.redactor.redact(header.value))
  }

  private func redact(_ value: JSONValue) -> JSONValue {
    guard case .string(let text) = value else { return value }
    return .string(prepared.redactor.redact(text))
  }
}
