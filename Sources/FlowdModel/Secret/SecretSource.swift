/// Where the values of secrets come from that neither a client nor a person gave.
package protocol SecretSource: Sendable {
  /// Reads a file, so not for the loop.
  ///
  /// - Throws: There is none, or it may be read by others; the message names it and never its value.
  func value(of secret: Secret) throws(SecretError) -> String
}

/// Why a secret has no value; a sentence for a person.
package struct SecretError: Error, Equatable {
  package let message: String

  package init(_ message: String) { self.message = message }
}

extension SecretSource {
  /// The values of those that have one.
  package func values(of secrets: [Secret]) -> [String] {
    secrets.compactMap { secret in
      do throws(SecretError) { return try value(of: secret) } catch { return nil }
    }
  }

  /// The text with every secret in its place, and their values.
  package func resolve(_ text: SecretText) throws(SecretError) -> (text: String, values: [String]) {
    var resolved = ""
    var values: [String] = []
    for part in text.parts {
      switch part {
      case .text(let text): resolved += text
      case .secret(let secret):
        let value = try value(of: secret)
        values.append(value)
        resolved += secret.encoding.encode(value)
      }
    }
    return (resolved, values)
  }
}
