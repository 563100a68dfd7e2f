internal import FlowdModel

/// A kind of address that a policy speaks of.
enum AddressClass: CaseIterable {
  case unspecified, loopback, privateUse, linkLocal, metadata, multicast, reserved

  /// As part of a sentence.
  var name: String {
    switch self {
    case .unspecified: "an unspecified address"
    case .loopback: "a loopback address"
    case .privateUse: "a private address"
    case .linkLocal: "a link-local address"
    case .metadata: "a cloud's metadata address"
    case .multicast: "a multicast address"
    case .reserved: "a reserved address"
    }
  }

  /// RFC 6890 and the registries that it began; metadata: AWS, Azure, Google, Alibaba, Oracle.
  var ranges: [AddressRange] { Self.table[self] ?? [] }

  /// Whether a policy lets all of its addresses through.
  func isAllowed(by policy: NetworkPolicy) -> Bool {
    switch self {
    case .loopback: policy.allowsLoopback
    case .privateUse: policy.allowsPrivate
    case .linkLocal: policy.allowsLinkLocal
    case .unspecified, .metadata, .multicast, .reserved: false
    }
  }

  private static let table: [AddressClass: [AddressRange]] = [
    .unspecified: ranges("0.0.0.0/8", "::/128"),
    .loopback: ranges("127.0.0.0/8", "::1/128"),
    .privateUse: ranges(
      "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7", "fec0::/10", "64:ff9b:1::/48"),
    .linkLocal: ranges("169.254.0.0/16", "fe80::/10"),
    .metadata: ranges(
      "169.254.169.254/32", "169.254.170.2/32", "169.254.170.23/32", "100.100.100.200/32", "168.63.129.16/32",
      "192.0.0.192/32", "fd00:ec2::254/128", "fd00:ec2::23/128", "fd20:ce::254/128"),
    .multicast: ranges("224.0.0.0/4", "ff00::/8"),
    .reserved: ranges("240.0.0.0/4"),
  ]

  /// Names of metadata services, which are refused before they are looked up.
  static let metadataHosts: Set<String> = [
    "metadata.google.internal", "metadata.goog", "instance-data.ec2.internal",
  ]

  private static func ranges(_ texts: String...) -> [AddressRange] { texts.compactMap(AddressRange.init) }
}
