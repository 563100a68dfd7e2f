internal import FlowdModel
internal import FlowdWire

extension API.HttpExchange {
  init(_ exchange: HTTPExchange) {
    let timings = exchange.timings
    self.init(
      method: exchange.method, url: exchange.url, requestHeaders: exchange.requestHeaders.map { API.HttpHeader($0) },
      requestBody: exchange.requestBody,
      substitutions: exchange.substitutions.isEmpty
        ? [] : JSONWriter.bytes(of: .object(exchange.substitutions), .compact),
      status: UInt32(clamping: exchange.status), version: exchange.version,
      headers: exchange.headers.map { API.HttpHeader($0) }, cookies: exchange.cookies.map { API.HttpHeader($0) },
      redirects: UInt32(clamping: exchange.redirects), bodyBytes: UInt64(clamping: exchange.bodyBytes),
      file: exchange.file ?? "", nameLookupUs: UInt64(clamping: timings.nameLookup),
      connectUs: UInt64(clamping: timings.connect), tlsUs: UInt64(clamping: timings.tls),
      firstByteUs: UInt64(clamping: timings.firstByte), totalUs: UInt64(clamping: timings.total),
      bodyPreview: exchange.preview)
  }
}

extension API.HttpHeader {
  init(_ header: HTTPExchange.Header) { self.init(name: header.name, value: header.value) }
}

extension API.AgentUse {
  /// All but what it was sent.
  init(_ use: AgentUse) {
    self.init(
      providerID: use.provider, modelID: use.model, reportedModel: use.reportedModel, finishReason: use.finishReason,
      inputTokens: Int64(use.inputTokens ?? -1), outputTokens: Int64(use.outputTokens ?? -1), partial: use.isPartial,
      confinement: use.confinement,
      permissions: use.permissions.map { API.AgentPermission(question: $0.question, answer: $0.answer) })
  }
}
