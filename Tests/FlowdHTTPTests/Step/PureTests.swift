import FlowdModel
import Testing

@testable import FlowdHTTP

@Suite struct PureTests {
  @Test(arguments: [
    ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777), ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777),
    ("Sun Nov  6 08:49:37 1994", 784_111_777), ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
    ("Thu, 29 Feb 2024 12:00:00 GMT", 1_709_208_000), ("Fri, 31 Dec 2100 23:59:59 GMT", 4_133_980_799),
    ("Sunday, 01-Jan-23 00:00:00 GMT", 1_672_531_200), ("Wed, 31 Dec 1969 23:59:59 GMT", -1),
  ])
  func datesAreRead(text: String, expected: Int64) { #expect(HTTPDate.seconds(of: text) == expected) }

  @Test(arguments: [
    "", "now", "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 32 Nov 1994 08:49:37 GMT", "Sun, 06 Noo 1994 08:49:37 GMT",
    "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:49 GMT", "1994-11-06T08:49:37Z", "a b c d e", "a b c d e GMT",
  ])
  func whatIsNoDateIsNone(text: String) { #expect(HTTPDate.seconds(of: text) == nil) }

  private func wait(_ headers: (String, String)...) -> Duration? {
    let now = Timestamp(microsecondsSince1970: 784_111_777_000_000)
    return RetryAfter.wait(headers.map { HTTPExchange.Header($0.0, $0.1) }, now: now)
  }

  @Test func theWaitIsSecondsOrADate() {
    #expect(wait(("Retry-After", "120")) == .seconds(120))
    #expect(wait(("RETRY-AFTER", "Sun, 06 Nov 1994 08:50:07 GMT")) == .seconds(30))
    #expect(wait(("Retry-After", "Sun, 06 Nov 1994 08:00:00 GMT")) == .zero)
    #expect(wait(("Retry-After", "Fri, 31 Dec 2100 23:59:59 GMT")) == Limits.retryAfterMax)
    #expect(wait(("Retry-After", "99999999999999999999999999")) == Limits.retryAfterMax)
    #expect(wait(("Retry-After", "5"), ("Retry-After-Ms", "100")) == .milliseconds(100))
    #expect(wait(("Retry-After", "5"), ("Retry-After-Ms", "soon")) == .seconds(5))
    #expect(wait(("Retry-After", "-1")) == nil)
    #expect(wait(("Retry-After", "1e3")) == nil)
    #expect(wait(("Retry-After", "0x10")) == nil)
    #expect(wait(("Retry-After", "")) == nil)
    #expect(wait() == nil)
  }

  @Test func netrcFilesAreRead() {
    let netrc = Netrc(
      """
      # comment machine no.test
      machine a.test login me password secret # rest
      machine b.test
        login "two words"
        account x
        password p#w
      default login anonymous password guest
      """)
    #expect(netrc.entry(for: "a.test") == .init(machine: "a.test", login: "me", password: "secret"))
    #expect(netrc.entry(for: "b.test") == .init(machine: "b.test", login: "two words", password: "p#w"))
    #expect(netrc.entry(for: "c.test")?.login == "anonymous")
    #expect(Netrc("").entry(for: "a.test") == nil)
    #expect(Netrc("login x password y machine").entries.map(\.login) == [""])
  }

  @Test func urlsAreTakenApart() throws {
    let target = try HTTPTarget("HTTPS://User:p%40ss@Example.COM./a/../b?q#f")
    #expect(target.scheme == "https")
    #expect(target.host == "example.com")
    #expect(target.port == 443)
    #expect(target.user == "User")
    #expect(target.password == "p@ss")
    #expect(!target.text.contains("p%40ss") && !target.text.contains("#f"))
    #expect(try HTTPTarget("http://[::1]:8080/").authority == "[::1]:8080")
    #expect(try HTTPTarget("../c?d", relativeTo: "http://h/a/b/x").text == "http://h/a/c?d")
    #expect(try HTTPTarget("//other/x", relativeTo: "https://h/a").text == "https://other/x")
    #expect(try HTTPTarget("http://h/").hasSameOrigin(as: HTTPTarget("http://H:80/x")))
    #expect(try !HTTPTarget("http://h/").hasSameOrigin(as: HTTPTarget("https://h/")))
  }
}
