/// Text with parts that are secret: known here, or looked up by whoever sends it.
package struct SecretText: Equatable, Sendable {
  package enum Part: Equatable, Sendable {
    case text(String)
    case secret(Secret)
  }

  package var parts: [Part]

  package init(_ parts: [Part]) { self.parts = parts }

  package init(_ text: String) { parts = text.isEmpty ? [] : [.text(text)] }

  /// As a person may read it: a secret by its name, such as `Bearer ${secret:TOKEN}`.
  package var shown: String {
    parts.map { part in
      switch part {
      case .text(let text): text
      case .secret(let secret): "${secret:\(secret.name)}"
      }
    }.joined()
  }

  package var secrets: [Secret] {
    parts.compactMap { if case .secret(let secret) = $0 { secret } else { nil } }
  }
}

/// What `secret:NAME` refers to.
package struct Secret: Equatable, Sendable {
  package var name: String
  /// As the client that started the run gave it, or a person answered it; `nil`: the daemon's environment or a file in
  /// its secrets directory has it.
  package var value: String?

  package init(_ name: String, value: String? = nil) {
    self.name = name
    self.value = value
  }
}
