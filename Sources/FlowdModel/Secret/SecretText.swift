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
  package var encoding: Encoding

  /// What its value becomes where it is put in.
  package enum Encoding: Equatable, Sendable {
    case plain
    /// The inside of a JSON string.
    case json
    /// A name or value of a URL's query or of a form.
    case form
  }

  package init(_ name: String, value: String? = nil, encoding: Encoding = .plain) {
    self.name = name
    self.value = value
    self.encoding = encoding
  }
}

extension Secret.Encoding {
  /// A text as it stands there.
  package func encode(_ text: String) -> String {
    switch self {
    case .plain: text
    case .json: String(decoding: JSONWriter.bytes(of: .string(text), .compact).dropFirst().dropLast(), as: UTF8.self)
    case .form: Secret.Encoding.percentEncoded(text)
    }
  }

  /// RFC 3986: all but its unreserved characters.
  private static func percentEncoded(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: bytes.append(byte)
      default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
