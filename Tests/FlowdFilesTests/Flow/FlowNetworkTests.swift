import FlowdFiles
import FlowdModel
import Testing

/// `network` of a flow.
struct FlowNetworkTests {
  @Test func everyKeyIsRead() {
    #expect(problems(withFlow("network: { deny: ['*'] }")) == [])
    let flow = parse(
      withFlow(
        "network: { loopback: false, private: false, link-local: true, allow: [api.example.com, '*.example.org', 10.0.0.0/8], deny: ['::1', 'fe80::/10'] }"
      )
    ).definition
    #expect(
      flow?.network
        == NetworkPolicy(
          allowsLoopback: false, allowsPrivate: false, allowsLinkLocal: true,
          allow: ["api.example.com", "*.example.org", "10.0.0.0/8"], deny: ["::1", "fe80::/10"]))
  }

  @Test func whatIsOmittedIsAsInTheConfigurationThatSaysNothing() {
    #expect(parse(withFlow("network: {}")).definition?.network == NetworkPolicy())
    #expect(parse(withFlow()).definition?.network == nil)
  }

  @Test(
    arguments: [
      ("x", ["1:10: 'network' must be a mapping, found the text 'x'"]),
      (
        "{ local: true }",
        [
          "1:12: unknown key 'local'; 'network' may have 'loopback', 'private', 'link-local', 'allow', 'deny'"
        ]
      ),
      ("{ link_local: true }", ["1:12: unknown key 'link_local'; write 'link-local'"]),
      ("{ private: 1 }", ["1:21: 'private' must be true or false, found the number 1"]),
      ("{ allow: a }", ["1:19: 'allow' must be a list of hosts, addresses and networks, found the text 'a'"]),
      ("{ allow: [''] }", ["1:20: a rule of 'allow' must not be empty"]),
      (
        "{ deny: [http://a/] }", ["1:19: 'http://a/' is a URL; write its host alone, such as api.example.com"]
      ),
      ("{ deny: [10.0.0.0/33] }", ["1:19: '10.0.0.0/33' is no network; its prefix is a number from 0 to 32"]),
      ("{ deny: ['::/129'] }", ["1:19: '::/129' is no network; its prefix is a number from 0 to 128"]),
      ("{ deny: [10.0.0.0/+8] }", ["1:19: '10.0.0.0/+8' is no network; its prefix is a number from 0 to 32"]),
    ] as [(String, [String])])
  func mistakesAreReportedInTheirPlace(text: String, expected: [String]) {
    #expect(problems(withFlow("network: \(text)")) == expected)
  }

  @Test(arguments: ["1.2.3", "256.1.1.1", "a b", "**", "a.*.b", "-a.b", "a..b", "host/8", "[::1]", "a:80"])
  func whatMatchesNothingIsRefused(rule: String) {
    #expect(
      problems(withFlow("network: { allow: ['\(rule)'] }")) == [
        "1:20: '\(rule)' is neither a host such as api.example.com or *.example.com, an address, nor a network such as "
          + "10.0.0.0/8"
      ])
  }

  @Test func rulesAreBounded() {
    let rules = String(repeating: "a, ", count: Limits.networkRulesMax + 1)
    #expect(problems(withFlow("network: { deny: [\(rules)] }")).count == 1)
  }
}
