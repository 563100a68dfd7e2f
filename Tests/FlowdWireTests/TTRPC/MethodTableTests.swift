import TestSupport
import Testing

@testable import FlowdWire

@Suite struct MethodTableTests {
  private func find(_ service: String, _ method: String) -> API.Method? {
    Array(service.utf8).withUnsafeBytes { service in
      Array(method.utf8).withUnsafeBytes { method in MethodTable.find(service: service, method: method) }
    }
  }

  @Test(arguments: API.Method.allCases)
  func findsEveryMethodByItsNameAndItsAlias(_ method: API.Method) throws {
    #expect(find(method.service, method.name) == method)
    let dot = try #require(method.alias.firstIndex(of: "."))
    let (first, second) = (String(method.alias[..<dot]), String(method.alias[method.alias.index(after: dot)...]))
    #expect(find(first, second) == method)
    // Half a name of each kind is no name.
    #expect(find(method.service, second) == nil)
    #expect(find(first, method.name) == nil)
    for name in [method.alias, "\(method.service)/\(method.name)", "/\(method.service)/\(method.name)"] {
      #expect(MethodTable.find(name) == method)
    }
  }

  @Test func hasNoNameTwice() {
    let names = API.Method.allCases.flatMap { [$0.alias, "\($0.service)/\($0.name)"] }
    #expect(Set(names).count == names.count)
  }

  /// Every pair of a known service and a known method, and near misses of both: only the contract's own are found.
  @Test func confusesNoNames() {
    let methods = API.Method.allCases
    let services = Set(methods.map(\.service)).union(methods.map { String($0.alias.prefix { $0 != "." }) })
    let names = Set(methods.map(\.name)).union(methods.map { String($0.alias.drop { $0 != "." }.dropFirst()) })
    var count = 0
    for service in services {
      for name in names {
        let expected = methods.first {
          ($0.service == service && $0.name == name) || $0.alias == "\(service).\(name)"
        }
        #expect(find(service, name) == expected)
        count += expected == nil ? 0 : 1
        for (near, other) in [
          (service + " ", name), (service, name + "\0"), (service.lowercased() + "x", name),
          (service, name.uppercased()),
          (String(service.dropLast()), name), (service, String(name.dropFirst())), (name, service), ("", name),
          (service, ""),
          (service + name, ""), ("", service + name),
        ] { #expect(find(near, other) == nil, "\(near)/\(other)") }
      }
    }
    #expect(count == 2 * methods.count)
  }

  @Test func findsNothingByRandomMutations() {
    for seed: UInt64 in 1...2_000 {
      var random = SplitMix64(seed: seed)
      let method = API.Method.allCases[random.below(API.Method.allCases.count)]
      var service = Array(method.service.utf8)
      var name = Array(method.name.utf8)
      if random.oneIn(2) {
        service[random.below(service.count)] ^= UInt8(1 << random.below(8))
      } else {
        name[random.below(name.count)] ^= UInt8(1 << random.below(8))
      }
      let found = service.withUnsafeBytes { service in
        name.withUnsafeBytes { MethodTable.find(service: service, method: $0) }
      }
      #expect(found == nil, "seed \(seed)")
    }
  }
}
