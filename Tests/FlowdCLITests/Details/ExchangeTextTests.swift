import FlowdWire
import Testing

@testable import FlowdCLI

/// A request that was refused.
enum SampleExchange {
  static let refused = API.HttpExchange(
    method: "POST", url: "http://127.0.0.1:8425/login",
    requestHeaders: [.init(name: "Authorization", value: "Basic [secret]"), .init(name: "X-\u{1B}[2J", value: "a")],
    requestBody: "{\"user\":\"ada\"}", substitutions: Array("{\"inputs.user\":\"ada\"}".utf8), status: 401,
    version: "1.1", headers: [.init(name: "Content-Type", value: "text/plain")],
    cookies: [.init(name: "id", value: "7")], redirects: 1, bodyBytes: 1300, connectUs: 340, firstByteUs: 2900,
    totalUs: 12_300, bodyPreview: "wrong\npassword\n")
}

@Suite struct ExchangeTextTests {
  @Test func theSummaryHasTheRequestAndHowItWasAnswered() {
    #expect(
      ExchangeText.summary(SampleExchange.refused)
        == "POST http://127.0.0.1:8425/login → 401 in 12 ms, 1.2 KiB, 1 redirect")
    #expect(ExchangeText.note(SampleExchange.refused) == "401, 1.2 KiB")
  }

  @Test func aLongURLIsCutInItsMiddleSoThatTheOutcomeStays() {
    var exchange = SampleExchange.refused
    exchange.url = "http://127.0.0.1:8425/" + String(repeating: "long/", count: 40) + "end?page=2"
    let line = ExchangeText.summary(exchange, width: 70)
    #expect(line == "POST http://127.0.0.1:…/end?page=2 → 401 in 12 ms, 1.2 KiB, 1 redirect")
    #expect(DisplayWidth.of(line) == 70)
    #expect(ExchangeText.summary(exchange, width: 10).hasSuffix(" → 401 in 12 ms, 1.2 KiB, 1 redirect"))
  }

  @Test func withoutAResponseItSaysSo() {
    let exchange = API.HttpExchange(method: "GET", url: "http://nowhere.invalid/")
    #expect(ExchangeText.summary(exchange) == "GET http://nowhere.invalid/ → no response")
    #expect(ExchangeText.note(exchange).isEmpty)
    #expect(ExchangeText.details(exchange, style: .plain, width: 80, isWhole: false).isEmpty)
  }

  @Test func theDetailsHaveAllThatIsKnownAndAreHarmless() {
    #expect(
      ExchangeText.details(SampleExchange.refused, style: .plain, width: 80, isWhole: false) == [
        "    sent          Authorization: Basic [secret]",
        "                  X-: a",
        "    content       {\"user\":\"ada\"}",
        "    values        inputs.user = \"ada\"",
        "    received      Content-Type: text/plain",
        "    cookies       id=7",
        "    times         connected 0.3 ms, first byte 2.9 ms, all 12 ms",
        "    body          wrong",
        "                  password",
      ])
  }

  @Test func aLongTextIsCutUnlessAllOfItIsWanted() {
    var exchange = SampleExchange.refused
    exchange.bodyPreview = (1...20).map { "line \($0)" }.joined(separator: "\n")
    let cut = ExchangeText.details(exchange, style: .plain, width: 80, isWhole: false)
    #expect(cut.last == "                  … 8 more lines")
    let whole = ExchangeText.details(exchange, style: .plain, width: 80, isWhole: true)
    #expect(whole.last == "                  line 20")
  }

  @Test func shortTimesAreInMilliseconds() {
    #expect(
      [40, 9_990, 10_000, 999_999, 3_400_000].map { ExchangeText.milliseconds($0) } == [
        "0.0 ms", "9.9 ms", "10 ms", "999 ms", "3.4s",
      ])
  }

  @Test func sizesHaveOneDigitBehindThePoint() {
    #expect(
      [0, 1, 1023, 1024, 1_048_575, 64 << 20, UInt64.max].map { SizeText.short($0) } == [
        "0 bytes", "1 byte", "1023 bytes", "1.0 KiB", "1023.9 KiB", "64.0 MiB", "16777215.9 TiB",
      ])
  }
}
