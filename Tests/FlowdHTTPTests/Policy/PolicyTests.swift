import FlowdModel
import Testing

@testable import FlowdHTTP

@Suite struct PolicyTests {
  /// What the default policy, one without loopback and one without private addresses say.
  static let addresses: [(text: String, byDefault: Bool, withoutLoopback: Bool, withoutPrivate: Bool)] = [
    ("93.184.216.34", true, true, true), ("8.8.8.8", true, true, true), ("1.0.0.1", true, true, true),
    ("2606:4700::1111", true, true, true), ("2001:db8::1", true, true, true),
    ("127.0.0.1", true, false, true), ("127.255.255.255", true, false, true), ("::1", true, false, true),
    ("::ffff:127.0.0.1", true, false, true), ("::127.0.0.1", true, false, true),
    ("64:ff9b::7f00:1", true, false, true), ("2002:7f00:1::", true, false, true),
    ("126.255.255.255", true, true, true), ("128.0.0.1", true, true, true),
    ("10.0.0.1", true, true, false), ("10.255.255.255", true, true, false), ("9.255.255.255", true, true, true),
    ("11.0.0.0", true, true, true), ("172.15.255.255", true, true, true), ("172.16.0.1", true, true, false),
    ("172.31.255.255", true, true, false), ("172.32.0.0", true, true, true), ("192.168.1.1", true, true, false),
    ("192.169.0.0", true, true, true), ("100.64.0.1", true, true, false), ("100.127.255.255", true, true, false),
    ("100.128.0.0", true, true, true), ("fc00::1", true, true, false), ("fdff::1", true, true, false),
    ("fec0::1", true, true, false), ("::ffff:10.0.0.1", true, true, false), ("64:ff9b::a00:1", true, true, false),
    ("64:ff9b:1::a00:1", true, true, false),
    ("169.254.0.1", false, false, false), ("169.254.169.254", false, false, false),
    ("169.254.170.2", false, false, false), ("169.253.255.255", true, true, true), ("169.255.0.0", true, true, true),
    ("fe80::1", false, false, false), ("fe80::1%1", false, false, false), ("febf::1", false, false, false),
    ("::ffff:169.254.169.254", false, false, false), ("64:ff9b::a9fe:a9fe", false, false, false),
    ("2002:a9fe:a9fe::", false, false, false), ("2001:0:1::5601:5601", false, false, false),
    ("fe80::5efe:a9fe:a9fe", false, false, false), ("2001:db8::5efe:a9fe:a9fe", false, false, false),
    ("fd00:ec2::254", false, false, false), ("fd00:ec2::253", true, true, false),
    ("100.100.100.200", false, false, false), ("100.100.100.201", true, true, false),
    ("168.63.129.16", false, false, false), ("192.0.0.192", false, false, false),
    ("224.0.0.1", false, false, false), ("239.255.255.255", false, false, false), ("ff02::1", false, false, false),
    ("240.0.0.1", false, false, false), ("255.255.255.255", false, false, false),
    ("0.0.0.0", false, false, false), ("0.1.2.3", false, false, false), ("::", false, false, false),
    ("::ffff:0.0.0.0", false, false, false), ("::ffff:0:169.254.169.254", false, false, false),
  ]

  private func allows(_ policies: [NetworkPolicy], _ text: String, host: String? = nil) throws -> Bool {
    let address = try #require(NetworkAddress(text))
    do {
      try NetworkGuard(policies).check(address, host: host ?? text)
      return true
    } catch {
      #expect(error.failure == .policy)
      return false
    }
  }

  private func allows(_ policy: NetworkPolicy, host: String, isFinal: Bool = false) -> Bool {
    (try? NetworkGuard([policy]).check(host: host, isFinal: isFinal)) != nil
  }

  @Test(arguments: addresses)
  func anAddressIsJudgedByItsKind(
    text: String, byDefault: Bool, withoutLoopback: Bool, withoutPrivate: Bool
  ) throws {
    #expect(try allows([NetworkPolicy()], text) == byDefault)
    #expect(try allows([NetworkPolicy(allowsLoopback: false)], text) == withoutLoopback)
    #expect(try allows([NetworkPolicy(allowsPrivate: false)], text) == withoutPrivate)
    #expect(try allows([], text))
  }

  @Test func linkLocalCanBeAllowedAndMetadataStaysRefused() throws {
    let policy = NetworkPolicy(allowsLinkLocal: true)
    #expect(try allows([policy], "169.254.1.1"))
    #expect(try allows([policy], "fe80::1"))
    #expect(try !allows([policy], "169.254.169.254"))
    #expect(try !allows([policy], "64:ff9b::a9fe:a9fe"))
  }

