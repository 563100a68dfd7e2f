internal import FlowdModel

/// Entries of `allow` or `deny`: hosts, `*.example.com`, addresses and networks.
struct RuleList: Sendable {
  let isEmpty: Bool
  private var exactNames: Set<String> = []
  /// With their dot, such as `.example.com`.
  private var suffixes: [String] = []
  private var ranges: [AddressRange] = []
  private var namesAll = false

  init(_ entries: [String]) {
    isEmpty = entries.isEmpty
    for entry in entries { add(entry) }
  }

  var hasOnlyNames: Bool { ranges.isEmpty }

  func names(_ host: String) -> Bool {
    namesAll || exactNames.contains(host) || suffixes.contains { host.hasSuffix($0) && host.utf8.count > $0.utf8.count }
  }

  func contains(_ address: NetworkAddress) -> Bool { ranges.contains { $0.contains(address) } }

  /// Whether an entry that is no wider than `range` has the address.
  func names(_ address: NetworkAddress, within range: AddressRange) -> Bool {
    ranges.contains { $0.contains(address) && $0.isWithin(range) }
  }

  private mutating func add(_ entry: String) {
    var text = Substring(entry.lowercased())
    if text.hasPrefix("["), text.hasSuffix("]") { text = text.dropFirst().dropLast() }
    if let range = AddressRange(String(text)) {
      ranges.append(range.mapped)
      return
    }
    if text.hasSuffix(".") { text = text.dropLast() }
    if text == "*" {
      namesAll = true
    } else if text.hasPrefix("*.") {
      suffixes.append(String(text.dropFirst()))
    } else {
      exactNames.insert(String(text))
    }
  }
}

extension AddressRange {
  /// A range of IPv4-mapped addresses as the IPv4 range that it means.
  fileprivate var mapped: AddressRange {
    guard first.bytes.count == 16, length >= 96, first.meanings.first?.bytes.count == 4,
      let meaning = first.meanings.first, let range = AddressRange("\(meaning.text)/\(length - 96)")
    else { return self }
    return range
  }
}
