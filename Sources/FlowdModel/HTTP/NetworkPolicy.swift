/// Which addresses HTTP steps may reach; looked at for every connection, those of redirects too.
///
/// Schemes but http and https, and link-local and metadata addresses, are refused unless an entry of `allow` names them.
package struct NetworkPolicy: Equatable, Sendable {
  package var allowsLoopback: Bool
  /// RFC 1918, RFC 6598, RFC 4193.
  package var allowsPrivate: Bool
  package var allowsLinkLocal: Bool
  /// Hosts, addresses or networks such as `api.example.com`, `*.example.com`, `10.0.0.0/8`; empty: all that the rules
  /// above leave.
  package var allow: [String]
  /// The same; goes before `allow`.
  package var deny: [String]

  package init(
    allowsLoopback: Bool = true, allowsPrivate: Bool = true, allowsLinkLocal: Bool = false, allow: [String] = [],
    deny: [String] = []
  ) {
    self.allowsLoopback = allowsLoopback
    self.allowsPrivate = allowsPrivate
    self.allowsLinkLocal = allowsLinkLocal
    self.allow = allow
    self.deny = deny
  }
}
