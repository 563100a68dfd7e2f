internal import FlowdModel

/// What an error of an OpenAI-compatible server means.
enum OpenAIErrors {
  /// Of a response that is not a success.
  ///
  /// - Parameters:
  ///   - headers: Of the response, names in any case.
  ///   - body: Any bytes; the first `Limits.stepErrorBytesMax` of them are enough for most.
  ///   - now: What instants are counted from.
  static func response(
    status: Int, headers: [HTTPExchange.Header], body: [UInt8], now: Timestamp
  ) -> AgentError {
    let facts = ErrorFacts(body: body)
    var failure = failure(status: status, facts)
    let header = ResponseHeaders(headers)
    switch header["x-should-retry"] {
    case "true" where failure == .rejected || failure == .failed: failure = .unavailable
    case "false" where failure == .rateLimited || failure == .unavailable: failure = .rejected
    default: break
    }
    let text = facts.message.isEmpty ? "" : ": \(facts.message)"
    return finish(failure, "HTTP \(status)\(text)", wait(failure, header, facts, now))
  }

  /// Of an error in the body of a response that began as a success.
  static func inStream(_ error: JSONValue, now: Timestamp) -> AgentError {
    let facts = ErrorFacts(error)
    let failure = failure(status: facts.status ?? 0, facts)
    let text = facts.message.isEmpty ? error.text : facts.message
    return finish(failure, text, wait(failure, ResponseHeaders([]), facts, now))
  }

  /// Of a request that got no response.
  static func request(_ failure: HTTPFailure, _ message: String) -> AgentError {
    switch failure {
    case .refused, .unreachable, .dns, .reset, .proxy, .protocolError: AgentError(.unavailable, message)
    case .timeout: AgentError(.timeout, message)
    case .tooLarge: AgentError(.tooLarge, message)
    case .tls, .redirects, .invalid, .file: AgentError(.failed, message)
    // It is denied until somebody changes the configuration.
    case .policy: AgentError(.rejected, message)
    }
  }

  /// A wait that is too long for a rate limit is that of a quota.
  private static func finish(_ failure: AgentFailure, _ message: String, _ wait: Duration?) -> AgentError {
    let bounded = wait.map { min($0, Limits.quotaResetMax) }
    if failure == .rateLimited, let bounded, bounded > Limits.retryAfterMax {
      return AgentError(.quotaExhausted, message, retryAfter: bounded)
    }
    return AgentError(failure, message, retryAfter: bounded)
  }

  // MARK: what it is

  private static func failure(status: Int, _ facts: ErrorFacts) -> AgentFailure {
    if isContextLength(status, facts) { return .contextLength }
    if facts.names(["content_filter", "content_policy_violation", "contentpolicyviolationerror"]) { return .refused }
    if isQuota(status, facts) { return .quotaExhausted }
    switch status {
    case 401, 403, 407: return .unauthorized
    case 402: return .quotaExhausted
    case 404: return .rejected
    case 408, 409, 425: return .unavailable
    case 429: return .rateLimited
    case 500...:
      // Proxies pass on as their own error what a provider refused.
      let named = named(facts)
      if let named, named == .rateLimited || named == .unauthorized { return named }
      return .unavailable
    default: return named(facts) ?? (status == 0 ? .failed : .rejected)
    }
  }

  private static func isContextLength(_ status: Int, _ facts: ErrorFacts) -> Bool {
    if facts.names(["context_length_exceeded", "contextwindowexceedederror", "request_too_large"]) { return true }
    if status == 413 { return true }
    // Of a limit per minute too: a request that is larger than the limit never fits.
    if facts.says(["request too large for"]) { return true }
    guard ![401, 403, 429].contains(status) else { return false }
    return facts.says([
      "maximum context length", "context window", "context length", "prompt is too long", "input is too long",
      "too many input tokens", "exceeds the maximum number of tokens",
    ])
  }

  private static func isQuota(_ status: Int, _ facts: ErrorFacts) -> Bool {
    let names = [
      "insufficient_quota", "quota_exceeded", "billing_hard_limit_reached", "billing_not_active", "budget_exceeded",
      "usage_limit_reached", "insufficient_credits", "insufficient_balance", "billing_error",
    ]
    if facts.names(names) { return true }
    guard [0, 400, 402, 403, 429].contains(status) else { return false }
    if facts.says(["budget has been exceeded", "credit balance is too low"]) { return true }
    guard status != 400 else { return false }
    return facts.says([
      "quota", "billing", "usage limit", "insufficient balance", "insufficient credit", "out of credit",
    ])
  }

  /// By what the server calls it, where the status says nothing.
  private static func named(_ facts: ErrorFacts) -> AgentFailure? {
    let meanings: [(AgentFailure, [String])] = [
      (.rateLimited, ["rate_limit", "ratelimiterror", "throttling", "resource_exhausted", "too_many_requests"]),
      (.unauthorized, ["authentication", "invalid_api_key", "permission", "unauthorized"]),
      (
        .unavailable,
        [
          "server_error", "overloaded", "api_error", "internal", "unavailable", "timeout", "apiconnectionerror",
          "api_connection",
        ]
      ),
      (
        .rejected,
        ["invalid_request", "model_not_found", "notfounderror", "not_found", "badrequesterror", "unprocessable"]
      ),
    ]
    return meanings.first { facts.names($0.1) }?.0
  }

  // MARK: how long to wait

  private static func wait(
    _ failure: AgentFailure, _ headers: ResponseHeaders, _ facts: ErrorFacts, _ now: Timestamp
  ) -> Duration? {
    switch failure {
    case .rateLimited, .quotaExhausted: headers.retryAfter(now) ?? facts.wait(now) ?? headers.limitReset(now)
    case .unavailable: headers.retryAfter(now) ?? facts.wait(now)
    case .unauthorized, .contextLength, .rejected, .timeout, .truncated, .refused, .invalidOutput, .tooLarge,
      .notInstalled, .unconfined, .wrongModel, .failed:
      nil
    }
  }
}
