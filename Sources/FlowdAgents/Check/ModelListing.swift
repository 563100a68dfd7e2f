internal import FlowdHTTP
internal import FlowdModel

/// The list of a server's models (`GET /models`), which also tells whether it can be reached and takes the key.
struct ModelListing: Sendable {
  /// What has come of the response.
  struct Received: Sendable {
    var status = 0
    var body: [UInt8] = []
  }

  let call: HTTPCall
  private let redactor: Redactor

  /// - Parameter policy: Must allow the server's address.
  init(_ provider: OpenAIProvider, _ secrets: any SecretSource, policy: NetworkPolicy) throws(SecretError) {
    var values: [String] = []
    var headers: [HTTPCall.Header] = [HTTPCall.Header("Accept", "application/json")]
    for header in provider.headers {
      let resolved = try secrets.resolve(header.value)
      headers.append(HTTPCall.Header(header.name, resolved.text, isSecret: !resolved.values.isEmpty))
      values += resolved.values
    }
    var key: String?
    if let secret = provider.key {
      let value = try secrets.value(of: secret)
      key = value
      values.append(value)
    }
    let base = provider.baseURL.hasSuffix("/") ? String(provider.baseURL.dropLast()) : provider.baseURL
    call = HTTPCall(
      url: "\(base)/models", headers: headers, auth: key.map { .bearer($0) }, redirectsMax: 0,
      bodyBytesMax: Limits.resultBytesMax, timeout: Limits.providerCheckTimeout, policies: [policy])
    redactor = Redactor(values)
  }

  /// What the response means, or that there is none.
  func check(_ received: Received, _ result: HTTPEnd.Result) -> ProviderCheck {
    var check = ProviderCheck(reachable: .yes)
    switch result {
    case .completed: break
    case .failed(_, let message):
      if received.status == 0 { check.reachable = .no }
      check.detail = redactor.redact(message)
      return check
    case .timedOut:
      check.reachable = received.status == 0 ? .no : .yes
      check.detail = "it did not answer within \(Limits.providerCheckTimeout)"
      return check
    case .cancelled: return ProviderCheck(detail: "the check was cancelled")
    }
    switch received.status {
    case 200:
      check.authorised = .yes
      check.models = models(in: received.body)
      if check.models.isEmpty { check.detail = "it answers, and its list of models is empty or none" }
    case 401, 403:
      check.authorised = .no
      check.detail = "it does not take the key (HTTP \(received.status))"
    case 404, 405: check.detail = "it answers, and does not list its models (HTTP \(received.status))"
    default: check.detail = "it answers with HTTP \(received.status)"
    }
    return check
  }

  private func models(in body: [UInt8]) -> [String] {
    guard let json = try? JSONValue(parsing: body), case .array(let entries)? = json["data"] else { return [] }
    return entries.prefix(Limits.modelsMax).compactMap { entry in
      guard case .string(let id)? = entry["id"], !id.isEmpty, id.utf8.count <= Limits.idBytesMax else { return nil }
      return redactor.redact(id)
    }
  }
}
