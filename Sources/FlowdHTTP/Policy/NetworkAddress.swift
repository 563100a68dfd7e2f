internal import Glibc

/// An IPv4 or IPv6 address as its bytes.
struct NetworkAddress: Hashable, Sendable {
  /// 4 or 16.
  let bytes: [UInt8]

  init(bytes: [UInt8]) {
    precondition(bytes.count == 4 || bytes.count == 16, "an address has 4 or 16 bytes")
    self.bytes = bytes
  }

  /// As inet_pton(3) reads it; a zone (`%eth0`) is left out. `nil` for anything else.
  init?(_ text: String) {
    let bare = text.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false).first.map(String.init) ?? ""
    var four = [UInt8](repeating: 0, count: 4)
    var sixteen = [UInt8](repeating: 0, count: 16)
    if inet_pton(AF_INET, bare, &four) == 1 {
      bytes = four
    } else if inet_pton(AF_INET6, bare, &sixteen) == 1 {
      bytes = sixteen
    } else {
      return nil
    }
  }

  /// Of a socket; `nil` when it is not of the internet.
  init?(_ socket: UnsafePointer<sockaddr>) {
    let raw = UnsafeRawPointer(socket)
    switch Int32(socket.pointee.sa_family) {
    case AF_INET:
      let offset = MemoryLayout<sockaddr_in>.offset(of: \.sin_addr) ?? 4
      bytes = [UInt8](UnsafeRawBufferPointer(start: raw + offset, count: 4))
    case AF_INET6:
      let offset = MemoryLayout<sockaddr_in6>.offset(of: \.sin6_addr) ?? 8
      bytes = [UInt8](UnsafeRawBufferPointer(start: raw + offset, count: 16))
    default: return nil
    }
  }

  /// As inet_ntop(3) writes it.
  var text: String {
    var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    let family = bytes.count == 4 ? AF_INET : AF_INET6
    guard inet_ntop(family, bytes, &buffer, socklen_t(buffer.count)) != nil else { return "?" }
    return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// The address itself first, then the IPv4 addresses that it stands for: mapped (RFC 4291), compatible, translated
  /// (RFC 6052, RFC 8215), 6to4 (RFC 3056), ISATAP's and Teredo's (RFC 4380, stored inverted).
  var meanings: [NetworkAddress] {
    guard bytes.count == 16 else { return [self] }
    let last = NetworkAddress(bytes: [UInt8](bytes[12...]))
    if bytes[..<10].allSatisfy({ $0 == 0 }), bytes[10] == 0xff, bytes[11] == 0xff { return [last] }
    var all = [self]
    if bytes[..<12].allSatisfy({ $0 == 0 }), last.bytes[0] != 0 { all.append(last) }
    if bytes[..<8].elementsEqual([0, 0, 0, 0, 0, 0, 0, 0]), bytes[8] == 0xff, bytes[9] == 0xff { all.append(last) }
    if bytes.starts(with: [0, 0x64, 0xff, 0x9b]) { all.append(last) }
    if bytes.starts(with: [0x20, 0x02]) { all.append(NetworkAddress(bytes: [UInt8](bytes[2..<6]))) }
    if bytes.starts(with: [0x20, 0x01, 0, 0]) { all.append(NetworkAddress(bytes: last.bytes.map { ~$0 })) }
    if bytes[8] & 0xfc == 0, bytes[9] == 0, bytes[10] == 0x5e, bytes[11] == 0xfe { all.append(last) }
    return all
  }
}

/// A range of addresses with a common beginning, such as `10.0.0.0/8`; one address is a range too.
struct AddressRange: Hashable, Sendable {
  let first: NetworkAddress
  /// Bits that all have in common.
  let length: Int

  /// `nil` for anything but an address, or one with `/` and a length that fits it.
  init?(_ text: String) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let head = parts.first, let first = NetworkAddress(String(head)) else { return nil }
    let bits = first.bytes.count * 8
    if parts.count == 2 {
      guard parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let length = Int(parts[1]), length <= bits
      else { return nil }
      self.length = length
    } else {
      length = bits
    }
    self.first = first
  }

  func contains(_ address: NetworkAddress) -> Bool {
    guard address.bytes.count == first.bytes.count else { return false }
    let whole = length / 8
    guard address.bytes[..<whole].elementsEqual(first.bytes[..<whole]) else { return false }
    let rest = length % 8
    guard rest > 0 else { return true }
    let mask = UInt8(truncatingIfNeeded: 0xff << (8 - rest))
    return address.bytes[whole] & mask == first.bytes[whole] & mask
  }

  /// Whether it has no address that `other` does not have.
  func isWithin(_ other: AddressRange) -> Bool { length >= other.length && other.contains(first) }
}
