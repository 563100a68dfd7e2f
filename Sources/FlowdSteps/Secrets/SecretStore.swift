package import FlowdModel

/// Where the values of secrets come from: who refers to one, the daemon's environment, a private file.
package final class SecretStore: SecretSource {
  private let environment: [String: String]
  private let directory: String

  /// - Parameters:
  ///   - environment: The daemon's, as `NAME=VALUE`; a later change of it is not seen.
  ///   - directory: With a file for each secret, `<configuration directory>/secrets`; it need not exist.
  package init(environment: [String], directory: String) {
    var values: [String: String] = [:]
    for entry in environment {
      guard let end = entry.utf8.firstIndex(of: UInt8(ascii: "=")) else { continue }
      let name = String(entry[..<end])
      // As getenv does, the first one counts.
      if values[name] == nil { values[name] = String(entry[entry.utf8.index(after: end)...]) }
    }
    self.environment = values
    self.directory = directory
  }

  package func value(of secret: Secret) throws(SecretError) -> String {
    if let value = secret.value { return try checked(value, of: secret, from: "its value") }
    let name = secret.name
    guard Self.isName(name) else {
      throw SecretError("\(quoted(name)) is not a name of a secret: letters, digits and `_`, `-`, `.`, without `..`")
    }
    if let value = environment[name] {
      return try checked(value, of: secret, from: "the value in the daemon's environment")
    }
    guard let value = try SecretFile(directory: directory, name: name).value() else {
      throw SecretError(
        "secret \(name) is not set: neither the client's nor the daemon's environment has \(name), and there is no file "
          + "\(directory)/\(name)")
    }
    return value
  }

  /// `[A-Za-z_][A-Za-z0-9_.-]*` without `..`, so that it names a file in one directory and a variable.
  static func isName(_ name: String) -> Bool {
    guard let first = name.utf8.first, name.utf8.count <= Limits.idBytesMax else { return false }
    let isLetter: (UInt8) -> Bool = { byte in
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte == UInt8(ascii: "_")
    }
    let isOther: (UInt8) -> Bool = { byte in
      (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
    }
    var previous: UInt8 = 0
    for byte in name.utf8 {
      guard isLetter(byte) || isOther(byte), !(byte == UInt8(ascii: ".") && previous == byte) else { return false }
      previous = byte
    }
    return isLetter(first)
  }

  private func checked(_ value: String, of secret: Secret, from place: String) throws(SecretError) -> String {
    guard value.utf8.count <= Limits.secretBytesMax else {
      throw SecretError("secret \(secret.name): \(place) has more than \(Limits.secretBytesMax) bytes")
    }
    guard !value.utf8.contains(0) else { throw SecretError("secret \(secret.name): \(place) has a NUL character") }
    return value
  }
}
