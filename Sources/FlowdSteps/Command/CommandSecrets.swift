internal import FlowdModel

/// Puts secrets into a request's environment.
enum CommandSecrets {
  /// Reads files, so it runs on the executor's thread.
  ///
  /// - Parameter source: Asked for what the request does not bring itself; `nil`: there is none.
  /// - Returns: The request with its whole environment, and with every value among those that are not to be reported.
  /// - Throws: A secret has no value; the message names it.
  static func resolve(
    _ request: CommandRequest, from source: (any SecretSource)?
  ) throws(SecretError) -> CommandRequest {
    guard !request.secrets.isEmpty || !request.alsoRedacted.isEmpty else { return request }
    let source = GivenFirst(source: source)
    var resolved = request
    resolved.redacted += source.values(of: request.alsoRedacted)
    resolved.secrets = []
    for secret in request.secrets {
      let (text, values) = try source.resolve(secret.value)
      resolved.environment.removeAll { $0.hasPrefix("\(secret.name)=") || $0 == secret.name }
      resolved.environment.append("\(secret.name)=\(text)")
      resolved.redacted += values
      for part in secret.value.secrets where part.encoding != .plain {
        resolved.redacted.append(part.encoding.encode(try source.value(of: part)))
      }
    }
    return resolved
  }
}

/// Takes the value that came with the secret, and asks another source only when there is none.
private struct GivenFirst: SecretSource {
  let source: (any SecretSource)?

  func value(of secret: Secret) throws(SecretError) -> String {
    if let value = secret.value { return value }
    guard let source else {
      throw SecretError("The secret \(secret.name) has no value: secrets cannot be looked up here.")
    }
    return try source.value(of: secret)
  }
}