  @Test func anEntryThatNamesARefusedAddressLetsItThrough() throws {
    #expect(try allows([NetworkPolicy(allow: ["169.254.169.254"])], "169.254.169.254"))
    #expect(try allows([NetworkPolicy(allow: ["169.254.0.0/16"])], "169.254.3.4"))
    #expect(try allows([NetworkPolicy(allow: ["[fe80::1]"])], "fe80::1"))
    #expect(try allows([NetworkPolicy(allowsLoopback: false, allow: ["127.0.0.0/24"])], "127.0.0.9"))
    #expect(try allows([NetworkPolicy(allowsPrivate: false, allow: ["10.2.0.0/16"])], "10.2.3.4"))
    #expect(try !allows([NetworkPolicy(allowsPrivate: false, allow: ["10.2.0.0/16"])], "10.3.3.4"))
  }

  @Test(arguments: ["0.0.0.0/0", "168.0.0.0/6", "*", "*.test", "meta.test"])
  func aWideEntryOrANameDoesNotLetARefusedAddressThrough(entry: String) throws {
    #expect(try !allows([NetworkPolicy(allow: [entry])], "169.254.169.254", host: "meta.test"))
  }

  @Test func onlyWhatIsOnTheAllowListIsReached() throws {
    let policy = NetworkPolicy(allow: ["api.example.com", "*.example.org", "192.0.2.0/24", "2001:db8::/32"])
    #expect(try allows([policy], "8.8.8.8", host: "api.example.com"))
    #expect(try allows([policy], "8.8.8.8", host: "a.b.example.org"))
    #expect(try !allows([policy], "8.8.8.8", host: "example.org"))
    #expect(try !allows([policy], "8.8.8.8", host: "notexample.org"))
    #expect(try !allows([policy], "8.8.8.8", host: "api.example.com.evil.test"))
    #expect(try allows([policy], "192.0.2.7"))
    #expect(try allows([policy], "::ffff:192.0.2.7"))
    #expect(try allows([policy], "2001:db8:1::1", host: "any.test"))
    #expect(try !allows([policy], "192.0.3.7"))
  }

  @Test func theDenyListGoesFirst() throws {
    let policy = NetworkPolicy(allow: ["*.example.com"], deny: ["bad.example.com", "203.0.113.0/25"])
    #expect(try !allows([policy], "8.8.8.8", host: "bad.example.com"))
    #expect(try !allows([policy], "203.0.113.5", host: "good.example.com"))
    #expect(try !allows([policy], "::ffff:203.0.113.5", host: "good.example.com"))
    #expect(try allows([policy], "203.0.113.200", host: "good.example.com"))
    #expect(!allows(policy, host: "bad.example.com"))
  }

  @Test func allPoliciesMustAgree() throws {
    let narrow = NetworkPolicy(allow: ["127.0.0.1"])
    #expect(try allows([NetworkPolicy(), narrow], "127.0.0.1"))
    #expect(try !allows([NetworkPolicy(), narrow], "127.0.0.2"))
    #expect(try !allows([NetworkPolicy(allowsLoopback: false), narrow], "127.0.0.1"))
  }

  @Test func namesAreJudgedBeforeTheyAreLookedUp() {
    #expect(allows(NetworkPolicy(), host: "example.com"))
    #expect(!allows(NetworkPolicy(), host: "metadata.google.internal"))
    #expect(allows(NetworkPolicy(allow: ["metadata.google.internal"]), host: "metadata.google.internal"))
    #expect(!allows(NetworkPolicy(allow: ["a.test"]), host: "b.test"))
    #expect(allows(NetworkPolicy(allow: ["a.test", "10.0.0.0/8"]), host: "b.test"))
    #expect(!allows(NetworkPolicy(allow: ["a.test", "10.0.0.0/8"]), host: "b.test", isFinal: true))
    #expect(!allows(NetworkPolicy(deny: ["*"]), host: "b.test"))
  }

  @Test(arguments: [
    ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false), ("10.0.0.128/25", "10.0.0.127", false),
    ("10.0.0.128/25", "10.0.0.129", true), ("0.0.0.0/0", "1.2.3.4", true), ("::/0", "1.2.3.4", false),
    ("2001:db8::/33", "2001:db8:8000::", false), ("10.0.0.1", "10.0.0.1", true), ("10.0.0.1", "10.0.0.2", false),
  ])
  func aRangeHasTheAddressesWithItsBeginning(range: String, address: String, expected: Bool) throws {
    #expect(try #require(AddressRange(range)).contains(try #require(NetworkAddress(address))) == expected)
  }

  @Test(arguments: ["10.0.0.0/33", "10.0.0/8", "::/129", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/", "a.test", ""])
  func whatIsNoRangeIsNone(text: String) { #expect(AddressRange(text) == nil) }
}
