import FlowdModel
import Testing

@testable import FlowdAgents

/// 2026-01-31T12:00:00Z.
private let noon = Timestamp(microsecondsSince1970: 1_769_860_800_000_000)

private struct ErrorCase: Sendable, CustomTestStringConvertible {
  var status: Int
  var headers: [String: String]
  var body: String
  var failure: AgentFailure
  var wait: Duration?

  init(_ status: Int, _ headers: [String: String], _ body: String, _ failure: AgentFailure, _ wait: Duration? = nil) {
    self.status = status
    self.headers = headers
    self.body = body
    self.failure = failure
    self.wait = wait
  }

  init(_ status: Int, _ body: String, _ failure: AgentFailure, _ wait: Duration? = nil) {
    self.init(status, [:], body, failure, wait)
  }

  var testDescription: String { "\(status) \(headers) \(body)" }
}

private func error(_ message: String, type: String = "null", code: String = "null") -> String {
  func quoted(_ text: String) -> String { text == "null" ? text : "\"\(text)\"" }
  return
    "{\"error\": {\"message\": \"\(message)\", \"type\": \(quoted(type)), \"param\": null, \"code\": \(quoted(code))}}"
}

private let cases: [ErrorCase] = [
  // What was asked for.
  ErrorCase(400, error("bad", type: "invalid_request_error"), .rejected),
  ErrorCase(
    400, error("This model's maximum context length is 8192 tokens.", code: "context_length_exceeded"), .contextLength),
  ErrorCase(
    400, error("prompt is too long: 210000 tokens > 200000 maximum", type: "invalid_request_error"), .contextLength),
  ErrorCase(
    400, error("litellm.ContextWindowExceededError: litellm.BadRequestError: too big", code: "400"), .contextLength),
  ErrorCase(413, "", .contextLength),
  ErrorCase(
    404, error("The model `x` does not exist", type: "invalid_request_error", code: "model_not_found"), .rejected),
  ErrorCase(404, "<html><body>nginx</body></html>", .rejected),
  ErrorCase(422, "{\"detail\": [{\"loc\": [\"body\"], \"msg\": \"field required\"}]}", .rejected),
  ErrorCase(400, error("filtered", code: "content_filter"), .refused),
  ErrorCase(400, error("litellm.ContentPolicyViolationError: no"), .refused),
  ErrorCase(302, "", .rejected),
  ErrorCase(
    400, error("/chat/completions: Invalid model name passed in model=x.", type: "invalid_request_error", code: "400"),
    .rejected),
  // Who asked.
  ErrorCase(401, error("Incorrect API key provided", code: "invalid_api_key"), .unauthorized),
  ErrorCase(401, error("Authentication Error, No api key passed in.", type: "auth_error", code: "401"), .unauthorized),
  ErrorCase(403, error("Country not supported"), .unauthorized),
  ErrorCase(400, error("no such key", type: "authentication_error"), .unauthorized),
  ErrorCase(401, error("key limit; context length"), .unauthorized),
  // Too much at once.
  ErrorCase(429, "", .rateLimited),
  ErrorCase(
    429, ["Retry-After": "7"], error("Rate limit reached", code: "rate_limit_exceeded"), .rateLimited, .seconds(7)),
  ErrorCase(429, ["retry-after-ms": "250", "retry-after": "9"], "", .rateLimited, .milliseconds(250)),
  ErrorCase(429, ["retry-after": "1.5"], "", .rateLimited, .milliseconds(1500)),
  ErrorCase(429, ["Retry-After": "Sat, 31 Jan 2026 12:00:30 GMT"], "", .rateLimited, .seconds(30)),
  ErrorCase(429, ["Retry-After": "Saturday, 31-Jan-26 12:01:00 GMT"], "", .rateLimited, .seconds(60)),
  ErrorCase(429, ["Retry-After": "Sat Jan 31 12:02:00 2026"], "", .rateLimited, .seconds(120)),
  ErrorCase(429, ["Retry-After": "Fri, 30 Jan 2026 12:00:30 GMT"], "", .rateLimited, .zero),
  ErrorCase(429, ["Retry-After": "soon"], "", .rateLimited),
  ErrorCase(429, error("Rate limit reached. Please try again in 6m0s."), .rateLimited, .seconds(360)),
  ErrorCase(429, error("Please retry after 30 seconds."), .rateLimited, .seconds(30)),
  ErrorCase(429, error("Please try again in 20ms."), .rateLimited, .milliseconds(20)),
  ErrorCase(
    429, ["x-ratelimit-reset-requests": "1m", "x-ratelimit-reset-tokens": "6s", "x-ratelimit-remaining-tokens": "0"],
    error("slow down"), .rateLimited, .seconds(6)),
  ErrorCase(
    429, ["x-ratelimit-reset-requests": "1s", "x-ratelimit-reset-tokens": "6m0s"], "", .rateLimited, .seconds(360)),
  ErrorCase(429, ["x-ratelimit-reset": "1769860860"], "", .rateLimited, .seconds(60)),
  ErrorCase(429, ["anthropic-ratelimit-tokens-reset": "2026-01-31T12:00:20Z"], "", .rateLimited, .seconds(20)),
  ErrorCase(429, ["llm_provider-retry-after": "11"], "", .rateLimited, .seconds(11)),
  ErrorCase(429, ["llm_provider-retry-after": "11", "retry-after": "12"], "", .rateLimited, .seconds(12)),
  ErrorCase(
    429, error("litellm.RateLimitError: RateLimitError: OpenAIException - slow", type: "throttling_error", code: "429"),
    .rateLimited),
  ErrorCase(
    429, error("Request too large for m on tokens per min (TPM): Limit 10000, Requested 20000", type: "tokens"),
    .contextLength),
  ErrorCase(500, error("litellm.RateLimitError: slow", code: "500"), .rateLimited),
  // Nothing left.
  ErrorCase(
    429, error("You exceeded your current quota, please check your plan", code: "insufficient_quota"), .quotaExhausted),
  ErrorCase(429, ["Retry-After": "86400"], error("slow"), .quotaExhausted, .seconds(86_400)),
  ErrorCase(429, ["Retry-After": "3600"], error("slow"), .rateLimited, .seconds(3600)),
  ErrorCase(429, error("Billing hard limit has been reached", code: "billing_hard_limit_reached"), .quotaExhausted),
  ErrorCase(429, error("daily quota used up; resets at 2026-02-01 00:00 UTC"), .quotaExhausted, .seconds(43_200)),
  ErrorCase(429, error("quota: you will regain access on 2026-02-01 at 06:00 UTC."), .quotaExhausted, .seconds(64_800)),
  ErrorCase(429, error("usage limit reached|1769864400"), .quotaExhausted, .seconds(3600)),
  ErrorCase(
    429, "{\"error\": {\"type\": \"usage_limit_reached\", \"resets_at\": 1769861100, \"message\": \"no\"}}",
    .quotaExhausted, .seconds(300)),
  ErrorCase(
    429, "{\"error\": {\"type\": \"usage_limit_reached\", \"resets_in_seconds\": 90}}", .quotaExhausted, .seconds(90)),
  ErrorCase(
    429,
    """
    [{"error": {"code": 429, "message": "You exceeded your current quota", "status": "RESOURCE_EXHAUSTED",
      "details": [{"@type": "x"}, {"retryDelay": "32s"}]}}]
    """, .quotaExhausted, .seconds(32)),
  ErrorCase(402, error("Insufficient credits"), .quotaExhausted),
  ErrorCase(
    400, error("Budget has been exceeded! Current cost: 1", type: "budget_exceeded", code: "400"), .quotaExhausted),
  ErrorCase(
    400, error("Your credit balance is too low to access the API", type: "invalid_request_error"), .quotaExhausted),
  ErrorCase(403, error("Quota exceeded for project"), .quotaExhausted),
  ErrorCase(
    429, ["Retry-After": "99999999"], error("q", code: "insufficient_quota"), .quotaExhausted, Limits.quotaResetMax),
  // Not now.
  ErrorCase(408, "", .unavailable),
  ErrorCase(409, error("conflict"), .unavailable),
  ErrorCase(500, error("The server had an error", type: "server_error"), .unavailable),
  ErrorCase(502, "<html><title>502 Bad Gateway</title></html>", .unavailable),
  ErrorCase(503, ["Retry-After": "20"], "overloaded", .unavailable, .seconds(20)),
  ErrorCase(529, error("Overloaded", type: "overloaded_error"), .unavailable),
  ErrorCase(500, error("litellm.AuthenticationError: wrong key"), .unauthorized),
  // The server knows better.
  ErrorCase(400, ["x-should-retry": "true"], error("bad"), .unavailable),
  ErrorCase(503, ["x-should-retry": "false"], "", .rejected),
  ErrorCase(429, ["X-Should-Retry": "false"], error("slow"), .rejected),
  ErrorCase(429, ["x-should-retry": "false"], error("q", code: "insufficient_quota"), .quotaExhausted),
  ErrorCase(401, ["x-should-retry": "true"], error("key"), .unauthorized),
]

