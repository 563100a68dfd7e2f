internal import FlowdModel
internal import FlowdSchema
internal import Glibc

extension NodeReader {
  /// `network` of a flow or of the configuration.
  mutating func networkPolicy(_ node: YAMLNode) -> NetworkPolicy {
    var policy = NetworkPolicy()
    guard let fields = fields(node, Language.network) else { return policy }
    if let node = fields["loopback"] { policy.allowsLoopback = boolean(node, "'loopback'") ?? true }
    if let node = fields["private"] { policy.allowsPrivate = boolean(node, "'private'") ?? true }
    if let node = fields["link-local"] { policy.allowsLinkLocal = boolean(node, "'link-local'") ?? false }
    if let node = fields["allow"] { policy.allow = networkRules(node, "'allow'") }
    if let node = fields["deny"] { policy.deny = networkRules(node, "'deny'") }
    return policy
  }

  private mutating func networkRules(_ node: YAMLNode, _ name: String) -> [String] {
    guard let elements = sequence(node, name, expected: "a list of hosts, addresses and networks") else { return [] }
    if elements.count > Limits.networkRulesMax {
      report("at most \(Limits.networkRulesMax) rules are allowed", at: elements[Limits.networkRulesMax].start)
    }
    return elements.prefix(Limits.networkRulesMax).compactMap { element in
      guard let text = constant(element, "a rule of \(name)") else { return nil }
      if let mistake = NetworkRule.mistake(in: text) { report("\(quoted(text)) \(mistake)", at: element.start) }
      return text
    }
  }
}

/// How a host, an address or a network is written.
enum NetworkRule {
  /// What is wrong with a rule, as the end of a sentence that names it; `nil` for one that can match something.
  static func mistake(in text: String) -> String? {
    if text.contains("://") { return "is a URL; write its host alone, such as api.example.com" }
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    if parts.count == 2, let bits = addressBits(parts[0]) {
      guard parts[1].utf8.allSatisfy(NameRule.isDigit), let prefix = Int(parts[1]), prefix <= bits else {
        return "is no network; its prefix is a number from 0 to \(bits)"
      }
      return nil
    }
    if text == "*" || addressBits(text) != nil { return nil }
    let host = text.hasPrefix("*.") ? String(text.dropFirst(2)) : text
    let isNumeric = host.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }
    if !isNumeric, HostName.isValid(host) { return nil }
    return "is neither a host such as api.example.com or *.example.com, an address, nor a network such as 10.0.0.0/8"
  }

  /// 32 or 128; `nil` for what is not an address.
  private static func addressBits(_ text: String) -> Int? {
    var room = in6_addr()
    if inet_pton(AF_INET, text, &room) == 1 { return 32 }
    return inet_pton(AF_INET6, text, &room) == 1 ? 128 : nil
  }
}

/// Names of hosts; also those that are not of RFC 1123 and are used all the same, with `_`.
enum HostName {
  static func isValid(_ name: String) -> Bool {
    guard !name.utf8.isEmpty, name.utf8.count <= 253 else { return false }
    return name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
      guard let first = label.first, let last = label.last, label.count <= 63 else { return false }
      return first != UInt8(ascii: "-") && last != UInt8(ascii: "-")
        && label.allSatisfy { byte in
          (0x30...0x39).contains(byte) || byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A || byte == UInt8(ascii: "-")
            || byte == UInt8(ascii: "_")
        }
    }
  }
}
