internal import FlowdHTTP
internal import FlowdModel

/// The secrets of a provider with their values.
struct ProviderSecrets {
  private(set) var key: String?
  private(set) var headers: [HTTPCall.Header] = []
  /// All values that must not be reported.
  private(set) var values: [String]
  /// One has no value.
  private(set) var error: AgentError?

  init(_ provider: OpenAIProvider, _ request: AgentRequest, _ source: any SecretSource) {
    values = request.secrets.compactMap(\.value)
    do throws(SecretError) {
      if let secret = provider.key {
        let value = try source.value(of: Self.given(secret, request))
        values.append(value)
        key = value
      }
      for header in provider.headers {
        let text = SecretText(
          header.value.parts.map { part in
            switch part {
            case .text: part
            case .secret(let secret): .secret(Self.given(secret, request))
            }
          })
        let resolved = try source.resolve(text)
        values += resolved.values
        headers.append(HTTPCall.Header(header.name, resolved.text, isSecret: !resolved.values.isEmpty))
      }
    } catch {
      self.error = AgentError(.unauthorized, error.message)
    }
  }

  /// With the value that the client gave for the run, if it did.
  private static func given(_ secret: Secret, _ request: AgentRequest) -> Secret {
    guard secret.value == nil else { return secret }
    return request.secrets.first { ExactName($0.name) == ExactName(secret.name) && $0.value != nil } ?? secret
  }
}
