internal import FlowdModel

/// Decides for one call where it may connect to; every policy must agree.
struct NetworkGuard: Sendable {
  private struct Rules: Sendable {
    let policy: NetworkPolicy
    let allow: RuleList
    let deny: RuleList

    init(_ policy: NetworkPolicy) {
      self.policy = policy
      allow = RuleList(policy.allow)
      deny = RuleList(policy.deny)
    }
  }

  private let rules: [Rules]

  init(_ policies: [NetworkPolicy]) { rules = policies.map(Rules.init) }

  /// Looks at what a URL says, before anything is looked up.
  ///
  /// - Parameter isFinal: Nothing more will be known: a proxy looks the name up. Then a name must be allowed as a name
  ///   where only some hosts are, and a name that leads to a refused address cannot be told.
  func check(host: String, isFinal: Bool) throws(HTTPProblem) {
    if let address = NetworkAddress(host) {
      try check(address, host: host)
      return
    }
    for rule in rules {
      if rule.deny.names(host) { throw Self.refusal("\(host) is on the deny list of the network policy") }
      let isNamed = rule.allow.names(host)
      if AddressClass.metadataHosts.contains(host), !isNamed {
        throw Self.refusal("\(host) is a cloud's metadata service, which the network policy refuses")
      }
      if isNamed || rule.allow.isEmpty { continue }
      if isFinal || rule.allow.hasOnlyNames {
        throw Self.refusal("\(host) is not on the allow list of the network policy")
      }
    }
  }

  /// Looks at the address of a connection.
  ///
  /// - Parameter host: What was looked up to get it.
  func check(_ address: NetworkAddress, host: String) throws(HTTPProblem) {
    let meanings = address.meanings
    for rule in rules {
      if rule.deny.names(host) || meanings.contains(where: rule.deny.contains) {
        throw Self.refusal("\(Self.shown(address, host)) is on the deny list of the network policy")
      }
      for meaning in meanings {
        guard let refused = Self.refusedClass(of: meaning, by: rule) else { continue }
        throw Self.refusal(Self.sentence(address, host, refused))
      }
      if rule.allow.isEmpty || rule.allow.names(host) || meanings.contains(where: rule.allow.contains) { continue }
      throw Self.refusal("\(Self.shown(address, host)) is not on the allow list of the network policy")
    }
  }

  /// A server on this machine, reached by a Unix socket.
  func checkUnixSocket() throws(HTTPProblem) {
    guard rules.allSatisfy({ $0.policy.allowsLoopback }) else {
      throw Self.refusal("Unix sockets are of this machine, which the network policy refuses (loopback: false)")
    }
  }

  /// An entry of `allow` lifts the refusal of a class if it names addresses of that class only: `0.0.0.0/0` does not.
  private static func refusedClass(of address: NetworkAddress, by rule: Rules) -> AddressClass? {
    AddressClass.allCases.first { kind in
      guard !kind.isAllowed(by: rule.policy), let range = kind.ranges.first(where: { $0.contains(address) })
      else { return false }
      return !rule.allow.names(address, within: range)
    }
  }

  private static func shown(_ address: NetworkAddress, _ host: String) -> String {
    NetworkAddress(host) == address ? address.text : "\(address.text), which \(host) resolves to,"
  }

  private static func sentence(_ address: NetworkAddress, _ host: String, _ refused: AddressClass) -> String {
    guard NetworkAddress(host) != address else {
      return "\(address.text) is \(refused.name), which the network policy refuses"
    }
    return "\(host) resolves to \(address.text), \(refused.name), which the network policy refuses"
  }

  private static func refusal(_ message: String) -> HTTPProblem { HTTPProblem(.policy, message) }
}
