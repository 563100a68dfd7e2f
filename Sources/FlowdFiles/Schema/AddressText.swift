internal import FlowdModel
internal import Glibc

/// URLs of `http` and `https`, as far as they are known before a step runs.
enum AddressText {
  /// The text before `://`; `nil` for one that has no scheme.
  static func scheme(of text: String) -> String? {
    guard let end = text.firstRange(of: "://")?.lowerBound else { return nil }
    let scheme = text[..<end]
    guard let first = scheme.utf8.first, first | 0x20 >= 0x61, first | 0x20 <= 0x7A else { return nil }
    let isScheme = scheme.utf8.allSatisfy { byte in
      NameRule.isLetter(byte) && byte != UInt8(ascii: "_") || NameRule.isDigit(byte) || "+.-".utf8.contains(byte)
    }
    return isScheme ? scheme.lowercased() : nil
  }

  /// What is wrong with a URL, as the end of a sentence that names it.
  ///
  /// - Parameter isWhole: Whether nothing follows; else the text is what stands before the first expression.
  static func mistake(in text: String, isWhole: Bool = true) -> String? {
    if text.utf8.count > Limits.urlBytesMax { return "has more than \(Limits.urlBytesMax) bytes" }
    if text.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }) {
      return "must not hold white space or control characters; write %20 for a space"
    }
    guard let scheme = scheme(of: text), let start = text.firstRange(of: "://")?.upperBound else {
      return "must begin with http:// or https://"
    }
    guard ["http", "https"].contains(scheme) else { return "must be of http or https, found \(quoted(scheme))" }
    let rest = text[start...]
    let authority = rest.prefix { !"/?#".contains($0) }
    guard isWhole || authority.endIndex < rest.endIndex else { return nil }
    if authority.utf8.contains(UInt8(ascii: "@")) {
      return "must not hold a name or a password; a URL is shown to everyone"
    }
    return mistake(inAuthority: String(authority))
  }

  private static func mistake(inAuthority authority: String) -> String? {
    var (host, port) = (authority, String?.none)
    if authority.hasPrefix("[") {
      guard let end = authority.firstIndex(of: "]") else { return "has a host without its closing ]" }
      let rest = authority[authority.index(after: end)...]
      guard rest.isEmpty || rest.hasPrefix(":") else { return "has \(quoted(String(rest))) behind its host" }
      host = String(authority[authority.index(after: authority.startIndex)..<end])
      port = rest.isEmpty ? nil : String(rest.dropFirst())
      var room = in6_addr()
      if inet_pton(AF_INET6, host, &room) != 1 { return "has a host that is no address: \(quoted(host))" }
    } else {
      if let colon = authority.lastIndex(of: ":") {
        host = String(authority[..<colon])
        port = String(authority[authority.index(after: colon)...])
      }
      if host.isEmpty { return "needs a host" }
      let name = host.hasSuffix(".") ? String(host.dropLast()) : host
      if name.utf8.allSatisfy({ $0 < 0x80 }), !HostName.isValid(name) { return "has no host: \(quoted(host))" }
    }
    guard let port else { return nil }
    guard port.utf8.allSatisfy(NameRule.isDigit), let number = Int(port), (1...65_535).contains(number) else {
      return "has a port that is none: \(quoted(port))"
    }
    return nil
  }
}
