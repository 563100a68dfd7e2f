/// Finds methods by the names a request carries: canonical (`flowd.v1.SessionService`, `SetExecutedFlow`) or the alias
/// cut at its dot (`session`, `setExecutedFlow`).
package enum MethodTable {
  private struct Entry {
    var service: [UInt8]
    var name: [UInt8]
    var method: API.Method
  }

  private static let slotCount = 256
  private static let slots: [[Entry]] = {
    var slots = [[Entry]](repeating: [], count: slotCount)
    for method in API.Method.allCases {
      let alias = method.alias.split(separator: ".", maxSplits: 1)
      let names = [(Substring(method.service), Substring(method.name)), (alias[0], alias[1])]
      for (service, name) in names {
        let entry = Entry(service: Array(service.utf8), name: Array(name.utf8), method: method)
        let slot: Int = entry.service.withUnsafeBytes { service in
          entry.name.withUnsafeBytes { name in MethodTable.slot(of: service, name) }
        }
        slots[slot].append(entry)
      }
    }
    return slots
  }()

  /// - Returns: `nil` for a method the contract does not have.
  package static func find(service: UnsafeRawBufferPointer, method: UnsafeRawBufferPointer) -> API.Method? {
    guard !service.isEmpty, !method.isEmpty else { return nil }
    return slots[MethodTable.slot(of: service, method)].first { entry in
      equal(entry.service, service) && equal(entry.name, method)
    }?.method
  }

  /// Finds a method by its full name (`flowd.v1.SessionService/SetExecutedFlow`) or alias (`session.setExecutedFlow`).
  package static func find(_ name: String) -> API.Method? {
    API.Method.allCases.first {
      $0.alias == name || "\($0.service)/\($0.name)" == name || "/\($0.service)/\($0.name)" == name
    }
  }

  @inline(__always)
  private static func slot(of service: UnsafeRawBufferPointer, _ method: UnsafeRawBufferPointer) -> Int {
    var hash = UInt64(service.count) &* 31 &+ UInt64(method.count)
    for index in 0..<min(method.count, 8) { hash = hash &* 131 &+ UInt64(method[method.count - 1 - index]) }
    hash = hash &* 131 &+ UInt64(service[service.count / 2])
    return Int(hash % UInt64(slotCount))
  }

  @inline(__always)
  private static func equal(_ left: [UInt8], _ right: UnsafeRawBufferPointer) -> Bool {
    left.count == right.count && left.withUnsafeBytes { $0.elementsEqual(right) }
  }
}