@Suite struct OpenAIErrorsTests {
  @Test(arguments: cases)
  fileprivate func responsesMeanWhatTheySay(row: ErrorCase) {
    let headers = row.headers.map { HTTPExchange.Header($0.key, $0.value) }
    let found = OpenAIErrors.response(status: row.status, headers: headers, body: Array(row.body.utf8), now: noon)
    #expect(found.failure == row.failure)
    #expect(found.retryAfter == row.wait)
    #expect(found.message.hasPrefix("HTTP \(row.status)"))
  }

  @Test(arguments: [
    (#"{"message": "The server had an error", "type": "server_error"}"#, AgentFailure.unavailable),
    (#"{"message": "litellm.RateLimitError: slow", "code": "429"}"#, .rateLimited),
    (#"{"message": "litellm.APIConnectionError: gone", "type": null}"#, .unavailable),
    (#"{"message": "litellm.Timeout: gone"}"#, .unavailable),
    (#"{"message": "no", "code": 401}"#, .unauthorized),
    (#"{"message": "no", "type": "invalid_request_error"}"#, .rejected),
    (#"{"message": "no", "code": "insufficient_quota"}"#, .quotaExhausted),
    (#"{"message": "no", "code": "context_length_exceeded"}"#, .contextLength),
    (#"{"message": "Provider returned error", "code": 502}"#, .unavailable),
    (#""something broke""#, .failed),
    (#"{"odd": 1}"#, .failed),
  ])
  func errorsInsideAStreamAreTakenByWhatTheySay(error: String, failure: AgentFailure) throws {
    #expect(OpenAIErrors.inStream(try JSONValue(parsing: Array(error.utf8)), now: noon).failure == failure)
  }

  @Test(arguments: [
    (#"{"error": {"message": "a b"}}"#, "HTTP 400: a b"),
    (#"{"error": "plain"}"#, "HTTP 400: plain"),
    (#"{"message": " spaced\n"}"#, "HTTP 400: spaced"),
    (#"{"detail": [{"msg": "one"}, {"msg": "two"}]}"#, "HTTP 400: one; two"),
    (#"{"detail": {"error": {"message": "deep"}}}"#, "HTTP 400: deep"),
    ("just text", "HTTP 400: just text"),
    ("<html>x</html>", "HTTP 400"),
    ("", "HTTP 400"),
  ])
  func messagesAreFoundInEveryForm(body: String, message: String) {
    #expect(OpenAIErrors.response(status: 400, headers: [], body: Array(body.utf8), now: noon).message == message)
  }

  @Test(arguments: HTTPFailure.allCases)
  func requestsWithoutAResponseKeepTheirMessage(failure: HTTPFailure) {
    let found = OpenAIErrors.request(failure, "why")
    #expect(found.message == "why")
    let passing: [HTTPFailure] = [.refused, .unreachable, .dns, .reset, .proxy, .protocolError]
    #expect((found.failure == .unavailable) == passing.contains(failure))
    #expect((found.failure == .rejected) == (failure == .policy), "only another configuration helps")
  }

  @Test(arguments: [
    ("try again in 5", Duration.seconds(5)), ("Try again in 1h2m3.5s!", .milliseconds(3_723_500)),
    ("wait 5 minutes", .seconds(300)), ("resets in 2 days", .seconds(172_800)),
    ("again after 2026-01-31T13:00:00+01:00", nil), ("until 2026-01-31T13:30:00+01:00", .seconds(1800)),
    ("on 2026-02-01", .seconds(43_200)), ("wait for it, then retry after 10s", .seconds(10)),
    ("try again after 2026-01-31T12:10Z", .seconds(600)), ("1769860860000", .seconds(60)), ("1000000000", nil),
    ("wait", nil), ("", nil), ("2026-13-01", nil), ("9999999999999999999999", nil), ("in 5 minutes", nil),
  ])
  func waitsAreFoundInSentences(text: String, wait: Duration?) {
    #expect(ResetTime.find(in: text, now: noon) == wait)
  }
}
