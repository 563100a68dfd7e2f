import FlowdModel
import Testing

@testable import FlowdAgents

@Suite struct FailureTextTests {
  private static let cases: [(String, AgentFailure?)] = [
    ("Error: 429 Too Many Requests", .rateLimited), ("status: 429", .rateLimited), ("HTTP error 503", .unavailable),
    ("RESOURCE_EXHAUSTED", .rateLimited), ("rate_limit_error: slow down", .rateLimited),
    ("insufficient_quota", .quotaExhausted), ("You've hit your usage limit. Try again later.", .quotaExhausted),
    ("Your credit balance is too low", .quotaExhausted), ("429 quota exceeded for metric", .quotaExhausted),
    ("Invalid API key · Please run /login", .unauthorized), ("HTTP 401", .unauthorized),
    ("status code 403", .unauthorized),
    ("Please set an Auth method in settings.json", .unauthorized), ("Not logged in", .unauthorized),
    ("context_length_exceeded", .contextLength), ("Prompt is too long", .contextLength),
    ("Unknown model: gpt-9", .rejected), ("error: unexpected argument '--x'", .rejected), ("status 404", .rejected),
    ("connect ECONNREFUSED 127.0.0.1:1", .unavailable), ("TypeError: fetch failed", .unavailable),
    ("{\"type\":\"overloaded_error\"}", .unavailable), ("getaddrinfo ENOTFOUND api.x", .unavailable),
    ("", nil), ("Segmentation fault", nil), ("processed 429 files", nil), ("line 401: syntax error", nil),
    ("took 500 ms", nil),
  ]

  @Test(arguments: cases) func wordsTellWhy(text: String, failure: AgentFailure?) {
    #expect(FailureText.classify(text, now: ScriptedACP.now)?.failure == failure)
  }

  @Test func aQuotaNamesWhenItIsReset() {
    let now = Timestamp(microsecondsSince1970: 1_767_225_600_000_000)  // 2026-01-01T00:00:00Z
    func wait(_ text: String) -> Duration? { FailureText.classify(text, now: now)?.retryAfter }
    #expect(wait("usage limit reached|1767229200") == .seconds(3600))
    #expect(wait("quota exhausted until 2026-01-01T02:00:00Z") == .seconds(7200))
    #expect(wait("You've hit your usage limit, try again in 3h 5m") == .seconds(11_100))
    #expect(wait("quota exceeded") == nil)
    #expect(wait("quota exceeded, try again in 9000 days") == Limits.quotaResetMax)
    #expect(wait("rate limit, retry after 30 seconds") == .seconds(30))
    #expect(wait("rate limit, try again in 20 days") == Limits.retryAfterMax)
  }

  @Test func onlyTheEndOfALongTextCounts() {
    let old = "invalid api key\n" + String(repeating: "working\n", count: 10_000)
    #expect(FailureText.classify(old, now: ScriptedACP.now) == nil)
    #expect(FailureText.classify(old + "too many requests", now: ScriptedACP.now)?.failure == .rateLimited)
  }
}
