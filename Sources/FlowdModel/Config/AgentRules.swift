/// What the configuration lets agents do, as it is when an attempt starts.
package struct AgentRules: Equatable, Sendable {
  /// Must allow the address of a provider's server. A flow's own policy is for its requests, not for the provider that
  /// the user configured.
  package var network: NetworkPolicy

  /// Paths that agents may not read, beside those that none may; absolute, or with `~/`.
  package var hiddenPaths: [String]

  package init(network: NetworkPolicy = NetworkPolicy(), hiddenPaths: [String] = []) {
    self.network = network
    self.hiddenPaths = hiddenPaths
  }

  package init(_ config: Config) {
    self.init(network: config.network, hiddenPaths: config.hiddenPaths)
  }
}
